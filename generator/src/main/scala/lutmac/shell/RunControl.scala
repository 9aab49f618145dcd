package lutmac.shell

import chisel3._
import chisel3.util._
import lutmac.rtl.layout.{RunAnswerField, ErrorCause => Cause}

/** A run to start: where its program begins, and the most cycles that it may take, 0 for 2^32. */
class RunRequest(p: ShellParameters) extends Bundle {
  val start = UInt(p.programAddrBits.W)
  val limit = UInt(RunAnswerField.CYCLES.width.W)
}

/** How the last run ended, and what it counted.
  *
  * @param counts whether steps and stalls are counted
  */
class RunOutcome(counts: Boolean) extends Bundle {
  private val countBits = RunAnswerField.CYCLES.width

  val cause = ErrorCause()
  val layer = UInt(RunAnswerField.LAYER.width.W)

  /** From the cycle after the core's start to the run's last one. */
  val cycles = UInt(countBits.W)

  /** Of these: the array took a step; a step waited for the array. */
  val steps = Option.when(counts)(UInt(countBits.W))
  val stalls = Option.when(counts)(UInt(countBits.W))

  /** The beat that answers a run. */
  def answer: UInt = Cat(layer, 0.U((RunAnswerField.LAYER.lsb - 32 - cause.getWidth).W), cause, cycles)
}

/** What the core says while it runs; whether it steps or stalls where that is counted. */
class CoreMonitor(p: ShellParameters, counts: Boolean) extends Bundle {
  val done = Bool()

  /** Why the core cannot go on, until it is reset. */
  val error = ErrorCause()
  val layer = UInt(p.layerBits.W)
  val step = Option.when(counts)(Bool())
  val stall = Option.when(counts)(Bool())
}

/** Runs the core, once for every request, and sees to it that every run ends: with the core's done,
  * with an error of the core, when the limit is reached or when the host aborts it. At the end the
  * core is reset (`flush`), together with all that is on its way to it: even a core that is done has
  * something under way if its program asked for more than it took.
  *
  * @param counts whether steps and stalls of a run are counted
  */
class RunControl(p: ShellParameters, counts: Boolean) extends ShellModule {
  override def desiredName = "lutmac_run_control"

  /** Taken in the cycle in which the core starts. */
  val run = IO(Flipped(Decoupled(new RunRequest(p))))

  /** The run ends in this cycle. */
  val abort = IO(Input(Bool()))

  val start = IO(Decoupled(UInt(p.programAddrBits.W)))
  val core = IO(Input(new CoreMonitor(p, counts)))

  /** Resets the core and its ports. */
  val flush = IO(Output(Bool()))

  /** Between the core's start and the run's end. */
  val busy = IO(Output(Bool()))

  val outcome = IO(Output(new RunOutcome(counts)))

  private val running = RegInit(false.B)
  private val flushing = RegInit(false.B)
  private val cause = RegInit(ErrorCause(Cause.NONE))
  private val layer = RegInit(0.U(p.layerBits.W))
  // Cleared when a run starts and in the first cycle after a reset, instead of by it: a flip-flop that
  // counts has a synchronous clear or an asynchronous reset, and the other one would cost a look-up table.
  private val cycles = Reg(UInt(RunAnswerField.CYCLES.width.W))
  private val steps = core.step.map(_ => Reg(UInt(RunAnswerField.CYCLES.width.W)))
  private val stalls = core.stall.map(_ => Reg(UInt(RunAnswerField.CYCLES.width.W)))
  private val limit = Reg(UInt(RunAnswerField.CYCLES.width.W))
  private val awake = RegInit(false.B)
  awake := true.B

  private val counted = cycles + 1.U
  private val failed = core.error =/= ErrorCause(Cause.NONE)
  private val expired = counted === limit
  private val ends = running && (core.done || failed || abort || expired)

  private val offers = run.valid && !running && !flushing
  private val starts = offers && start.ready
  start.valid := offers
  start.bits := run.bits.start
  run.ready := start.ready && !running && !flushing

  flushing := ends
  when(starts) {
    running := true.B
    limit := run.bits.limit
  }
  private val clears = starts || !awake
  when(clears) { cycles := 0.U }.elsewhen(running) { cycles := counted }
  for ((event, events) <- core.step.zip(steps) ++ core.stall.zip(stalls)) {
    when(clears) { events := 0.U }.elsewhen(running && event) { events := events + 1.U }
  }
  when(ends) {
    running := false.B
    layer := core.layer
    cause := Mux(
      core.done,
      ErrorCause(Cause.NONE),
      Mux(failed, core.error, Mux(abort, ErrorCause(Cause.ABORTED), ErrorCause(Cause.LIMIT)))
    )
  }

  flush := flushing
  busy := running
  outcome.cause := cause
  outcome.layer := layer
  outcome.cycles := cycles
  outcome.steps.zip(steps).foreach { case (shown, events) => shown := events }
  outcome.stalls.zip(stalls).foreach { case (shown, events) => shown := events }

  streamContract("start", start)
  contract("done_expected", "the core is done without a run") {
    !core.done || running
  }
  contract("one_end", "the core is done and has failed") {
    !core.done || !failed
  }
}
