package lutmac.shell

import chisel3._

/** The datapath and its sequencer, written in Verilog; the shell only knows its ports. Their
  * contract is the one of the core's own header comment.
  */
class LutmacCore(p: ShellParameters) extends ExtModule {
  override def desiredName = "lutmac_core"

  val clk_i = IO(Input(Clock()))
  val rst_ni = IO(Input(AsyncReset()))

  val start_valid_i = IO(Input(Bool()))
  val start_ready_o = IO(Output(Bool()))
  val start_pc_i = IO(Input(UInt(p.programAddrBits.W)))
  val done_o = IO(Output(Bool()))

  val prog_req_valid_o = IO(Output(Bool()))
  val prog_req_ready_i = IO(Input(Bool()))
  val prog_req_addr_o = IO(Output(UInt(p.programAddrBits.W)))
  val prog_rsp_valid_i = IO(Input(Bool()))
  val prog_rsp_ready_o = IO(Output(Bool()))
  val prog_rsp_data_i = IO(Input(UInt(p.programBits.W)))

  val wgt_req_valid_o = IO(Output(Bool()))
  val wgt_req_ready_i = IO(Input(Bool()))
  val wgt_req_addr_o = IO(Output(UInt(p.weightAddrBits.W)))
  val wgt_rsp_valid_i = IO(Input(Bool()))
  val wgt_rsp_ready_o = IO(Output(Bool()))
  val wgt_rsp_data_i = IO(Input(UInt(p.weightBits.W)))

  val par_req_valid_o = IO(Output(Bool()))
  val par_req_ready_i = IO(Input(Bool()))
  val par_req_addr_o = IO(Output(UInt(p.parameterAddrBits.W)))
  val par_rsp_valid_i = IO(Input(Bool()))
  val par_rsp_ready_o = IO(Output(Bool()))
  val par_rsp_data_i = IO(Input(UInt(p.parameterBits.W)))

  val act_req_valid_o = IO(Output(Bool()))
  val act_req_ready_i = IO(Input(Bool()))
  val act_req_addr_o = IO(Output(UInt(p.featureMapAddrBits.W)))
  val act_req_tag_o = IO(Output(UInt(p.tagBits.W)))
  val act_rsp_valid_i = IO(Input(Bool()))
  val act_rsp_ready_o = IO(Output(Bool()))
  val act_rsp_data_i = IO(Input(UInt(p.featureMapBits.W)))
  val act_rsp_tag_i = IO(Input(UInt(p.tagBits.W)))

  val skip_req_valid_o = IO(Output(Bool()))
  val skip_req_ready_i = IO(Input(Bool()))
  val skip_req_addr_o = IO(Output(UInt(p.featureMapAddrBits.W)))
  val skip_rsp_valid_i = IO(Input(Bool()))
  val skip_rsp_ready_o = IO(Output(Bool()))
  val skip_rsp_data_i = IO(Input(UInt(p.featureMapBits.W)))

  val out_valid_o = IO(Output(Bool()))
  val out_ready_i = IO(Input(Bool()))
  val out_addr_o = IO(Output(UInt(p.featureMapAddrBits.W)))
  val out_data_o = IO(Output(UInt(p.featureMapBits.W)))

  val mon_layer_o = IO(Output(UInt(16.W)))
  val mon_step_o = IO(Output(Bool()))
}
