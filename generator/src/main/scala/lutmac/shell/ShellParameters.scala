package lutmac.shell

import lutmac.rtl.layout.{HostHeaderField, Memory}

/** What decides the shell: one word of every buffer holds something for each of the M columns.
  *
  * @param cols M, lanes of a feature-map word
  * @param featureMapAddrBits address width of the feature-map buffer
  * @param weightAddrBits address width of the weight buffer
  * @param parameterAddrBits address width of the parameter buffer
  * @param programAddrBits address width of the program buffer
  */
case class ShellParameters(
    cols: Int,
    featureMapAddrBits: Int,
    weightAddrBits: Int,
    parameterAddrBits: Int,
    programAddrBits: Int
) {
  val featureMapBits: Int = Memory.FEATURE_MAPS.wordBits(cols)
  val weightBits: Int = Memory.WEIGHTS.wordBits(cols)
  val parameterBits: Int = Memory.PARAMETERS.wordBits(cols)
  val programBits: Int = Memory.PROGRAM.wordBits(cols)

  /** Width of a tag that travels with a read of the activations. */
  val tagBits: Int = 16

  /** Width of a host beat. */
  val beatBits: Int = HostHeaderField.BITS

  /** The buffers in the order in which a host command numbers them. */
  val memories: Seq[MemoryShape] = Seq(
    MemoryShape(featureMapAddrBits, featureMapBits),
    MemoryShape(weightAddrBits, weightBits),
    MemoryShape(parameterAddrBits, parameterBits),
    MemoryShape(programAddrBits, programBits)
  )

  /** Address width that reaches every word of every buffer. */
  val hostAddrBits: Int = memories.map(_.addrBits).max

  /** Host beats of a word, padding included. */
  def beats(wordBits: Int): Int = (wordBits + beatBits - 1) / beatBits

  /** Width of the longest word of any buffer. */
  val longestWordBits: Int = memories.map(_.wordBits).max
}

/** A buffer of `2^addrBits` words. */
case class MemoryShape(addrBits: Int, wordBits: Int)
