package lutmac.generator.program;

import java.util.List;

/**
 * The strips of all layers, with their places in the feature-map buffer and in memory.
 *
 * @param works in the order of execution
 * @param inputs the arranged inputs, at addresses behind the buffer
 * @param inputParts where they lie in the area of the input
 * @param results descriptors of the layers that make what the network returns, as if it lay behind
 *     the buffer
 * @param outputParts where that lies in the area of the output
 * @param lastMoves what is stored when all is done
 * @param scratchBytes of the area for maps that are moved out
 * @param featureMapWords that are used of the buffer
 * @param movedOut the last layers that write a map that was moved out and is read again
 */
record StripPlan(
    List<Work> works,
    List<ArrangedInput> inputs,
    List<MemoryImage.Part> inputParts,
    List<LoweredLayer> results,
    List<MemoryImage.Part> outputParts,
    List<Move> lastMoves,
    long scratchBytes,
    long featureMapWords,
    List<Integer> movedOut) {
  /**
   * A strip of a group of layers.
   *
   * @param descriptors with feature-map addresses
   * @param loads what the buffer must hold before
   * @param stores what is stored behind it
   * @param touched words of the feature maps that it reads or writes
   */
  record Work(
      List<LoweredLayer> descriptors,
      List<Move> loads,
      List<Move> stores,
      List<WordRange> touched) {}
}
