package lutmac.shell

import chisel3._
import chisel3.util._
import lutmac.rtl.layout.{HostHeaderField, HostOperation, RunAnswerField, StatusField, ErrorCause => Cause}

/** Executes host commands, one after the other and each to its end, but for a run that is started.
  *
  *   - write: collects `words` words of the memory from the beats that follow and stores them at
  *     consecutive addresses.
  *   - read: answers with `words` words of the feature maps from consecutive addresses.
  *   - start: runs the program at `addr` for at most `words` cycles; the commands that follow are
  *     executed while it runs.
  *   - wait: answers with one beat, how the run ended (`RunAnswerField`), when it has.
  *   - run: both.
  *   - after: waits until layer `addr` of the run is the one that runs, or no run is under way; it has
  *     no answer.
  *   - status: answers with the beats of `StatusField`.
  *   - abort: ends a run, or the refusal of all other commands.
  *
  * Reads and writes in a run do not delay it. A transfer of no words has no data and no answer. A
  * command that [[CommandCheck]] does not let through, or the answer that a run has failed, makes the
  * port refuse whatever comes, the data of a refused write
  * too, but status and abort, until an abort.
  *
  * @param onBus words are read while one is answered, also in a run; nobody asks for the status, which
  *     has no steps and stalls
  */
class HostPort(p: ShellParameters, onBus: Boolean) extends ShellModule {
  override def desiredName = "lutmac_host_port"

  val in = IO(Flipped(Decoupled(UInt(p.beatBits.W))))
  val out = IO(Decoupled(UInt(p.beatBits.W)))

  /** The beat of `out` is the last one of an answer. */
  val outLast = IO(Output(Bool()))

  /** One port for each memory, in the order of their numbers. */
  val writes = IO(MixedVec(p.memories.map(shape => Decoupled(new WriteRequest(shape)))))

  /** To the feature maps. */
  val read = IO(Decoupled(UInt(p.featureMapAddrBits.W)))

  /** What the last read got, from the cycle after it was accepted; in a run in that cycle alone. */
  val readData = IO(Input(UInt(p.featureMapBits.W)))

  /** To [[RunControl]]. */
  val run = IO(Decoupled(new RunRequest(p)))
  val abort = IO(Output(Bool()))
  val busy = IO(Input(Bool()))

  /** Of the run that is under way: the layer that runs. */
  val layer = IO(Input(UInt(p.layerBits.W)))
  val outcome = IO(Input(new RunOutcome(counts = !onBus)))

  /** Why all commands but the keyed ones are refused, or none. */
  val refusing = IO(Output(ErrorCause()))

  /** The next beat is a command. */
  val ready = IO(Output(Bool()))

  // One of these is high.
  private val idle = RegInit(true.B)
  private val checking = RegInit(false.B)
  private val writing = RegInit(false.B)
  private val reading = RegInit(false.B)
  private val starting = RegInit(false.B)
  private val waiting = RegInit(false.B)
  private val reporting = RegInit(false.B)
  private val telling = RegInit(false.B)

  // A run was started whose end is not told.
  private val started = RegInit(false.B)

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

  // A transfer that is let through has no more words than its memory, and ends at its end: what is beyond
  // the largest memory says so by the bits above these.
  private val countBits = p.hostAddrBits + 1
  private val addrBits = HostHeaderField.ADDRESS.width
  private val left = wordsToMove(countBits - 1, 0)
  private val manyWords = (wordsToMove >> countBits).orR
  private val farAway = if (addrBits > countBits) (addr >> countBits).orR else false.B
  private val noneLeft = left === 0.U
  private val empty = noneLeft && !manyWords

  // Behind the word, or behind all of them.
  private val behind = addr.pad(countBits)(countBits - 1, 0) +& Mux(checking, left, 1.U)
  private val nextAddr =
    if (addrBits > countBits) Cat(addr >> countBits, behind(countBits - 1, 0)) else behind(addrBits - 1, 0)
  private val fewer = Cat(wordsToMove >> countBits, left - 1.U)

  private val command = Wire(new HostCommand)
  command.operation := operation
  command.memory := memory
  command.addr := addr
  command.words := wordsToMove
  private val cause = CommandCheck(p, command, behind, manyWords || farAway, started)
  private val passes = checking && cause === ErrorCause(Cause.NONE)

  private val collector = part(new BeatsToWord(p))
  // The beat behind the last word is the next command's.
  private val lastToMove = left === 1.U
  private val collects = writing && !(collector.word.valid && lastToMove)
  collector.beat.valid := in.valid && collects
  collector.beat.bits := in.bits
  collector.lastBeat := MemoryChoice(memory, p.memories.map(shape => (p.beats(shape.wordBits) - 1).U))
  private val wordReady = MemoryChoice(memory, writes.map(_.ready))
  collector.word.ready := wordReady
  private val stored = writing && collector.word.valid && wordReady
  for (((write, shape), number) <- writes.zip(p.memories).zipWithIndex) {
    val stores =
      (collector.word.valid && MemoryChoice.is(memory, number, p.memories.length)).suggestName(s"stores_$number")
    write.valid := stores
    write.bits.addr := addr(shape.addrBits - 1, 0)
    write.bits.data := collector.word.bits(shape.wordBits - 1, 0)
    // All parts of the word.
    val strobeBits = write.bits.strobes.getWidth
    write.bits.strobes := ((1 << strobeBits) - 1).U(strobeBits.W)
  }

  private val cutter = part(new WordToBeats(p))
  private val wanted = reading && !noneLeft
  private val asked = Wire(Bool())
  private val sent = Wire(Bool())
  private val underWay = Wire(Bool())
  if (onBus) {
    // Words come while one is cut into beats.
    val port = part(new ReadPort(p.featureMapShape, 0, places = 2))
    port.client.request.valid := wanted
    port.client.request.bits.addr := addr(p.featureMapAddrBits - 1, 0)
    port.client.request.bits.tag := 0.U(0.W)
    read :<>= port.read
    port.readData := readData
    cutter.word.valid := port.client.response.valid
    cutter.word.bits := port.client.response.bits.data
    port.client.response.ready := cutter.word.ready
    asked := wanted && port.client.request.ready
    sent := port.client.response.valid && cutter.word.ready
    underWay := port.client.response.valid
  } else {
    // The word that is cut into beats. The next one waits in the buffer: it stays there until another is
    // asked for. In a run the core may ask in any cycle, so that a word is asked for only when it has a
    // place here in the cycle in which it comes.
    val arriving = RegInit(false.B)
    val full = RegInit(false.B)
    val hasPlace = !full || sent
    val arrived = arriving && hasPlace
    val asks = wanted && Mux(arriving, hasPlace && !busy, hasPlace || !busy)
    asked := asks && read.ready
    sent := full && cutter.word.ready
    read.valid := asks
    read.bits := addr(p.featureMapAddrBits - 1, 0)
    when(asked || arrived) { arriving := asked }
    when(arrived || sent) { full := arrived }
    cutter.word.valid := full
    cutter.word.bits := RegEnable(readData, arrived).suggestName("word")
    underWay := arriving || full
  }
  cutter.beat.ready := out.ready

  run.valid := starting
  run.bits.start := addr(p.programAddrBits - 1, 0)
  run.bits.limit := wordsToMove
  private val launched = starting && run.ready
  private val takesAbort = (idle || waiting) && busy && isAbort
  abort := takesAbort && in.valid

  // What answers a run, and the beats that answer a status command.
  private val shown = Wire(new RunOutcome(counts = !onBus))
  shown := outcome
  when(refuses) { shown.cause := refusal }
  private val answer = shown.answer
  private val identification = Cat(
    0.U((p.beatBits - StatusField.COLS.lsb - StatusField.COLS.width).W),
    p.cols.U(StatusField.COLS.width.W),
    p.rows.U(StatusField.ROWS.width.W),
    StatusField.PROTOCOL_VERSION.U(StatusField.VERSION.width.W),
    StatusField.IDENTIFICATION_WORD.U(StatusField.IDENTIFICATION.width.W)
  )
  // One of four, chosen by two bits, in a look-up table a bit; the constant one by the reset of the
  // register that answers leave through.
  private val ofRun = reporting || telling && statusBeat(1)
  private val second = telling && statusBeat(0)
  private def ifCounted(events: Option[UInt]) = events.getOrElse(0.U(RunAnswerField.CYCLES.width.W))
  private val shows = Mux(
    ofRun,
    Mux(second, Cat(ifCounted(outcome.stalls), ifCounted(outcome.steps)), answer),
    Mux(second, command.asUInt, cutter.beat.bits)
  )
  private val identifies = telling && statusBeat === 0.U

  in.ready := idle || collects && collector.beat.ready || takesAbort
  private val answers = cutter.beat.valid || reporting || telling
  private val answerBits = Mux(identifies, identification, shows)
  out.valid := answers
  out.bits := answerBits
  private val lastWord = wordsToAnswer === 1.U
  private val lastOfStatus = statusBeat === (StatusField.BEATS - 1).U
  outLast := Mux(
    reading,
    cutter.lastBeat && lastWord,
    !telling || lastOfStatus
  )

  // Which way the states go.
  private val commanded = idle && in.valid
  private val begins = commanded && !isStatus && !isAbort && !refuses
  private val asksStatus = commanded && isStatus
  private val returns = commanded && isAbort
  private val toWrite = passes && operation === HostCommand.Write && !empty
  private val toRead = passes && operation === HostCommand.Read && !empty
  private val runs = operation === HostCommand.Run
  private val toStart = passes && (runs || operation === HostCommand.Start)
  private val isAfter = operation === HostCommand.After
  private val toWait = passes && (operation === HostCommand.Wait || isAfter)
  private val lastStored = stored && lastToMove
  private val lastSent = sent && lastWord
  private val reached = isAfter && layer >= addr(p.layerBits - 1, 0)
  private val awaited = waiting && (!busy || reached)
  private val ended = awaited && !isAfter
  private val reported = reporting && out.ready
  private val told = telling && out.ready
  private val lastTold = told && lastOfStatus

  private val leavesIdle = begins || asksStatus
  private val stops = checking && !toWrite && !toRead && !toStart && !toWait
  private val leftAlone = launched && !runs
  private val passed = awaited && isAfter
  private val comesIdle = stops || lastStored || lastSent || leftAlone || passed || reported || lastTold
  when(leavesIdle || comesIdle) { idle := comesIdle }
  checking := begins
  when(toWrite || lastStored) { writing := toWrite }
  when(toRead || lastSent) { reading := toRead }
  when(toStart || launched) { starting := toStart }
  private val awaits = launched && runs || toWait
  when(awaits || awaited) { waiting := awaits }
  when(ended || reported) { reporting := ended }
  when(asksStatus || lastTold) { telling := asksStatus }

  private val header = in.bits.asTypeOf(new HostCommand)
  when(begins) {
    operation := header.operation
    memory := header.memory
  }
  private val moves = stored || asked
  when(begins) {
    addr := header.addr
    wordsToMove := header.words
  }.elsewhen(moves) {
    addr := nextAddr
    wordsToMove := fewer
  }
  when(checking) {
    wordsToAnswer := wordsToMove(p.featureMapAddrBits, 0)
  }.elsewhen(sent) {
    wordsToAnswer := wordsToAnswer - 1.U
  }
  private val fails = reported && started && outcome.cause =/= ErrorCause(Cause.ABORTED)
  when(launched || reported || returns) { started := launched }
  when(returns) {
    refusal := ErrorCause(Cause.NONE)
  }.elsewhen(checking) {
    refusal := cause
  }.elsewhen(fails) {
    refusal := outcome.cause
  }
  when(told) { statusBeat := statusBeat + 1.U }

  refusing := refusal
  ready := idle

  // A status that waits in a run shows its counters as they are when it is taken.
  streamContract(
    "out",
    out,
    Fill(p.beatBits, true.B),
    Mux(telling && statusBeat(1), 0.U(p.beatBits.W), out.bits)
  )
  // Else the port that reads ahead promises it.
  if (!onBus) streamContract("read", read)
  // The feature maps' writer may have to wait; the other memories always take a word.
  streamContract("write", writes(0))
  contract("state_range", "the state is not one of the eight") {
    PopCount(Seq(idle, checking, writing, reading, starting, waiting, reporting, telling)) === 1.U
  }
  contract("start_alone", "a run begins while a word is read") {
    !launched || !underWay
  }
  contract("word_range", "a transfer goes on behind its last word") {
    (!writing || !empty) && (!reading || wordsToAnswer =/= 0.U && wordsToMove <= wordsToAnswer)
  }
}
