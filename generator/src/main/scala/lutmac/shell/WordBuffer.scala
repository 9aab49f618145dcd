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

/** The datapath's memory of one clock, with a port to read and one to write; its header has the
  * contract.
  */
private class BlockMemory(shape: MemoryShape, holds: Boolean)
    extends ExtModule(
      Map(
        "AddrW" -> IntParam(shape.addrBits),
        "Width" -> IntParam(shape.wordBits),
        "Parts" -> IntParam(shape.parts),
        "Holds" -> IntParam(if (holds) 1 else 0)
      )
    ) {
  override def desiredName = "block_memory"

  val clk_i = IO(Input(Clock()))
  val rd_en_i = IO(Input(Bool()))
  val rd_addr_i = IO(Input(UInt(shape.addrBits.W)))
  val rd_data_o = IO(Output(UInt(shape.wordBits.W)))
  val wr_en_i = IO(Input(UInt(shape.parts.W)))
  val wr_addr_i = IO(Input(UInt(shape.addrBits.W)))
  val wr_data_i = IO(Input(UInt(shape.wordBits.W)))
}

/** An on-chip buffer with one read and one write port, both always ready.
  *
  * A write that is accepted is seen by every read accepted in a later cycle. The word of a read
  * accepted in this cycle stands on `readData` in the next one. It is undefined if the word is
  * written in this cycle, too.
  *
  * @param holds whether the word stands there until that of the next read
  */
class WordBuffer(name: String, shape: MemoryShape, holds: Boolean) extends RawModule {
  override def desiredName = s"lutmac_${name}_buffer"

  val clk_i = IO(Input(Clock()))

  val write = IO(Flipped(Decoupled(new WriteRequest(shape))))
  val read = IO(Flipped(Decoupled(UInt(shape.addrBits.W))))
  val readData = IO(Output(UInt(shape.wordBits.W)))

  private val memory = Module(new BlockMemory(shape, holds))
  memory.clk_i := clk_i

  write.ready := true.B
  memory.wr_en_i := (if (shape.parts > 1) Fill(shape.parts, write.valid) & write.bits.strobes else write.valid)
  memory.wr_addr_i := write.bits.addr
  memory.wr_data_i := write.bits.data

  read.ready := true.B
  memory.rd_en_i := read.valid
  memory.rd_addr_i := read.bits
  readData := memory.rd_data_o
}
