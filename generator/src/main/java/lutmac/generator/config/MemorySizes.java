package lutmac.generator.config;

/**
 * Sizes of an accelerator's buffers in bits, for reports and for choosing memory blocks.
 *
 * @param featureMaps words of M 8-bit lanes
 * @param weights words of M 4-bit codes
 * @param parameters words of M bias, shift and alignment fields, 42 bits together
 * @param program 32-bit words
 */
public record MemorySizes(long featureMaps, long weights, long parameters, long program) {
  /** Bits of a feature-map lane. */
  public static final int LANE_BITS = 8;

  /** Bits of a weight code. */
  public static final int CODE_BITS = 4;

  /** Bits of one output channel's parameters, {@code {align[4:0], shift[4:0], bias[31:0]}}. */
  public static final int PARAMETER_BITS = 42;

  /** Bits of a program word. */
  public static final int PROGRAM_BITS = 32;

  /** The buffers of a configuration, as deep as they are built. */
  public static MemorySizes of(AcceleratorConfig config) {
    long cols = config.cols();
    return new MemorySizes(
        config.featureMapWords() * cols * LANE_BITS,
        config.weightWords() * cols * CODE_BITS,
        config.parameterWords() * cols * PARAMETER_BITS,
        (long) config.programWords() * PROGRAM_BITS);
  }

  public long total() {
    return featureMaps + weights + parameters + program;
  }
}
