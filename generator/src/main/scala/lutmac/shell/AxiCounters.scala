package lutmac.shell

import chisel3._
import chisel3.util._
import lutmac.rtl.layout.BusRegister

/** What is counted of a run: cycles in which something holds. */
class AxiCounts extends Bundle {
  val all = UInt(BusRegister.BITS.W)
  val loading = UInt(BusRegister.BITS.W)
  val running = UInt(BusRegister.BITS.W)
  val steps = UInt(BusRegister.BITS.W)
  val readWaits = UInt(BusRegister.BITS.W)
  val writeWaits = UInt(BusRegister.BITS.W)
}

/** Counts cycles from a start to its end, and notes when layers were over. */
class AxiCounters(p: AxiParameters) extends ShellModule {
  override def desiredName = "lutmac_axi_counters"

  val clear = IO(Input(Bool()))
  val busy = IO(Input(Bool()))
  val loading = IO(Input(Bool()))
  val running = IO(Input(Bool()))
  val step = IO(Input(Bool()))
  val readWait = IO(Input(Bool()))
  val writeWait = IO(Input(Bool()))
  val layer = IO(Input(UInt(p.shell.layerBits.W)))

  val counts = IO(Output(new AxiCounts))

  /** Which layer's end is asked for. */
  val layerIndex = IO(Input(UInt(log2Ceil(BusRegister.LAYER_CYCLES.count).W)))
  val layerCycles = IO(Output(UInt(BusRegister.BITS.W)))

  // In the first cycle after a reset, too, instead of by it: a flip-flop that counts has a synchronous
  // clear or an asynchronous reset, and the other one would cost a look-up table.
  private val awake = RegInit(false.B)
  awake := true.B
  private val clears = clear || !awake

  private def counter(name: String, holds: Bool): UInt = {
    val count = Reg(UInt(BusRegister.BITS.W)).suggestName(name)
    when(clears) { count := 0.U }.elsewhen(busy && holds) { count := count + 1.U }
    count
  }
  counts.all := counter("all", true.B)
  counts.loading := counter("load", loading)
  counts.running := counter("run", running)
  counts.steps := counter("steps", step)
  counts.readWaits := counter("readWaits", readWait)
  counts.writeWaits := counter("writeWaits", writeWait)

  // A layer is over when the next one is shown, or the run is over.
  private val ran = RegNext(running, false.B)
  private val shown = RegEnable(layer, running)
  private val over = ran && (!running || layer =/= shown)
  private val stamps = Module(new QueueMemory(BusRegister.BITS, BusRegister.LAYER_CYCLES.count))
  stamps.clk_i := clk_i
  stamps.wr_en_i := over
  stamps.wr_addr_i := shown.pad(layerIndex.getWidth)(layerIndex.getWidth - 1, 0)
  stamps.wr_data_i := counts.all
  stamps.rd_addr_i := layerIndex
  layerCycles := stamps.rd_data_o
}
