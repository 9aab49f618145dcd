package lutmac.shell

import chisel3._
import chisel3.util._
import lutmac.rtl.layout.{Base, EntryField, HostHeaderField, ImageField, RunAnswerField, ErrorCause => Cause}

/** Does what software asks for: loads the memory image where it must, fetches the script and executes
  * it entry by entry on the shell's host port. Sees to it that every start ends, with an output or with
  * a cause, and that the bus owes nothing and no run goes on then.
  */
class AxiControl(p: AxiParameters) extends ShellModule {
  override def desiredName = "lutmac_axi_control"

  val settings = IO(Input(new AxiSettings(p)))
  val requests = IO(Input(new AxiRequests))
  val report = IO(Output(new AxiReport(p)))

  val read = IO(Decoupled(new AxiTransfer(p)))
  val readData = IO(Flipped(Decoupled(UInt(p.beatBits.W))))
  val readState = IO(Flipped(new AxiEngineState(p)))
  val write = IO(Decoupled(new AxiTransfer(p)))
  val writeData = IO(Decoupled(UInt(p.beatBits.W)))
  val writeState = IO(Flipped(new AxiEngineState(p)))
  val orders = IO(Flipped(new AxiEngineOrders))

  /** The shell's host streams, why it refuses commands, whether its next beat is a command, and its
    * reset.
    */
  val toHost = IO(Decoupled(UInt(p.beatBits.W)))
  val fromHost = IO(Flipped(Decoupled(UInt(p.beatBits.W))))
  val refusal = IO(Input(ErrorCause()))
  val hostReady = IO(Input(Bool()))
  val coreBusy = IO(Input(Bool()))
  val layer = IO(Input(UInt(p.shell.layerBits.W)))
  val shellReset = IO(Output(Bool()))

  /** For a cycle: what is counted starts anew. */
  val clear = IO(Output(Bool()))
  val readWait = IO(Output(Bool()))
  val writeWait = IO(Output(Bool()))

  // One of these is high.
  private val idle = RegInit(true.B)
  private val checking = RegInit(false.B)
  private val askingHeader = RegInit(false.B)
  private val readingHeader = RegInit(false.B)
  private val askingSetup = RegInit(false.B)
  private val loading = RegInit(false.B)
  private val askingScript = RegInit(false.B)
  private val readingScript = RegInit(false.B)
  private val takingCommand = RegInit(false.B)
  private val takingCount = RegInit(false.B)
  private val sending = RegInit(false.B)
  private val askingData = RegInit(false.B)
  private val feeding = RegInit(false.B)
  private val running = RegInit(false.B)
  private val askingPlace = RegInit(false.B)
  private val storing = RegInit(false.B)
  private val finishing = RegInit(false.B)
  private val stopping = RegInit(false.B)
  private val states = Seq(
    idle,
    checking,
    askingHeader,
    readingHeader,
    askingSetup,
    loading,
    askingScript,
    readingScript,
    takingCommand,
    takingCount,
    sending,
    askingData,
    feeding,
    running,
    askingPlace,
    storing,
    finishing,
    stopping
  )
  private def move(from: Bool, to: Bool): Unit = {
    from := false.B
    to := true.B
  }

  // Whether the shell holds the image at the image address, and whether that has changed since.
  private val loaded = RegInit(false.B)
  private val stale = RegInit(false.B)
  private val cause = RegInit(ErrorCause(Cause.NONE))
  private val response = RegInit(0.U(2.W))
  private val errorAddress = RegInit(0.U(p.addressBits.W))
  private val id = RegInit(0.U(AxiParameters.idBits.W))

  // Addresses in multiples of the alignment: next script entry, data of the one that is executed.
  private val alignBits = log2Ceil(AxiParameters.alignment)
  private val placeBits = p.addressBits - alignBits
  private val entryPlace = Reg(UInt(placeBits.W))
  private val dataPlace = Reg(UInt(placeBits.W))
  private val beatsOfPlace = AxiParameters.alignment * 8 / p.beatBits

  private def isAligned(addr: UInt): Bool = addr(alignBits - 1, 0) === 0.U
  private def placeOf(addr: UInt): UInt = addr >> alignBits
  private def byteAddress(place: UInt): UInt = Cat(place, 0.U(alignBits.W))
  private def wordAddress(place: UInt): UInt = byteAddress(place) >> log2Ceil(p.wordBytes)

  private val imageEntries = Reg(UInt(p.countBits.W))
  private val entriesLeft = Reg(UInt(p.countBits.W))
  private val setupBeats = Reg(UInt(p.countBits.W))
  private val setupPlace = Reg(UInt((p.countBits - alignBits).W))

  // The entry that is executed.
  private val command = Reg(UInt(p.beatBits.W))
  private val beats = Reg(UInt(p.countBits.W))
  // Behind the last one a run is waited for.
  private val closing = RegInit(false.B)
  private val given = Mux(closing, HostCommand.Wait.pad(p.beatBits), command)
  private val header = given.asTypeOf(new HostCommand)
  private val writes = header.operation === HostCommand.Write
  private val reads = header.operation === HostCommand.Read
  private val runs = header.operation === HostCommand.Run
  private val launches = header.operation === HostCommand.Start
  private val awaits = header.operation === HostCommand.Wait
  // Its data may be what was written before.
  private val rereads = Reg(Bool())
  private val answered = running && fromHost.valid
  // A run was started that is not waited for.
  private val launched = RegInit(false.B)

  private val starts = idle && requests.start
  when(starts) {
    move(idle, checking)
    cause := ErrorCause(Cause.NONE)
    response := 0.U
    errorAddress := 0.U
  }
  private val loadsAgain = starts && (requests.load || stale)
  when(loadsAgain) { loaded := false.B }
  when(requests.newImage) { stale := true.B }.elsewhen(starts) { stale := false.B }

  private val headerPlaces = ImageField.WORDS / beatsOfPlace
  private val loadsNothing = checking && loaded
  private val loadBegins = checking && !loaded
  private val loadEnds = loading && !readState.busy
  private val scriptBegins = loadsNothing || loadEnds
  when(loadsNothing) { move(checking, askingScript) }
  when(loadBegins) { move(checking, askingHeader) }
  when(loadEnds) {
    move(loading, askingScript)
    loaded := true.B
  }

  // The header's words come one after the other.
  private val headerWord = RegInit(0.U(log2Ceil(ImageField.WORDS).W))
  private def field(field: ImageField): UInt = readData.bits(field.lsb + field.width - 1, field.lsb)
  private val headerWords = Seq.tabulate(ImageField.WORDS)(word => (headerWord === word.U).suggestName(s"isWord_$word"))
  private def isWord(field: ImageField): Bool = headerWords(field.word)
  private val takesHeader = readingHeader && readData.valid
  private val headerAsked = askingHeader && read.ready
  private val headerEnds = takesHeader && headerWords.last
  when(headerAsked) { move(askingHeader, readingHeader) }
  when(headerEnds) { move(readingHeader, askingSetup) }
  when(takesHeader) {
    headerWord := headerWord + 1.U
  }
  private val takesLengths = takesHeader && isWord(ImageField.ENTRIES)
  private val takesOffset = takesHeader && isWord(ImageField.SETUP_OFFSET)
  when(takesLengths) {
    imageEntries := field(ImageField.ENTRIES)
    setupBeats := field(ImageField.SETUP_BEATS)
  }
  when(takesOffset) { setupPlace := placeOf(field(ImageField.SETUP_OFFSET)) }
  when(stopping) { headerWord := 0.U }
  private val fingerprint = (BigInt(p.fingerprint) & 0xffffffffL).U(ImageField.CONFIGURATION.width.W)
  private val wrongFirst = field(ImageField.IDENTIFICATION) =/= ImageField.IDENTIFICATION_WORD.U ||
    field(ImageField.CONFIGURATION) =/= fingerprint
  private val foreign = takesHeader && (
    isWord(ImageField.IDENTIFICATION) && wrongFirst ||
      isWord(ImageField.SETUP_OFFSET) && !isAligned(field(ImageField.SETUP_OFFSET))
  )

  private val setupAsked = askingSetup && read.ready
  when(setupAsked) { move(askingSetup, loading) }

  // Some entries are fetched at a time.
  private val chunkEntries = 16
  private val chunk =
    Mux(entriesLeft < chunkEntries.U, entriesLeft(log2Ceil(chunkEntries), 0), chunkEntries.U)
  private val script = part(
    new StreamQueue(p.beatBits, chunkEntries * ImageField.ENTRY_WORDS),
    (rst_ni.asBool && !stopping).asAsyncReset
  )
  script.enq.valid := readingScript && readData.valid
  script.enq.bits := readData.bits
  script.deq.ready := takingCommand || takingCount
  private val entriesAreLeft = entriesLeft =/= 0.U
  private val scriptEnds = askingScript && !entriesAreLeft && !launched
  private val lastRunLeft = askingScript && !entriesAreLeft && launched
  private val asksChunk = askingScript && entriesAreLeft
  private val chunkAsked = asksChunk && read.ready
  private val chunkEnds = readingScript && !readState.busy
  private val commandTaken = takingCommand && script.deq.valid
  private val chunkSpent = takingCommand && !script.deq.valid
  when(scriptEnds) { move(askingScript, finishing) }
  when(lastRunLeft) { move(askingScript, sending) }
  when(chunkAsked) { move(askingScript, readingScript) }
  when(chunkEnds) { move(readingScript, takingCommand) }
  when(commandTaken) { move(takingCommand, takingCount) }
  when(chunkSpent) { move(takingCommand, askingScript) }
  when(takingCount) { move(takingCount, sending) }
  when(takingCommand) { command := script.deq.bits }
  when(lastRunLeft || answered || stopping) { closing := lastRunLeft }
  private def entry(field: EntryField): UInt = script.deq.bits(field.lsb + field.width - 1, field.lsb)
  private val base = entry(EntryField.BASE)
  // Software may set the next run's addresses meanwhile.
  private val inputPlace = RegEnable(placeOf(settings.input), starts)
  private val outputPlace = RegEnable(placeOf(settings.output), starts)
  private val imagePlace = RegEnable(placeOf(settings.image), starts)
  private val scratchPlace = RegEnable(placeOf(settings.scratch), starts)
  private val bases = Seq(
    (Base.IMAGE, imagePlace, settings.image),
    (Base.INPUT, inputPlace, settings.input),
    (Base.OUTPUT, outputPlace, settings.output),
    (Base.SCRATCH, scratchPlace, settings.scratch)
  )
  // The first address that is wrong: of all bits of a base but the lowest there is one choice.
  private val offsets = bases.map { case (_, _, addr) => addr(alignBits - 1, 0) }
  private val areWrong = offsets.map(_ =/= 0.U)
  private val misaligned = checking && areWrong.reduce(_ || _)
  private val wrongBase = PriorityMux(areWrong.zip(bases.map { case (base, _, _) => base.code.U(EntryField.BASE.width.W) }))
  private val basePlace = MuxLookup(Mux(checking, wrongBase, base), 0.U(placeBits.W))(
    bases.map { case (base, place, _) => base.code.U -> place }
  )
  private val wrongAddress = Cat(basePlace, PriorityMux(areWrong.zip(offsets)))
  when(takingCount) {
    beats := entry(EntryField.BEATS)
    dataPlace := basePlace + entry(EntryField.PLACE).pad(placeBits)(placeBits - 1, 0)
    rereads := base === Base.OUTPUT.code.U || base === Base.SCRATCH.code.U
  }
  when(scriptBegins) { entriesLeft := imageEntries }.elsewhen(takingCount) { entriesLeft := entriesLeft - 1.U }
  private val unknown = sending && !writes && !reads && !runs && !launches && !awaits
  private val commandSent = sending && toHost.ready
  when(commandSent) {
    sending := false.B
    askingData := writes
    askingPlace := reads
    running := runs || awaits
    takingCommand := launches
  }

  private val asksData = askingData && !(rereads && !writeState.settled)
  private val dataAsked = asksData && read.ready
  private val placeAsked = askingPlace && write.ready
  when(dataAsked) { move(askingData, feeding) }
  when(placeAsked) { move(askingPlace, storing) }
  private def answer(field: RunAnswerField): UInt = fromHost.bits(field.lsb + field.width - 1, field.lsb)
  private val runFailed = answered && answer(RunAnswerField.CAUSE) =/= ErrorCause(Cause.NONE)
  private val fed = feeding && !readState.busy
  private val stored = storing && !writeState.busy
  when(fed) { move(feeding, takingCommand) }
  when(answered) { move(running, takingCommand) }
  when(stored) { move(storing, takingCommand) }
  private val runBegins = commandSent && launches
  private val entryEnds = fed || runBegins || answered || stored
  when(runBegins || answered || stopping) { launched := runBegins }
  when(starts) { entryPlace := placeOf(settings.image) }.elsewhen(scriptBegins || entryEnds) {
    entryPlace := entryPlace + Mux(scriptBegins, headerPlaces.U, 1.U)
  }

  // The shell may need two cycles to refuse the last command.
  private val finishingBefore = RegNext(finishing, false.B)
  private val finishingLong = RegNext(finishingBefore, false.B)
  private val finished = finishing && finishingBefore && finishingLong && hostReady && writeState.settled
  when(finished) { move(finishing, idle) }

  // The bus owes something for too long.
  // Nothing is owed in the first cycle after a reset.
  private val waited = Reg(UInt(settings.watchdog.getWidth.W))
  private val owed = readState.owed || writeState.owed
  private val progress = readState.progress || writeState.progress
  private val expired = owed && !progress && settings.watchdog =/= 0.U && waited >= settings.watchdog
  waited := Mux(idle || !owed || progress || expired, 0.U, waited + 1.U)

  // Commands and numbers of beats that contradict each other: the shell wants data where there is none
  // left, takes data for a command, or answers where nobody asked or does not where somebody did.
  private val wantsMore = toHost.ready && !hostReady && !loading && !askingData && !feeding
  private val wantsLess = feeding && readData.valid && hostReady
  private val saysMore = fromHost.valid && !loading && !running && !askingPlace && !storing
  private val saysLess = storing && writeState.busy && !fromHost.valid && hostReady
  // A setup that starts the core and leaves it.
  private val runsOn = finishing && coreBusy
  private val contradicts = !idle && (wantsMore || wantsLess || saysMore || saysLess || runsOn)

  // What ends a run early, the first one in this order.
  private val refused = refusal =/= ErrorCause(Cause.NONE)
  private val entryAddress = byteAddress(entryPlace)
  private def busAddress(word: UInt): UInt = AxiPort.byteAddress(p, word)
  private val readAddress = busAddress(readState.owedAddr).suggestName("readAddress")
  private val writeAddress = busAddress(writeState.owedAddr).suggestName("writeAddress")
  private val nowhere = 0.U(p.addressBits.W)
  private val failedLayer = answer(RunAnswerField.LAYER).pad(p.addressBits)
  private case class Failure(holds: Bool, cause: UInt, address: UInt)
  private val failures = Seq(
    Failure(requests.abort, ErrorCause(Cause.ABORTED), nowhere),
    Failure(readState.fault.valid, ErrorCause(Cause.BUS_READ), readAddress),
    Failure(writeState.fault.valid, ErrorCause(Cause.BUS_WRITE), writeAddress),
    Failure(expired && readState.owed, ErrorCause(Cause.BUS_TIMEOUT), readAddress),
    Failure(expired, ErrorCause(Cause.BUS_TIMEOUT), writeAddress),
    Failure(misaligned, ErrorCause(Cause.ALIGNMENT), wrongAddress),
    Failure(foreign, ErrorCause(Cause.IMAGE), entryAddress),
    Failure(unknown, ErrorCause(Cause.OPERATION), entryAddress),
    Failure(runFailed, answer(RunAnswerField.CAUSE), failedLayer),
    Failure(refused && loading, refusal, readAddress),
    Failure(refused, refusal, entryAddress),
    Failure(contradicts, ErrorCause(Cause.IMAGE), entryAddress)
  )
  private val first = PriorityEncoderOH(failures.map(_.holds))
  // An address that several share is chosen once.
  private val addressOfFirst = Mux1H(failures.map(_.address).distinct.map { address =>
    failures.zip(first).collect { case (f, chosen) if f.address eq address => chosen }.reduce(_ || _) -> address
  })
  private val busy = !idle
  private val fails = busy && !stopping && failures.map(_.holds).reduce(_ || _)
  when(fails) {
    states.foreach(_ := false.B)
    stopping := true.B
    loaded := false.B
    waited := 0.U
    cause := Mux1H(first, failures.map(_.cause))
    errorAddress := addressOfFirst
    response := Mux(
      requests.abort,
      0.U,
      Mux(
        readState.fault.valid,
        readState.fault.bits,
        Mux(writeState.fault.valid, writeState.fault.bits, 0.U)
      )
    )
  }

  private val settled = readState.settled && writeState.settled
  private val stopped = stopping && (settled || expired)
  when(stopped) { move(stopping, idle) }
  private val givesUp = stopping && expired && !settled
  when(givesUp) { id := id + 1.U }
  orders.stop := stopping
  orders.forget := givesUp
  orders.id := id
  shellReset := stopping

  read.valid := askingHeader || askingSetup || asksChunk || asksData
  read.bits.addr := wordAddress(
    Mux(askingData, dataPlace, entryPlace + Mux(askingSetup, setupPlace, 0.U))
  )
  read.bits.beats := Mux(
    askingHeader,
    ImageField.WORDS.U,
    Mux(askingSetup, setupBeats, Mux(askingData, beats, chunk << log2Ceil(ImageField.ENTRY_WORDS)))
  )
  write.valid := askingPlace
  write.bits.addr := wordAddress(dataPlace)
  write.bits.beats := beats

  private val passes = loading || feeding
  private val sent = Wire(new HostCommand)
  sent := header
  when(runs || launches) { sent.words := settings.runLimit }
  toHost.valid := sending && !unknown || passes && readData.valid
  toHost.bits := Mux(passes, readData.bits, sent.asUInt)
  readData.ready := readingHeader || readingScript || passes && toHost.ready
  writeData.valid := storing && fromHost.valid
  writeData.bits := fromHost.bits
  // What an image's setup asks for is nobody's.
  fromHost.ready := loading || running || storing && writeData.ready

  clear := starts
  readWait := (read.valid || readState.busy) && !readData.valid
  writeWait := finishing || askingPlace && !write.ready || storing && fromHost.valid && !writeData.ready

  report.busy := busy
  report.loading := askingHeader || readingHeader || askingSetup || loading
  report.running := coreBusy
  report.loaded := loaded && !stale
  report.stopping := stopping
  report.layer := layer
  report.cause := cause
  report.response := response
  report.address := errorAddress
  report.done := finished && !fails
  report.failed := stopped

  contract("state_range", "the state is not one of those that there are") {
    PopCount(states) === 1.U
  }
  contract("script_fits", "an entry comes that has no place") {
    !script.enq.valid || script.enq.ready
  }
  contract("settled_idle", "the bus owes something although nothing goes on") {
    !idle || settled
  }
}
