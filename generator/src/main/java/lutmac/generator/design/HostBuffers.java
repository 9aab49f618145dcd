package lutmac.generator.design;

import java.util.List;
import lutmac.generator.program.MemoryImage;

/**
 * The buffers in a host's memory that hold an input and an output (docs/hardware.md §10): words of
 * the feature maps, padded to whole beats, every region from a multiple of 16 bytes on.
 *
 * @param wordBytes of a word of the feature maps
 * @param writes regions of the input, one a view
 * @param reads regions of the output
 * @param inputBytes of the input
 * @param outputBytes of the output
 * @param scratchBytes of the area for maps that do not stay in the accelerator; 0 if all do
 */
record HostBuffers(
    int wordBytes,
    List<Region> writes,
    List<Region> reads,
    int inputBytes,
    int outputBytes,
    int scratchBytes) {
  /**
   * Words of the feature maps.
   *
   * @param byteOffset where they begin in the buffer
   */
  public record Region(int baseAddress, int words, int byteOffset) {}

  /** Those of the script of a network's memory image. */
  static HostBuffers of(MemoryImage image) {
    return new HostBuffers(
        image.wordBytes(),
        regions(image.inputs()),
        regions(image.outputs()),
        image.inputBytes(),
        image.outputBytes(),
        image.scratchBytes());
  }

  private static List<Region> regions(List<MemoryImage.Part> parts) {
    return parts.stream()
        .map(part -> new Region(part.baseAddress(), part.words(), part.byteOffset()))
        .toList();
  }
}
