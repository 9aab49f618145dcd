package lutmac.shell

import chisel3._
import chisel3.util._

/** A word and where it goes; of a buffer whose words have parts, which of them are written. */
class WriteRequest(shape: MemoryShape) extends Bundle {
  override def typeName = s"write_${shape.addrBits}x${shape.wordBits}"

  val addr = UInt(shape.addrBits.W)
  val data = UInt(shape.wordBits.W)
  val strobes = UInt((if (shape.parts > 1) shape.parts else 0).W)
}

/** An on-chip buffer with one read and one write port, both always ready.
  *
  * A write that is accepted is seen by every read accepted in a later cycle. The word of a read
  * accepted in this cycle stands on `readData` in the next one, and only there. Reading a word in
  * the cycle in which it is written returns no defined value.
  */
class WordBuffer(name: String, shape: MemoryShape) extends Module {
  override def desiredName = s"lutmac_${name}_buffer"

  val write = IO(Flipped(Decoupled(new WriteRequest(shape))))
  val read = IO(Flipped(Decoupled(UInt(shape.addrBits.W))))
  val readData = IO(Output(UInt(shape.wordBits.W)))

  private val part = UInt((shape.wordBits / shape.parts).W)
  private val words = SyncReadMem(1 << shape.addrBits, Vec(shape.parts, part)).suggestName(name)

  write.ready := true.B
  when(write.valid) {
    val parts = write.bits.data.asTypeOf(Vec(shape.parts, part))
    if (shape.parts > 1) words.write(write.bits.addr, parts, write.bits.strobes.asBools)
    else words.write(write.bits.addr, parts)
  }

  read.ready := true.B
  readData := words.read(read.bits, read.valid).asUInt
}
