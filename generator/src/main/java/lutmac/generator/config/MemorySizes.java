package lutmac.generator.config;

import lutmac.rtl.layout.Memory;

/**
 * Sizes of an accelerator's buffers in bits, for reports and for choosing memory blocks.
 *
 * @param featureMaps words of M lanes
 * @param weights words of M weight codes
 * @param parameters words of M bias, shift and alignment fields
 * @param program words of descriptors and tables
 */
public record MemorySizes(long featureMaps, long weights, long parameters, long program) {
  /** The buffers of a configuration, as deep as they are built. */
  public static MemorySizes of(AcceleratorConfig config) {
    int cols = config.cols();
    return new MemorySizes(
        (long) config.featureMapWords() * Memory.FEATURE_MAPS.wordBits(cols),
        (long) config.weightWords() * Memory.WEIGHTS.wordBits(cols),
        (long) config.parameterWords() * Memory.PARAMETERS.wordBits(cols),
        (long) config.programWords() * Memory.PROGRAM.wordBits(cols));
  }

  public long total() {
    return featureMaps + weights + parameters + program;
  }
}
