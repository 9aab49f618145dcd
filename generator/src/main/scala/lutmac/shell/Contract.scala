package lutmac.shell

import chisel3._

/** The layer of everything that only checks. Its lines stand between <code>`ifdef layer_Contracts</code>
  * and <code>`endif</code>, which the emitter turns into the guard that all modules share,
  * <code>`ifndef SYNTHESIS</code>.
  */
object Contracts extends layer.Layer(layer.LayerConfig.Inline)

/** The datapath's assertion module: in every cycle out of reset `holds_i` is true. */
private class ContractModule(text: String) extends ExtModule(Map("Text" -> StringParam(text))) {
  override def desiredName = "contract"

  val clk_i = IO(Input(Clock()))
  val rst_ni = IO(Input(Bool()))
  val holds_i = IO(Input(Bool()))
}

/** The datapath's assertions of a ready/valid stream. */
private class StreamContractModule(name: String, width: Int)
    extends ExtModule(Map("Name" -> StringParam(name), "Width" -> IntParam(width))) {
  override def desiredName = "stream_contract"

  val clk_i = IO(Input(Clock()))
  val rst_ni = IO(Input(Bool()))
  val valid_i = IO(Input(Bool()))
  val ready_i = IO(Input(Bool()))
  val payload_i = IO(Input(UInt(width.W)))
  val defined_i = IO(Input(UInt(width.W)))
}
