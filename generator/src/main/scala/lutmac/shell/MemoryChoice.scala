package lutmac.shell

import chisel3._
import chisel3.util._

/** What belongs to the memory of a number, of what belongs to each of the four. */
object MemoryChoice {
  def apply[T <: Data](number: UInt, ofEach: Seq[T]): T =
    MuxLookup(index(number, ofEach.length), ofEach.head)(
      ofEach.zipWithIndex.map { case (value, memory) => memory.U -> value }
    )

  /** Whether a number is that of a memory, of so many. */
  def is(number: UInt, memory: Int, memories: Int): Bool = index(number, memories) === memory.U

  private def index(number: UInt, memories: Int): UInt = number(log2Ceil(memories) - 1, 0)
}
