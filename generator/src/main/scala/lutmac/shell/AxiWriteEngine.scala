package lutmac.shell

import chisel3._
import chisel3.util._

/** Writes the beats of a transfer, one transfer after the other, in bursts of which several wait for
  * their answers.
  *
  * After `stop` no burst is begun any more; the words that are left of one that has begun are
  * written with all strobes low, whenever the bus takes them.
  */
class AxiWriteEngine(p: AxiParameters) extends ShellModule {
  override def desiredName = "lutmac_axi_write_engine"

  val transfer = IO(Flipped(Decoupled(new AxiTransfer(p))))
  val data = IO(Flipped(Decoupled(UInt(p.beatBits.W))))

  val bursts = IO(Decoupled(new AxiBurst(p)))
  val words = IO(Decoupled(new AxiWriteWord(p)))
  val answers = IO(Flipped(Decoupled(new AxiWriteAnswer)))

  val orders = IO(new AxiEngineOrders)
  val state = IO(new AxiEngineState(p))

  // What has not come from the accelerator yet, and the next burst's place.
  private val beatsLeft = RegInit(0.U(p.countBits.W))
  private val wordsLeft = Reg(UInt(p.countBits.W))
  private val addr = Reg(UInt(p.wordAddressBits.W))

  // The burst whose words are written, and its request.
  private val open = RegInit(false.B)
  private val openWords = Reg(UInt(log2Ceil(AxiParameters.burstWords).W))
  private val dropping = RegInit(false.B)
  private val offered = RegInit(false.B)
  private val offer = Reg(new AxiBurst(p))

  private val busy = beatsLeft =/= 0.U
  private val begins = transfer.valid && !busy && !open && !orders.stop
  transfer.ready := !busy && !open && !orders.stop

  // Where bursts began that are not answered.
  // From a register: a reset must not glitch.
  private val forgets = RegNext(orders.forget, false.B)
  private val keeps = rst_ni.asBool && !forgets
  private val owed = part(new StreamQueue(p.wordAddressBits, AxiParameters.bursts), keeps.asAsyncReset)

  private val length = AxiBurstLength(addr, wordsLeft)
  // The word whose burst begins is there.
  private val opens = busy && data.valid && !open && !offered && owed.enq.ready && !orders.stop
  owed.enq.valid := opens
  owed.enq.bits := addr
  private val accepted = offered && bursts.ready
  when(opens) {
    offered := true.B
    offer.id := orders.id
    offer.addr := addr
    offer.len := length.lessOne
    addr := addr + length.words
    wordsLeft := wordsLeft - length.words
    openWords := length.lessOne
  }
  when(accepted) { offered := false.B }
  bursts.valid := offered
  bursts.bits := offer

  // Words go beside the burst's request: a slave may want both before it takes one.
  private val hasPlace = Wire(Bool())
  private val writes = open
  private val drops = dropping || orders.stop
  private val slot = RegInit(0.U(log2Ceil(p.wordBeats).W))
  private val lastBeat = beatsLeft === 1.U
  private val lastSlot = if (p.wordBeats == 1) true.B else slot === (p.wordBeats - 1).U || lastBeat
  private val takes = writes && !drops && (hasPlace || !lastSlot)
  private val taken = data.valid && takes
  data.ready := takes
  private val written = writes && hasPlace && Mux(drops, true.B, data.valid && lastSlot)
  private val lower = if (p.wordBeats == 1) data.bits else RegEnable(data.bits, taken && slot === 0.U)
  private val word = Wire(new AxiWriteWord(p))
  if (p.wordBeats == 1) {
    word.data := data.bits
    word.strb := Fill(p.wordBytes, !drops)
  } else {
    slot := Mux(drops, 0.U, Mux(taken, Mux(lastSlot, 0.U, slot + 1.U), slot))
    val second = slot(0)
    word.data := Cat(data.bits, Mux(second, lower, data.bits))
    word.strb := Cat(Fill(p.wordBytes / 2, !drops && second), Fill(p.wordBytes / 2, !drops))
  }
  word.last := openWords === 0.U
  // No logic lies between the bus's pins and where words wait.
  if (p.wordBeats == 1) {
    val queue = part(new StreamQueue(words.bits.getWidth, 2)).suggestName("queue")
    queue.enq.valid := written
    queue.enq.bits := word.asUInt
    hasPlace := queue.enq.ready
    words.valid := queue.deq.valid
    words.bits := queue.deq.bits.asTypeOf(new AxiWriteWord(p))
    queue.deq.ready := words.ready
  } else {
    // A word of several beats leaves while the next one's first beat comes: one place is enough.
    val full = RegInit(false.B).suggestName("full")
    when(written || words.ready) { full := written }
    hasPlace := !full
    words.valid := full
    val held = RegEnable(word, written)
    words.bits := held
  }

  private val closes = written && word.last
  when(written) { openWords := openWords - 1.U }
  when(opens || closes) { open := opens }
  when(closes) { dropping := false.B }.elsewhen(orders.stop && open) { dropping := true.B }

  when(begins) {
    addr := transfer.bits.addr
    wordsLeft := (if (p.wordBeats == 1) transfer.bits.beats
                  else (transfer.bits.beats >> 1) +& transfer.bits.beats(0))
  }
  when(begins) { beatsLeft := transfer.bits.beats }.elsewhen(taken) { beatsLeft := beatsLeft - 1.U }
  when(orders.stop) { beatsLeft := 0.U }

  answers.ready := true.B
  private val answered = answers.valid && answers.bits.id === orders.id
  owed.deq.ready := answered

  state.busy := busy || open
  state.settled := !owed.deq.valid
  state.owed := offered || words.valid || owed.deq.valid && !open
  state.owedAddr := owed.deq.bits
  state.progress := accepted || words.valid && words.ready || answered
  state.fault.valid := answered && owed.deq.valid && answers.bits.resp(1)
  state.fault.bits := answers.bits.resp

  streamContract("bursts", bursts)
  streamContract("words", words)
  contract("burst_place", "a burst crosses the end of the words that it must lie in") {
    !offered || offer.addr(offer.len.getWidth - 1, 0) <= ~offer.len
  }
}
