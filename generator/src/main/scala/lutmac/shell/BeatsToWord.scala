package lutmac.shell

import chisel3._
import chisel3.util._

/** Collects host beats, least significant first, to one word.
  *
  * The word is offered in the cycle after its last beat, while the next one begins, so that beats
  * flow without a gap. What lies above the beats of the word is left over from earlier ones.
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
  private val full = RegInit(false.B)
  private val takes = word.ready || !full
  private val accepted = beat.valid && takes

  private val arrives = Seq.tabulate(mostBeats)(slot => (index === slot.U).suggestName(s"arrives_$slot"))
  private val held = Seq.tabulate(mostBeats) { slot =>
    val bits = math.min(p.beatBits, p.longestWordBits - slot * p.beatBits)
    RegEnable(beat.bits(bits - 1, 0), accepted && arrives(slot)).suggestName(s"held_$slot")
  }
  word.bits := Cat(held.reverse)
  word.valid := full
  beat.ready := takes

  when(takes) { full := beat.valid && complete }
  when(accepted) {
    index := Mux(complete, 0.U, index + 1.U)
  }

  streamContract(
    "word",
    word,
    Cat(held.zipWithIndex.map { case (bits, slot) => Fill(bits.getWidth, slot.U <= lastBeat) }.reverse)
  )
  contract("index_range", "a beat lies behind the last one of its word") {
    index === 0.U || index <= lastBeat
  }
  contract("last_constant", "the last beat changes while a word is collected") {
    val lastBefore = RegNext(lastBeat)
    index === 0.U || lastBeat === lastBefore
  }
}
