package lutmac.shell

import chisel3._
import chisel3.util._

/** Reads the beats of a transfer, one transfer after the other, in bursts of which several are under
  * way.
  *
  * A bus word that comes with an error is dropped and told. After `stop` nothing is asked for any
  * more and what comes is dropped; a request that the bus has not taken stays.
  */
class AxiReadEngine(p: AxiParameters) extends ShellModule {
  override def desiredName = "lutmac_axi_read_engine"

  val transfer = IO(Flipped(Decoupled(new AxiTransfer(p))))
  val data = IO(Decoupled(UInt(p.beatBits.W)))

  val bursts = IO(Decoupled(new AxiBurst(p)))
  val words = IO(Flipped(Decoupled(new AxiReadWord(p))))

  val orders = IO(new AxiEngineOrders)
  val state = IO(new AxiEngineState(p))

  // What is not asked for yet.
  private val asking = RegInit(false.B)
  private val askAddr = Reg(UInt(p.wordAddressBits.W))
  private val askWords = Reg(UInt(p.countBits.W))

  // What has not come yet.
  private val beatsLeft = RegInit(0.U(p.countBits.W))
  private val owedAddr = Reg(UInt(p.wordAddressBits.W))
  private val underWay = RegInit(0.U(log2Ceil(AxiParameters.bursts + 1).W))

  // The request on the bus.
  private val offered = RegInit(false.B)
  private val offer = Reg(new AxiBurst(p))

  private val busy = beatsLeft =/= 0.U
  private val begins = transfer.valid && !busy && !orders.stop
  transfer.ready := !busy && !orders.stop

  private val length = AxiBurstLength(askAddr, askWords)
  private val asks = asking && !offered && underWay =/= AxiParameters.bursts.U && !orders.stop
  private val accepted = offered && bursts.ready
  when(asks) {
    offered := true.B
    offer.id := orders.id
    offer.addr := askAddr
    offer.len := length.lessOne
    askAddr := askAddr + length.words
    askWords := askWords - length.words
  }
  when(accepted) { offered := false.B }
  bursts.valid := offered
  bursts.bits := offer

  // Answers go through a queue so that no logic lies between it and the pins.
  private val queue = part(new StreamQueue(words.bits.getWidth, 2))
  queue.enq.valid := words.valid
  queue.enq.bits := words.bits.asUInt
  words.ready := queue.enq.ready
  private val word = queue.deq.bits.asTypeOf(new AxiReadWord(p))
  private val expected = queue.deq.valid && word.id === orders.id && underWay =/= 0.U
  private val wrong = expected && word.resp(1)
  private val offers = expected && !word.resp(1) && busy && !orders.stop

  private val slot = RegInit(0.U(log2Ceil(p.wordBeats).W))
  private val lastBeat = beatsLeft === 1.U
  private val lastSlot = if (p.wordBeats == 1) true.B else slot === (p.wordBeats - 1).U || lastBeat
  private val moved = offers && data.ready
  data.valid := offers
  data.bits := (if (p.wordBeats == 1) word.data
                else Mux(slot(0), word.data(p.dataBits - 1, p.beatBits), word.data(p.beatBits - 1, 0)))
  if (p.wordBeats > 1) when(moved) { slot := Mux(lastSlot, 0.U, slot + 1.U) }

  private val wordTaken = data.ready && lastSlot
  private val leaves = queue.deq.valid && (!offers || wordTaken)
  queue.deq.ready := !offers || wordTaken
  private val arrived = expected && leaves
  private val answered = arrived && word.last

  when(begins) {
    asking := transfer.bits.beats =/= 0.U
    askAddr := transfer.bits.addr
    owedAddr := transfer.bits.addr
    askWords := (if (p.wordBeats == 1) transfer.bits.beats
                 else (transfer.bits.beats >> 1) +& transfer.bits.beats(0))
  }.elsewhen(asks && length.fits) { asking := false.B }
  when(begins) { beatsLeft := transfer.bits.beats }.elsewhen(moved) { beatsLeft := beatsLeft - 1.U }
  when(arrived) { owedAddr := owedAddr + 1.U }
  when(asks && !answered) { underWay := underWay + 1.U }
  when(!asks && answered) { underWay := underWay - 1.U }
  when(orders.stop) {
    asking := false.B
    beatsLeft := 0.U
    if (p.wordBeats > 1) slot := 0.U
  }
  when(orders.forget) { underWay := 0.U }

  state.busy := busy
  state.settled := underWay === 0.U
  state.owed := (offered || underWay =/= 0.U) && !queue.deq.valid
  state.owedAddr := owedAddr
  state.progress := accepted || words.valid && words.ready
  state.fault.valid := wrong && leaves
  state.fault.bits := word.resp

  streamContract("bursts", bursts)
  contract("burst_place", "a burst crosses the end of the words that it must lie in") {
    !offered || offer.addr(offer.len.getWidth - 1, 0) <= ~offer.len
  }
  contract("burst_count", "more bursts are under way than may be") {
    underWay <= AxiParameters.bursts.U
  }
}

/** How long the next burst is. */
private case class AxiBurstLength(words: UInt, lessOne: UInt, fits: Bool)

private object AxiBurstLength {

  /** As long as it can be: to the end of the transfer or of the words that a burst must lie in. */
  def apply(addr: UInt, left: UInt): AxiBurstLength = {
    val placeBits = log2Ceil(AxiParameters.burstWords)
    val space = (AxiParameters.burstWords.U - addr(placeBits - 1, 0)).suggestName("burstSpace")
    val fits = left <= space
    val words = Mux(fits, left(placeBits, 0), space).suggestName("burstWords")
    val lessOne = (words(placeBits - 1, 0) - 1.U).suggestName("burstLessOne")
    AxiBurstLength(words, lessOne, fits.suggestName("isLastBurst"))
  }
}
