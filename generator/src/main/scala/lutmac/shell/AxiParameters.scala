package lutmac.shell

import chisel3.util._

/** What decides how an accelerator is connected to a bus.
  *
  * @param shell the accelerator
  * @param addressBits width of the master's addresses
  * @param dataBits width of the master's words
  * @param fingerprint of the configuration, which its memory images hold
  */
case class AxiParameters(shell: ShellParameters, addressBits: Int, dataBits: Int, fingerprint: Int) {
  require(32 <= addressBits && addressBits <= 64, s"addressBits is $addressBits, it must lie in 32..64")
  require(dataBits == 64 || dataBits == 128, s"dataBits is $dataBits, it must be 64 or 128")

  /** Width of a host beat, in which the engines count. */
  val beatBits: Int = shell.beatBits

  /** Host beats of a bus word. */
  val wordBeats: Int = dataBits / beatBits

  /** Bytes of a bus word. */
  val wordBytes: Int = dataBits / 8

  /** Width of a bus word's address. */
  val wordAddressBits: Int = addressBits - log2Ceil(wordBytes)

  /** Width of a number of beats. */
  val countBits: Int = 32
}

object AxiParameters {

  /** Words of the longest burst, a power of two. Bursts lie within as many words that begin at a
    * multiple of them, so that none crosses 4 KiB.
    */
  val burstWords: Int = 64

  /** Bursts of a kind that are under way at most. */
  val bursts: Int = 4

  /** Width of the identifiers that tell answers from those that were given up. */
  val idBits: Int = 2

  /** Multiple that addresses are of. */
  val alignment: Int = lutmac.rtl.layout.ImageField.ALIGNMENT_BYTES
}
