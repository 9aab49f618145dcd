package lutmac.shell

import chisel3._
import chisel3.util._

/** The accelerator: core, buffers and the host's stream interface.
  *
  * `rst_ni` is an asynchronous reset, active low, to be released in step with `clk_i`. The monitor
  * ports only observe.
  */
class LutmacTop(p: ShellParameters) extends RawModule {
  override def desiredName = "lutmac_top"

  val clk_i = IO(Input(Clock()))
  val rst_ni = IO(Input(AsyncReset()))

  val in_valid_i = IO(Input(Bool()))
  val in_ready_o = IO(Output(Bool()))
  val in_data_i = IO(Input(UInt(p.beatBits.W)))
  val out_valid_o = IO(Output(Bool()))
  val out_ready_i = IO(Input(Bool()))
  val out_data_o = IO(Output(UInt(p.beatBits.W)))

  /** Index of the layer whose descriptor was fetched last. */
  val mon_layer_o = IO(Output(UInt(16.W)))

  /** The array took a step. */
  val mon_step_o = IO(Output(Bool()))

  /** Between a run command's start and the core's done. */
  val mon_busy_o = IO(Output(Bool()))

  /** The core's write to the feature maps, in the cycle in which it is accepted. */
  val mon_wr_valid_o = IO(Output(Bool()))
  val mon_wr_addr_o = IO(Output(UInt(p.featureMapAddrBits.W)))
  val mon_wr_data_o = IO(Output(UInt(p.featureMapBits.W)))

  withClockAndReset(clk_i, (!rst_ni.asBool).asAsyncReset) {
    val Seq(featureMapShape, weightShape, parameterShape, programShape) = p.memories

    val featureMaps = Module(new WordBuffer("feature_map", featureMapShape))
    val weights = Module(new WordBuffer("weight", weightShape))
    val parameters = Module(new WordBuffer("parameter", parameterShape))
    val program = Module(new WordBuffer("program", programShape))

    val programPort = Module(new ReadPort(programShape, 0))
    val weightPort = Module(new ReadPort(weightShape, 0))
    val parameterPort = Module(new ReadPort(parameterShape, 0))
    val skipPort = Module(new ReadPort(featureMapShape, 0))
    val activationPort = Module(new ReadPort(featureMapShape, p.tagBits))
    val hostReadPort = Module(new ReadPort(featureMapShape, 0))

    val core = Module(new LutmacCore(p))
    core.clk_i := clk_i
    core.rst_ni := rst_ni

    val host = Module(new HostPort(p))
    host.in.valid := in_valid_i
    host.in.bits := in_data_i
    in_ready_o := host.in.ready

    // The answers leave through a queue so that no logic lies between it and the output pins.
    val answers = Queue(host.out, 2)
    out_valid_o := answers.valid
    out_data_o := answers.bits
    answers.ready := out_ready_i

    core.start_valid_i := host.start.valid
    core.start_pc_i := host.start.bits
    host.start.ready := core.start_ready_o
    host.done := core.done_o

    // Buffers with a single reader.
    for ((buffer, port) <- Seq(program -> programPort, weights -> weightPort, parameters -> parameterPort)) {
      buffer.read <> port.read
      port.readData := buffer.readData
    }

    // The feature maps' readers, in the order of their priority.
    val featureMapReads = Module(new Arbiter(UInt(p.featureMapAddrBits.W), 3))
    for ((port, rank) <- Seq(activationPort, skipPort, hostReadPort).zipWithIndex) {
      featureMapReads.io.in(rank) <> port.read
      port.readData := featureMaps.readData
    }
    featureMaps.read <> featureMapReads.io.out

    // The feature maps' writers, in the order of their priority.
    val featureMapWrites = Module(new Arbiter(new WriteRequest(featureMapShape), 2))
    featureMapWrites.io.in(0).valid := core.out_valid_o
    featureMapWrites.io.in(0).bits.addr := core.out_addr_o
    featureMapWrites.io.in(0).bits.data := core.out_data_o
    core.out_ready_i := featureMapWrites.io.in(0).ready
    featureMapWrites.io.in(1) <> host.writes(0)
    featureMaps.write <> featureMapWrites.io.out

    weights.write <> host.writes(1)
    parameters.write <> host.writes(2)
    program.write <> host.writes(3)

    hostReadPort.request <> host.readRequest
    host.readResponse <> hostReadPort.response

    programPort.request.valid := core.prog_req_valid_o
    programPort.request.bits.addr := core.prog_req_addr_o
    programPort.request.bits.tag := 0.U(0.W)
    core.prog_req_ready_i := programPort.request.ready
    core.prog_rsp_valid_i := programPort.response.valid
    core.prog_rsp_data_i := programPort.response.bits.data
    programPort.response.ready := core.prog_rsp_ready_o

    weightPort.request.valid := core.wgt_req_valid_o
    weightPort.request.bits.addr := core.wgt_req_addr_o
    weightPort.request.bits.tag := 0.U(0.W)
    core.wgt_req_ready_i := weightPort.request.ready
    core.wgt_rsp_valid_i := weightPort.response.valid
    core.wgt_rsp_data_i := weightPort.response.bits.data
    weightPort.response.ready := core.wgt_rsp_ready_o

    parameterPort.request.valid := core.par_req_valid_o
    parameterPort.request.bits.addr := core.par_req_addr_o
    parameterPort.request.bits.tag := 0.U(0.W)
    core.par_req_ready_i := parameterPort.request.ready
    core.par_rsp_valid_i := parameterPort.response.valid
    core.par_rsp_data_i := parameterPort.response.bits.data
    parameterPort.response.ready := core.par_rsp_ready_o

    activationPort.request.valid := core.act_req_valid_o
    activationPort.request.bits.addr := core.act_req_addr_o
    activationPort.request.bits.tag := core.act_req_tag_o
    core.act_req_ready_i := activationPort.request.ready
    core.act_rsp_valid_i := activationPort.response.valid
    core.act_rsp_data_i := activationPort.response.bits.data
    core.act_rsp_tag_i := activationPort.response.bits.tag
    activationPort.response.ready := core.act_rsp_ready_o

    skipPort.request.valid := core.skip_req_valid_o
    skipPort.request.bits.addr := core.skip_req_addr_o
    skipPort.request.bits.tag := 0.U(0.W)
    core.skip_req_ready_i := skipPort.request.ready
    core.skip_rsp_valid_i := skipPort.response.valid
    core.skip_rsp_data_i := skipPort.response.bits.data
    skipPort.response.ready := core.skip_rsp_ready_o

    mon_layer_o := core.mon_layer_o
    mon_step_o := core.mon_step_o
    mon_busy_o := host.busy
    mon_wr_valid_o := core.out_valid_o && core.out_ready_i
    mon_wr_addr_o := core.out_addr_o
    mon_wr_data_o := core.out_data_o
  }
}
