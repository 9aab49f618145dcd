package lutmac.shell

import chisel3._
import chisel3.experimental.StringParam
import chisel3.util._

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
    extends ExtModule(Map("Name" -> StringParam(name), "Width" -> chisel3.experimental.IntParam(width))) {
  override def desiredName = "stream_contract"

  val clk_i = IO(Input(Clock()))
  val rst_ni = IO(Input(Bool()))
  val valid_i = IO(Input(Bool()))
  val ready_i = IO(Input(Bool()))
  val payload_i = IO(Input(UInt(width.W)))
  val defined_i = IO(Input(UInt(width.W)))
}

object Contract {

  /** Asserts a promise in every cycle out of reset.
    *
    * @param promise name of the promise; the failure names it behind its module
    * @param wrong what is wrong where it is broken
    */
  def apply(module: String, promise: String, wrong: String)(holds: => Bool): Unit =
    layer.block(Contracts) {
      val contract = Module(new ContractModule(s"$module.$promise: $wrong")).suggestName(s"${promise}_contract")
      contract.clk_i := Module.clock
      contract.rst_ni := !Module.reset.asBool
      contract.holds_i := holds
    }

  /** Asserts that the beats of a stream stay until they are taken and have no unknown. */
  def stream[T <: Data](module: String, name: String, stream: ReadyValidIO[T]): Unit =
    Contract.stream(module, name, stream, Fill(stream.bits.getWidth, true.B))

  /** As above where not all of a beat has a defined value.
    *
    * @param defined the bits that have
    */
  def stream[T <: Data](module: String, name: String, stream: ReadyValidIO[T], defined: => UInt): Unit =
    layer.block(Contracts) {
      val payload = stream.bits.asUInt
      val width = payload.getWidth
      val contract = Module(new StreamContractModule(s"$module.$name", width)).suggestName(s"${name}_contract")
      contract.clk_i := Module.clock
      contract.rst_ni := !Module.reset.asBool
      contract.valid_i := stream.valid
      contract.ready_i := stream.ready
      contract.payload_i := payload
      contract.defined_i := defined
    }
}
