package lutmac.shell

/** What decides the shell: one word of every buffer holds something for each of the M columns.
  *
  * @param cols M, lanes of a feature-map word
  * @param featureMapAddrBits address width of the feature-map buffer, words of M bytes
  * @param weightAddrBits address width of the weight buffer, words of M 4-bit codes
  * @param parameterAddrBits address width of the parameter buffer, words of M x 42 bits
  * @param programAddrBits address width of the program buffer, 32-bit words
  */
case class ShellParameters(
    cols: Int,
    featureMapAddrBits: Int,
    weightAddrBits: Int,
    parameterAddrBits: Int,
    programAddrBits: Int
) {
  private def requireRange(parameter: String, value: Int, low: Int, high: Int): Unit =
    require(low <= value && value <= high, s"$parameter is $value, it must lie in $low..$high")

  requireRange("cols", cols, 2, 64)
  requireRange("featureMapAddrBits", featureMapAddrBits, 1, 24)
  requireRange("weightAddrBits", weightAddrBits, 1, 24)
  requireRange("parameterAddrBits", parameterAddrBits, 1, 24)
  requireRange("programAddrBits", programAddrBits, 1, 24)

  val featureMapBits: Int = 8 * cols
  val weightBits: Int = 4 * cols
  val parameterBits: Int = 42 * cols
  val programBits: Int = 32

  /** Width of a tag that travels with a read of the activations. */
  val tagBits: Int = 16

  /** Width of a host beat. */
  val beatBits: Int = 64

  val featureMapShape: MemoryShape = MemoryShape(featureMapAddrBits, featureMapBits)
  val weightShape: MemoryShape = MemoryShape(weightAddrBits, weightBits)
  val parameterShape: MemoryShape = MemoryShape(parameterAddrBits, parameterBits)
  val programShape: MemoryShape = MemoryShape(programAddrBits, programBits)

  /** The buffers in the order in which a host command numbers them. */
  val memories: Seq[MemoryShape] = Seq(featureMapShape, weightShape, parameterShape, programShape)

  /** Address width that reaches every word of every buffer. */
  val hostAddrBits: Int = memories.map(_.addrBits).max

  /** Host beats of a word, padding included. */
  def beats(wordBits: Int): Int = (wordBits + beatBits - 1) / beatBits

  /** Width of the longest word of any buffer. */
  val longestWordBits: Int = memories.map(_.wordBits).max
}

/** A buffer of `2^addrBits` words. */
case class MemoryShape(addrBits: Int, wordBits: Int)
