package lutmac.shell

import chisel3._
import chisel3.experimental.dataview._
import chisel3.util._
import lutmac.rtl.layout.ActivationTag

/** The stream of beats from the host, with the names of the top's ports behind `in_`. */
class HostInPort(val beatBits: Int) extends Bundle {
  val valid_i = Input(Bool())
  val ready_o = Output(Bool())
  val data_i = Input(UInt(beatBits.W))
}

object HostInPort {
  implicit val stream: DataView[HostInPort, DecoupledIO[UInt]] = DataView(
    port => Flipped(Decoupled(UInt(port.beatBits.W))),
    _.valid_i -> _.valid,
    _.ready_o -> _.ready,
    _.data_i -> _.bits
  )
}

/** The stream of beats to the host, with the names of the top's ports behind `out_`. */
class HostOutPort(val beatBits: Int) extends Bundle {
  val valid_o = Output(Bool())
  val ready_i = Input(Bool())
  val data_o = Output(UInt(beatBits.W))
}

object HostOutPort {
  implicit val stream: DataView[HostOutPort, DecoupledIO[UInt]] = DataView(
    port => Decoupled(UInt(port.beatBits.W)),
    _.valid_o -> _.valid,
    _.ready_i -> _.ready,
    _.data_o -> _.bits
  )
}

/** The accelerator: core, buffers and the host's stream interface.
  *
  * `rst_ni` is an asynchronous reset, active low, to be released in step with `clk_i`. The monitor
  * ports only observe.
  *
  * @param onBus whether it is a part of a design on a bus, which is the top then
  */
class LutmacTop(p: ShellParameters, onBus: Boolean = false) extends ShellModule {
  override def desiredName = if (onBus) "lutmac_shell" else "lutmac_top"

  val in = IO(new HostInPort(p.beatBits))
  val out = IO(new HostOutPort(p.beatBits))

  /** The beat of `out` is the last one of an answer; within a design on a bus nobody asks. */
  val out_last_o = Option.when(!onBus)(IO(Output(Bool())))

  /** Index in the program of the layer that runs, or is to run next. */
  val mon_layer_o = IO(Output(UInt(16.W)))

  /** The array took a step. */
  val mon_step_o = IO(Output(Bool()))

  /** From the cycle after the core's start to the run's last one. */
  val mon_busy_o = IO(Output(Bool()))

  /** The core's write to the feature maps, in the cycle in which it is accepted. */
  val mon_wr_valid_o = IO(Output(Bool()))
  val mon_wr_addr_o = IO(Output(UInt(p.featureMapAddrBits.W)))
  val mon_wr_strb_o = IO(Output(UInt(ShellParameters.quarters.W)))
  val mon_wr_data_o = IO(Output(UInt(p.featureMapBits.W)))

  /** Why commands are refused, within a design on a bus. */
  val refusal_o = Option.when(onBus)(IO(Output(ErrorCause())))

  /** The next beat is a command, within a design on a bus. */
  val ready_o = Option.when(onBus)(IO(Output(Bool())))

  // On streams the host's next word waits in the feature maps' buffer while it answers with one.
  private val featureMaps = part(
    new BankedBuffer("feature_map", p.featureMapShape, banks = p.mapBanks, readers = 2, holds = !onBus)
  )
  private val weights = buffer("weight", p.weightShape)
  private val parameters = buffer("parameter", p.parameterShape)
  private val programBuffer = buffer("program", p.programShape)

  private val control = part(new RunControl(p, counts = !onBus))

  // The core starts anew after every run, and with it all that is on its way to it.
  private val coreRuns = rst_ni.asBool && !control.flush
  private def corePort(shape: MemoryShape, tagBits: Int = 0, places: Int = 4) =
    part(new ReadPort(shape, tagBits, places), coreRuns.asAsyncReset)
  // The sequencer takes every word that it has asked for.
  private val programPort = corePort(p.programShape, places = 0)
  private val weightPort = corePort(p.weightShape)
  // One word a block of output channels.
  private val parameterPort = corePort(p.parameterShape, places = 1)
  private val skipPort = corePort(p.featureMapShape)
  private val activationPort = corePort(p.featureMapShape, p.tagBits)

  private val core = Module(new LutmacCore(p))
  core.clk_i := clk_i
  core.rst_ni := coreRuns.asAsyncReset

  private val host = part(new HostPort(p, onBus))
  host.in :<>= in.viewAs[DecoupledIO[UInt]]
  control.run :<>= host.run
  control.abort := host.abort
  host.busy := control.busy
  host.outcome := control.outcome
  host.layer := core.mon_layer_o(p.layerBits - 1, 0)
  refusal_o.foreach(_ := host.refusing)
  ready_o.foreach(_ := host.ready)

  // The answers leave through a register so that no logic lies between it and the output pins.
  private val lastBits = if (onBus) 0 else 1
  private val answers = part(new StreamQueue(lastBits + p.beatBits, 1))
  answers.enq.valid := host.out.valid
  answers.enq.bits := (if (onBus) host.out.bits else Cat(host.outLast, host.out.bits))
  host.out.ready := answers.enq.ready
  out.valid_o := answers.deq.valid
  out.data_o := answers.deq.bits(p.beatBits - 1, 0)
  answers.deq.ready := out.ready_i
  out_last_o.foreach(_ := answers.deq.bits(p.beatBits))

  core.start.viewAs[DecoupledIO[UInt]] :<>= control.start
  control.core.done := core.done_o
  control.core.error := core.error_o
  control.core.layer := core.mon_layer_o(p.layerBits - 1, 0)
  control.core.step.foreach(_ := core.mon_step_o)
  control.core.stall.foreach(_ := core.mon_stall_o)
  if (onBus) dontTouch(WireInit(core.mon_stall_o).suggestName("unused_stall"))

  // Buffers with a single reader.
  for ((buffer, port) <- Seq(programBuffer -> programPort, weights -> weightPort, parameters -> parameterPort)) {
    buffer.read :<>= port.read
    port.readData := buffer.readData
  }

  // The feature maps' readers: activations go first, then skips, and the host when none of them asks.
  featureMaps.reads(0) :<>= activationPort.read
  activationPort.readData := featureMaps.readData(0)
  private val shared = featureMaps.reads(1)
  shared.valid := skipPort.read.valid || host.read.valid
  shared.bits := Mux(skipPort.read.valid, skipPort.read.bits, host.read.bits)
  skipPort.read.ready := shared.ready
  host.read.ready := shared.ready && !skipPort.read.valid
  skipPort.readData := featureMaps.readData(1)
  host.readData := featureMaps.readData(1)

  // The core's writes to the feature maps go before the host's.
  private val hostWrite = host.writes(0)
  featureMaps.write.valid := core.out.valid_o || hostWrite.valid
  featureMaps.write.bits := hostWrite.bits
  when(core.out.valid_o) {
    featureMaps.write.bits.addr := core.out.addr_o
    featureMaps.write.bits.data := core.out.data_o
    featureMaps.write.bits.strobes := (if (p.packedMaps) core.out.strb_o else 0.U(0.W))
  }
  core.out.ready_i := featureMaps.write.ready
  hostWrite.ready := featureMaps.write.ready && !core.out.valid_o

  weights.write :<>= host.writes(1)
  parameters.write :<>= host.writes(2)
  programBuffer.write :<>= host.writes(3)

  programPort.client :<>= core.prog.viewAs[ReadChannel]
  weightPort.client :<>= core.wgt.viewAs[ReadChannel]
  parameterPort.client :<>= core.par.viewAs[ReadChannel]
  activationPort.client :<>= core.act.viewAs[ReadChannel]
  skipPort.client :<>= core.skip.viewAs[ReadChannel]

  mon_layer_o := core.mon_layer_o
  mon_step_o := core.mon_step_o
  mon_busy_o := control.busy
  mon_wr_valid_o := core.out.valid_o && core.out.ready_i
  mon_wr_addr_o := core.out.addr_o
  mon_wr_strb_o := core.out.strb_o
  mon_wr_data_o := core.out.data_o

  // A memory answers anything for a word that is being written.
  private def collides(write: DecoupledIO[WriteRequest], reads: Bool, addr: UInt): Bool =
    write.valid && reads && write.bits.addr === addr
  private def asks(port: CoreReadPort): Bool = port.req_valid_o && port.req_ready_i
  contract("read_write", "a word that counts is read in the cycle in which it is written") {
    val write = featureMaps.write
    val counts = asks(core.act) && !core.act.req_tag_o(ActivationTag.OUTSIDE)
    !collides(write, counts, core.act.req_addr_o) &&
    !collides(write, shared.fire, shared.bits) &&
    !collides(host.writes(1), asks(core.wgt), core.wgt.req_addr_o) &&
    !collides(host.writes(2), asks(core.par), core.par.req_addr_o) &&
    !collides(host.writes(3), asks(core.prog), core.prog.req_addr_o)
  }
  contract("map_in_run", "the core reads a feature map without a run") {
    !(core.act.req_valid_o || core.skip.req_valid_o) || control.busy || control.flush
  }
  streamContract("in", host.in)
  streamContract("out", out.viewAs[DecoupledIO[UInt]])
}
