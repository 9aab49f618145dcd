package lutmac.shell

import chisel3._
import chisel3.util._

/** The datapath's memory that is read in the same cycle; its header has the contract. */
private class QueueMemory(width: Int, entries: Int)
    extends ExtModule(Map("AddrW" -> IntParam(log2Ceil(entries)), "Width" -> IntParam(width))) {
  override def desiredName = "queue_memory"

  val clk_i = IO(Input(Clock()))
  val rd_addr_i = IO(Input(UInt(log2Ceil(entries).W)))
  val rd_data_o = IO(Output(UInt(width.W)))
  val wr_en_i = IO(Input(Bool()))
  val wr_addr_i = IO(Input(UInt(log2Ceil(entries).W)))
  val wr_data_i = IO(Input(UInt(width.W)))
}

/** First in, first out. What is put in in this cycle can be taken in the next one. A queue of one
  * beat takes one in the cycle in which it gives one away, so that it is a stage that costs no
  * throughput.
  *
  * @param width bits of a beat
  * @param entries beats that it holds, a power of two
  */
class StreamQueue(width: Int, entries: Int) extends ShellModule {
  override def desiredName = s"lutmac_queue_${entries}x$width"

  val enq = IO(Flipped(Decoupled(UInt(width.W))))
  val deq = IO(Decoupled(UInt(width.W)))

  private val enters = Wire(Bool())
  private val leaves = Wire(Bool())

  /** Of the beats of a ring whose ends meet: all are there, or none. */
  private val filled = RegInit(false.B)
  when(enters =/= leaves) { filled := enters }

  if (entries == 1) {
    enq.ready := !filled || deq.ready
    deq.valid := filled
    deq.bits := RegEnable(enq.bits, enters).suggestName("held")
  } else {
    val writeAt = RegInit(0.U(log2Ceil(entries).W))
    val readAt = RegInit(0.U(log2Ceil(entries).W))
    when(enters) { writeAt := writeAt + 1.U }
    when(leaves) { readAt := readAt + 1.U }
    val meet = writeAt === readAt
    enq.ready := !(meet && filled)
    deq.valid := !(meet && !filled)

    val memory = Module(new QueueMemory(width, entries))
    memory.clk_i := clk_i
    memory.wr_en_i := enters
    memory.wr_addr_i := writeAt
    memory.wr_data_i := enq.bits
    memory.rd_addr_i := readAt
    deq.bits := memory.rd_data_o
  }
  enters := enq.valid && enq.ready
  leaves := deq.valid && deq.ready
}
