package lutmac.shell

import chisel3._
import chisel3.experimental.dataview._
import chisel3.util._

/** The accelerator on a bus: the shell with its host streams, an AXI4 master that moves what goes
  * through them from and to memory, AXI4-Lite registers and an interrupt.
  *
  * `rst_ni` is active low, asserted and released at any time. The monitor ports only observe.
  */
class AxiTop(p: AxiParameters) extends ShellModule {
  override def desiredName = "lutmac_top"

  val axil = IO(new AxiLitePort)
  val axi = IO(new AxiPort(p))
  val irq_o = IO(Output(Bool()))

  /** Those of the shell. */
  val mon_layer_o = IO(Output(UInt(16.W)))
  val mon_step_o = IO(Output(Bool()))
  val mon_busy_o = IO(Output(Bool()))
  val mon_wr_valid_o = IO(Output(Bool()))
  val mon_wr_addr_o = IO(Output(UInt(p.shell.featureMapAddrBits.W)))
  val mon_wr_strb_o = IO(Output(UInt(ShellParameters.quarters.W)))
  val mon_wr_data_o = IO(Output(UInt(p.shell.featureMapBits.W)))

  private val synchronizer = part(new ResetSynchronizer)
  private val rest = synchronizer.rst_no

  private val registers = part(new AxiLiteRegisters(p), rest)
  private val control = part(new AxiControl(p), rest)
  private val counters = part(new AxiCounters(p), rest)
  private val reader = part(new AxiReadEngine(p), rest)
  private val writer = part(new AxiWriteEngine(p), rest)
  private val shellRuns = rest.asBool && !control.shellReset
  private val shell = part(new LutmacTop(p.shell, onBus = true), shellRuns.asAsyncReset)

  axil :<>= registers.axil
  irq_o := registers.irq
  control.settings := registers.settings
  control.requests := registers.requests
  registers.report := control.report

  reader.transfer :<>= control.read
  control.readData :<>= reader.data
  control.readState :<>= reader.state
  writer.transfer :<>= control.write
  writer.data :<>= control.writeData
  control.writeState :<>= writer.state
  for (engine <- Seq(reader.orders, writer.orders)) {
    engine.stop := control.orders.stop
    engine.forget := control.orders.forget
    engine.id := control.orders.id
  }
  axi.asks(reader.bursts)
  axi.answers(reader.words)
  axi.opens(writer.bursts)
  axi.writes(writer.words)
  axi.confirms(writer.answers)

  shell.in.viewAs[DecoupledIO[UInt]] :<>= control.toHost
  control.fromHost :<>= shell.out.viewAs[DecoupledIO[UInt]]
  control.refusal := shell.refusal_o.get
  control.hostReady := shell.ready_o.get
  control.coreBusy := shell.mon_busy_o
  private val layer = shell.mon_layer_o(p.shell.layerBits - 1, 0)
  control.layer := layer

  counters.clear := control.clear
  counters.busy := control.report.busy
  counters.loading := control.report.loading
  counters.running := control.report.running
  counters.step := shell.mon_step_o
  counters.readWait := control.readWait
  counters.writeWait := control.writeWait
  counters.layer := layer
  counters.layerIndex := registers.layerIndex
  registers.counts := counters.counts
  registers.layerCycles := counters.layerCycles

  mon_layer_o := shell.mon_layer_o
  mon_step_o := shell.mon_step_o
  mon_busy_o := shell.mon_busy_o
  mon_wr_valid_o := shell.mon_wr_valid_o
  mon_wr_addr_o := shell.mon_wr_addr_o
  mon_wr_strb_o := shell.mon_wr_strb_o
  mon_wr_data_o := shell.mon_wr_data_o
}
