package lutmac.shell

import lutmac.rtl.layout.{ActivationTag, HostHeaderField, Memory, RunAnswerField}

/** What decides the shell: one word of every buffer holds something for each of the M columns.
  *
  * @param rows P, rows of the array
  * @param cols M, lanes of a feature-map word
  * @param featureMapAddrBits address width of the feature-map buffer
  * @param weightAddrBits address width of the weight buffer
  * @param parameterAddrBits address width of the parameter buffer
  * @param programAddrBits address width of the program buffer
  * @param packedMaps whether the core writes parts of feature-map words
  * @param mapBanks banks of the feature maps, 1 or 2
  */
case class ShellParameters(
    rows: Int,
    cols: Int,
    featureMapAddrBits: Int,
    weightAddrBits: Int,
    parameterAddrBits: Int,
    programAddrBits: Int,
    packedMaps: Boolean,
    mapBanks: Int
) {
  private def requireRange(parameter: String, value: Int, low: Int, high: Int): Unit =
    require(low <= value && value <= high, s"$parameter is $value, it must lie in $low..$high")

  requireRange("rows", rows, 1, 64)
  requireRange("cols", cols, 2, 64)
  requireRange("featureMapAddrBits", featureMapAddrBits, 2, 24)
  requireRange("weightAddrBits", weightAddrBits, 1, 24)
  requireRange("parameterAddrBits", parameterAddrBits, 1, 24)
  requireRange("programAddrBits", programAddrBits, 1, 24)
  requireRange("mapBanks", mapBanks, 1, 2)

  val featureMapBits: Int = Memory.FEATURE_MAPS.wordBits(cols)
  val weightBits: Int = Memory.WEIGHTS.wordBits(cols)
  val parameterBits: Int = Memory.PARAMETERS.wordBits(cols)
  val programBits: Int = Memory.PROGRAM.wordBits(cols)

  /** Width of a tag that travels with a read of the activations. */
  val tagBits: Int = ActivationTag.BITS

  /** Width of a host beat. */
  val beatBits: Int = HostHeaderField.BITS

  val featureMapShape: MemoryShape =
    MemoryShape(featureMapAddrBits, featureMapBits, if (packedMaps) ShellParameters.quarters else 1)
  val weightShape: MemoryShape = MemoryShape(weightAddrBits, weightBits)
  val parameterShape: MemoryShape = MemoryShape(parameterAddrBits, parameterBits)
  val programShape: MemoryShape = MemoryShape(programAddrBits, programBits)

  /** The buffers in the order in which a host command numbers them. */
  val memories: Seq[MemoryShape] = Seq(featureMapShape, weightShape, parameterShape, programShape)

  /** Address width that reaches every word of every buffer. */
  val hostAddrBits: Int = memories.map(_.addrBits).max

  /** Width of the number of a program's layer: a program has more words than layers. */
  val layerBits: Int = programAddrBits.min(RunAnswerField.LAYER.width)

  /** Host beats of a word, padding included. */
  def beats(wordBits: Int): Int = (wordBits + beatBits - 1) / beatBits

  /** Width of the longest word of any buffer. */
  val longestWordBits: Int = memories.map(_.wordBits).max
}

object ShellParameters {

  /** Strobes of the core's output port: a part of a packed word is one quarter of it, or two. */
  val quarters: Int = 4
}

/** A buffer of `2^addrBits` words.
  *
  * @param parts equal parts of a word that can be written alone
  */
case class MemoryShape(addrBits: Int, wordBits: Int, parts: Int = 1)
