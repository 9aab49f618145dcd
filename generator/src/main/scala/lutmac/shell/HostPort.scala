package lutmac.shell

import chisel3._
import chisel3.util._
import lutmac.rtl.layout.{HostHeaderField, HostOperation, StatusField, ErrorCause => Cause}

/** Executes host commands, one after the other and each to its end.
  *
  *   - write: collects `words` words of the memory from the beats that follow and stores them at
  *     consecutive addresses.
  *   - read: answers with `words` words of the feature maps from consecutive addresses.
  *   - run: runs the program at `addr` for at most `words` cycles and answers with one beat, how the
  *     run ended (`RunAnswerField`).
  *   - status: answers with the beats of `StatusField`.
  *   - abort: ends a run, or the refusal of all other commands.
  *
  * A transfer of no words has no data and no answer. A command that [[CommandCheck]] does not let
  * through, or a run that fails, makes the port refuse whatever comes, the data of a refused write
  * too, but status and abort, until an abort.
  */
class HostPort(p: ShellParameters) extends Module {
  override def desiredName = "lutmac_host_port"

  val in = IO(Flipped(Decoupled(UInt(p.beatBits.W))))
  val out = IO(Decoupled(UInt(p.beatBits.W)))

  /** One port for each memory, in the order of their numbers. */
  val writes = IO(MixedVec(p.memories.map(shape => Decoupled(new WriteRequest(shape)))))

  val read = IO(new ReadChannel(p.featureMapShape, 0))

  /** To [[RunControl]]. */
  val run = IO(Decoupled(new RunRequest(p)))
  val abort = IO(Output(Bool()))
  val busy = IO(Input(Bool()))
  val outcome = IO(Input(new RunOutcome))

  private object State extends ChiselEnum {
    val idle, check, write, read, run, report, status = Value
  }
  private val state = RegInit(State.idle)
  private val refusal = RegInit(ErrorCause(Cause.NONE))
  private val operation = Reg(UInt(HostHeaderField.OPERATION.width.W))
  private val memory = Reg(UInt(HostHeaderField.MEMORY.width.W))
  private val addr = Reg(UInt(HostHeaderField.ADDRESS.width.W))
  private val wordsToMove = Reg(UInt(HostHeaderField.WORDS.width.W))
  // A read that is let through has no more words than there are feature maps.
  private val wordsToAnswer = Reg(UInt((p.featureMapAddrBits + 1).W))
  private val statusBeat = RegInit(0.U(log2Ceil(StatusField.BEATS).W))

  private val refuses = refusal =/= ErrorCause(Cause.NONE)
  private val isStatus = HostCommand.isKeyed(in.bits, HostOperation.STATUS)
  private val isAbort = HostCommand.isKeyed(in.bits, HostOperation.ABORT)

  // Behind the word, or behind all of them.
  private val end = addr.pad(HostHeaderField.WORDS.width) +& Mux(state === State.check, wordsToMove, 1.U)

  // A transfer that is let through has no more words than its memory.
  private val countBits = p.hostAddrBits + 1
  private val fewer = Cat(wordsToMove >> countBits, wordsToMove(countBits - 1, 0) - 1.U)

  private val command = Wire(new HostCommand)
  command.operation := operation
  command.memory := memory
  command.addr := addr
  command.words := wordsToMove
  private val cause = CommandCheck(p, command, end)

  private val collector = Module(new BeatsToWord(p))
  private val memoryNumber = memory(log2Ceil(p.memories.length) - 1, 0)
  collector.beat.valid := in.valid && state === State.write
  collector.beat.bits := in.bits
  collector.lastBeat := VecInit(p.memories.map(shape => (p.beats(shape.wordBits) - 1).U))(memoryNumber)
  collector.word.ready := VecInit(writes.map(_.ready))(memoryNumber)
  for (((write, shape), number) <- writes.zip(p.memories).zipWithIndex) {
    write.valid := collector.word.valid && memoryNumber === number.U
    write.bits.addr := addr(shape.addrBits - 1, 0)
    write.bits.data := collector.word.bits(shape.wordBits - 1, 0)
    // All parts of the word.
    val strobeBits = write.bits.strobes.getWidth
    write.bits.strobes := ((1 << strobeBits) - 1).U(strobeBits.W)
  }

  read.request.valid := state === State.read && wordsToMove =/= 0.U
  read.request.bits.addr := addr(p.featureMapAddrBits - 1, 0)
  read.request.bits.tag := 0.U(0.W)

  private val cutter = Module(new WordToBeats(p))
  cutter.word.valid := read.response.valid
  cutter.word.bits := read.response.bits.data
  cutter.beat.ready := out.ready && state === State.read
  read.response.ready := cutter.word.ready

  run.valid := state === State.run
  run.bits.start := addr(p.programAddrBits - 1, 0)
  run.bits.limit := wordsToMove
  abort := state === State.run && busy && in.valid && isAbort

  private val shown = Wire(new RunOutcome)
  shown := outcome
  when(refuses) { shown.cause := refusal }
  private val identification = Cat(
    0.U((p.beatBits - StatusField.COLS.lsb - StatusField.COLS.width).W),
    p.cols.U(StatusField.COLS.width.W),
    p.rows.U(StatusField.ROWS.width.W),
    StatusField.PROTOCOL_VERSION.U(StatusField.VERSION.width.W),
    StatusField.IDENTIFICATION_WORD.U(StatusField.IDENTIFICATION.width.W)
  )
  private val status =
    VecInit(identification, command.asUInt, shown.answer, Cat(outcome.stalls, outcome.steps))

  in.ready := false.B
  out.valid := false.B
  out.bits := status(Mux(state === State.status, statusBeat, 2.U))

  switch(state) {
    is(State.idle) {
      in.ready := true.B
      when(in.valid) {
        when(isStatus) {
          state := State.status
        }.elsewhen(isAbort) {
          refusal := ErrorCause(Cause.NONE)
        }.elsewhen(!refuses) {
          val header = in.bits.asTypeOf(new HostCommand)
          operation := header.operation
          memory := header.memory
          addr := header.addr
          wordsToMove := header.words
          state := State.check
        }
      }
    }
    is(State.check) {
      val empty = wordsToMove === 0.U
      wordsToAnswer := wordsToMove(p.featureMapAddrBits, 0)
      refusal := cause
      state := State.idle
      when(cause === ErrorCause(Cause.NONE)) {
        when(operation === HostCommand.Run) { state := State.run }
        when(operation === HostCommand.Write && !empty) { state := State.write }
        when(operation === HostCommand.Read && !empty) { state := State.read }
      }
    }
    is(State.write) {
      in.ready := collector.beat.ready
      when(collector.word.fire) {
        addr := end(HostHeaderField.ADDRESS.width - 1, 0)
        wordsToMove := fewer
        when(wordsToMove === 1.U) { state := State.idle }
      }
    }
    is(State.read) {
      out.valid := cutter.beat.valid
      out.bits := cutter.beat.bits
      when(read.request.fire) {
        addr := end(HostHeaderField.ADDRESS.width - 1, 0)
        wordsToMove := fewer
      }
      when(cutter.word.fire) {
        wordsToAnswer := wordsToAnswer - 1.U
        when(wordsToAnswer === 1.U) { state := State.idle }
      }
    }
    is(State.run) {
      in.ready := isAbort && busy
      when(run.fire) { state := State.report }
    }
    is(State.report) {
      out.valid := true.B
      when(out.ready) {
        when(outcome.cause =/= ErrorCause(Cause.ABORTED)) { refusal := outcome.cause }
        state := State.idle
      }
    }
    is(State.status) {
      out.valid := true.B
      when(out.ready) {
        statusBeat := statusBeat + 1.U
        when(statusBeat === (StatusField.BEATS - 1).U) { state := State.idle }
      }
    }
  }

  Contract.stream("lutmac_host_port", "out", out)
  Contract.stream("lutmac_host_port", "read_request", read.request)
  // The feature maps' writer may have to wait; the other memories always take a word.
  Contract.stream("lutmac_host_port", "write", writes(0))
  Contract("lutmac_host_port", "state_range", "the state is none of the seven") { state.isValid }
  Contract("lutmac_host_port", "answer_expected", "a word comes back that no command asked for") {
    !read.response.valid || state === State.read
  }
  Contract("lutmac_host_port", "word_range", "a transfer goes on behind its last word") {
    (state =/= State.write || wordsToMove =/= 0.U) &&
    (state =/= State.read || wordsToAnswer =/= 0.U && wordsToMove <= wordsToAnswer)
  }
}
