package lutmac.shell

import chisel3._
import chisel3.util._

/** Cuts a feature-map word into host beats, least significant first, the last one padded with
  * zeros. The word is taken together with its last beat.
  */
class WordToBeats(p: ShellParameters) extends ShellModule {
  override def desiredName = "lutmac_word_to_beats"

  val word = IO(Flipped(Decoupled(UInt(p.featureMapBits.W))))
  val beat = IO(Decoupled(UInt(p.beatBits.W)))

  /** The beat is the last one of its word. */
  val lastBeat = IO(Output(Bool()))

  private val beats = p.beats(p.featureMapBits)
  private val padded = word.bits.pad(beats * p.beatBits)
  private val slices =
    Seq.tabulate(beats)(slot => padded((slot + 1) * p.beatBits - 1, slot * p.beatBits))
  private val moves = word.valid && beat.ready
  private val (index, last) = Counter(moves, beats)

  lastBeat := index === (beats - 1).U
  beat.valid := word.valid
  beat.bits := Mux1H(slices.zipWithIndex.map { case (slice, slot) => (index === slot.U) -> slice })
  word.ready := last

  streamContract("beat", beat)
  contract("index_range", "a beat lies behind the last one of its word") {
    index <= (beats - 1).U
  }
}
