package lutmac.shell

import chisel3._
import chisel3.util._

/** Collects host beats, least significant first, to one word.
  *
  * The word is offered together with its last beat, so that beats flow without a gap. What lies
  * above the beats of the word is left over from earlier ones. The last beat is that of a word of one
  * of the memories.
  */
class BeatsToWord(p: ShellParameters) extends ShellModule {
  override def desiredName = "lutmac_beats_to_word"

  val beat = IO(Flipped(Decoupled(UInt(p.beatBits.W))))
  val word = IO(Decoupled(UInt(p.longestWordBits.W)))

  private val mostBeats = p.beats(p.longestWordBits)

  /** Index of a word's last beat; constant while a word is collected. */
  val lastBeat = IO(Input(UInt(log2Ceil(mostBeats).W)))

  private val index = RegInit(0.U(log2Ceil(mostBeats).W))
  private val complete = index === lastBeat
  private val takes = word.ready || !complete
  private val accepted = beat.valid && takes

  // The word comes together with its last beat; any other one has been held before.
  private val lastSlots = p.memories.map(shape => p.beats(shape.wordBits) - 1).toSet
  private val arrives = Seq.tabulate(mostBeats)(slot => (index === slot.U).suggestName(s"arrives_$slot"))
  private def beatPart(slot: Int) = beat.bits(math.min(p.beatBits, p.longestWordBits - slot * p.beatBits) - 1, 0)
  private val held = Seq.tabulate(mostBeats) { slot =>
    RegEnable(beatPart(slot), accepted && arrives(slot)).suggestName(s"held_$slot")
  }
  private val slots = Seq.tabulate(mostBeats) { slot =>
    if (lastSlots(slot)) Mux(arrives(slot), beatPart(slot), held(slot)) else held(slot)
  }
  word.bits := Cat(slots.reverse)
  word.valid := beat.valid && complete
  beat.ready := takes

  when(accepted) {
    index := Mux(complete, 0.U, index + 1.U)
  }

  streamContract(
    "word",
    word,
    Cat(slots.zipWithIndex.map { case (bits, slot) => Fill(bits.getWidth, slot.U <= lastBeat) }.reverse)
  )
  contract("index_range", "a beat lies behind the last one of its word") {
    index === 0.U || index <= lastBeat
  }
  contract("last_constant", "the last beat changes while a word is collected") {
    val lastBefore = RegNext(lastBeat)
    index === 0.U || lastBeat === lastBefore
  }
}
