package lutmac.shell

import chisel3._
import chisel3.util._

/** What belongs to the memory of a number, of what belongs to each of the four. */
object MemoryChoice {
  def apply[T <: Data](number: UInt, ofEach: Seq[T]): T =
    MuxLookup(number(log2Ceil(ofEach.length) - 1, 0), ofEach.head)(
      ofEach.zipWithIndex.map { case (value, memory) => memory.U -> value }
    )
}
