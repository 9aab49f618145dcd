package lutmac.shell

import chisel3._
import chisel3.util._

/** A module of the shell, with the datapath's names for clock and reset: the reset is asynchronous
  * and active low.
  */
abstract class ShellModule extends RawModule with ImplicitClock with ImplicitReset {
  val clk_i = IO(Input(Clock()))
  val rst_ni = IO(Input(AsyncReset()))

  private val reset = (!rst_ni.asBool).asAsyncReset

  override protected def implicitClock: Clock = clk_i
  override protected def implicitReset: Reset = reset

  /** What promises begin with: the module's name without its sizes. */
  protected def contractName: String = desiredName

  /** A module within this one, on the same clock and, where nothing else is said, the same reset. */
  protected def part[T <: ShellModule](module: => T, reset: AsyncReset = rst_ni): T = {
    val instance = Module(module)
    instance.clk_i := clk_i
    instance.rst_ni := reset
    instance
  }

  /** A buffer within this module.
    *
    * @param holds whether a word that was read is asked to stay
    */
  protected def buffer(name: String, shape: MemoryShape, holds: Boolean = false): WordBuffer = {
    val instance = Module(new WordBuffer(name, shape, holds))
    instance.clk_i := clk_i
    instance
  }

  /** Asserts a promise in every cycle out of reset.
    *
    * @param promise name of the promise; the failure names it behind its module
    * @param wrong what is wrong where it is broken
    */
  protected def contract(promise: String, wrong: String)(holds: => Bool): Unit =
    layer.block(Contracts) {
      val checker =
        Module(new ContractModule(s"$contractName.$promise: $wrong")).suggestName(s"${promise}_contract")
      val kept = WireInit(holds).suggestName(s"${promise}_kept")
      checker.clk_i := clk_i
      checker.rst_ni := rst_ni.asBool
      checker.holds_i := kept
    }

  /** Asserts that the beats of a stream stay until they are taken and have no unknown. */
  protected def streamContract[T <: Data](name: String, stream: ReadyValidIO[T]): Unit =
    streamContract(name, stream, Fill(stream.bits.getWidth, true.B))

  /** As above where not all of a beat has a defined value.
    *
    * @param defined the bits that have
    */
  protected def streamContract[T <: Data](name: String, stream: ReadyValidIO[T], defined: => UInt): Unit =
    streamContract(name, stream, defined, stream.bits.asUInt)

  /** As above where not all of a beat stays as it is.
    *
    * @param stays the beat, with a constant where it need not stay
    */
  protected def streamContract[T <: Data](
      name: String,
      stream: ReadyValidIO[T],
      defined: => UInt,
      stays: => UInt
  ): Unit =
    layer.block(Contracts) {
      val payload = stays.suggestName(s"${name}_payload")
      val checker = Module(new StreamContractModule(s"$contractName.$name", payload.getWidth))
        .suggestName(s"${name}_contract")
      checker.clk_i := clk_i
      checker.rst_ni := rst_ni.asBool
      checker.valid_i := stream.valid
      checker.ready_i := stream.ready
      checker.payload_i := payload
      checker.defined_i := defined
    }
}
