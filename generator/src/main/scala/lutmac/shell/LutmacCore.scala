package lutmac.shell

import chisel3._
import chisel3.experimental.dataview._
import chisel3.util._

/** A read port with the names that the core's ports have behind the port's own name. */
class CoreReadPort(val shape: MemoryShape, val tagBits: Int) extends Bundle {
  val req_valid_o = Output(Bool())
  val req_ready_i = Input(Bool())
  val req_addr_o = Output(UInt(shape.addrBits.W))
  val req_tag_o = Output(UInt(tagBits.W))
  val rsp_valid_i = Input(Bool())
  val rsp_ready_o = Output(Bool())
  val rsp_data_i = Input(UInt(shape.wordBits.W))
  val rsp_tag_i = Input(UInt(tagBits.W))
}

object CoreReadPort {
  implicit val channel: DataView[CoreReadPort, ReadChannel] = DataView(
    port => new ReadChannel(port.shape, port.tagBits),
    _.req_valid_o -> _.request.valid,
    _.req_ready_i -> _.request.ready,
    _.req_addr_o -> _.request.bits.addr,
    _.req_tag_o -> _.request.bits.tag,
    _.rsp_valid_i -> _.response.valid,
    _.rsp_ready_o -> _.response.ready,
    _.rsp_data_i -> _.response.bits.data,
    _.rsp_tag_i -> _.response.bits.tag
  )
}

/** The write port. Without packed maps all strobes are always high. */
class CoreWritePort(val shape: MemoryShape) extends Bundle {
  val valid_o = Output(Bool())
  val ready_i = Input(Bool())
  val addr_o = Output(UInt(shape.addrBits.W))
  val strb_o = Output(UInt(ShellParameters.quarters.W))
  val data_o = Output(UInt(shape.wordBits.W))
}

/** The port that starts a program. */
class CoreStartPort(val addrBits: Int) extends Bundle {
  val valid_i = Input(Bool())
  val ready_o = Output(Bool())
  val pc_i = Input(UInt(addrBits.W))
}

object CoreStartPort {
  implicit val stream: DataView[CoreStartPort, DecoupledIO[UInt]] = DataView(
    port => Flipped(Decoupled(UInt(port.addrBits.W))),
    _.valid_i -> _.valid,
    _.ready_o -> _.ready,
    _.pc_i -> _.bits
  )
}

/** The datapath and its sequencer, written in Verilog; the shell only knows its ports. Their
  * contract is the one of the core's own header comment.
  */
class LutmacCore(p: ShellParameters) extends ExtModule {
  override def desiredName = "lutmac_core"

  val clk_i = IO(Input(Clock()))
  val rst_ni = IO(Input(AsyncReset()))

  val start = IO(new CoreStartPort(p.programAddrBits))
  val done_o = IO(Output(Bool()))
  val error_o = IO(Output(ErrorCause()))

  val prog = IO(new CoreReadPort(p.programShape, 0))
  val wgt = IO(new CoreReadPort(p.weightShape, 0))
  val par = IO(new CoreReadPort(p.parameterShape, 0))
  val act = IO(new CoreReadPort(p.featureMapShape, p.tagBits))
  val skip = IO(new CoreReadPort(p.featureMapShape, 0))
  val out = IO(new CoreWritePort(p.featureMapShape))

  val mon_layer_o = IO(Output(UInt(16.W)))
  val mon_step_o = IO(Output(Bool()))
  val mon_stall_o = IO(Output(Bool()))
}
