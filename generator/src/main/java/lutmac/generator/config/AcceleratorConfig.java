package lutmac.generator.config;

import java.nio.charset.StandardCharsets;
import java.util.List;
import lutmac.generator.pe.PeStyle;
import lutmac.network.file.Sha256;
import lutmac.rtl.layout.ImageField;
import lutmac.rtl.layout.Layouts;
import lutmac.rtl.layout.Memory;
import lutmac.rtl.layout.StatusField;

/**
 * Everything that decides the RTL; networks that fit the same configuration run on the same
 * hardware.
 *
 * @param rows P, output pixels per tile, 1 to 64
 * @param cols M, output channels per block, 2 to 64
 * @param pe style of the processing elements, with its parameters
 * @param features what it can do beside plain layers
 * @param accBits width of the array's sums, 12 to 32
 * @param featureMapWords depth of the feature-map buffer, words of M bytes, a power of two
 * @param weightWords depth of the weight buffer, words of M codes, a power of two
 * @param parameterWords depth of the parameter buffer, one word per block, a power of two
 * @param programWords depth of the program buffer, 32-bit words, a power of two
 * @param bus how it is connected
 */
public record AcceleratorConfig(
    int rows,
    int cols,
    PeStyle pe,
    Features features,
    int accBits,
    int featureMapWords,
    int weightWords,
    int parameterWords,
    int programWords,
    Bus bus) {
  /** Fewest words of the feature-map buffer: two banks of two. */
  public static final int MIN_FEATURE_MAP_WORDS = 4;

  private static final int MIN_WORDS = 2;

  /** Widest sums that there are. */
  public static final int MAX_ACC_BITS = 32;

  private static final int MIN_ACC_BITS = 12;

  public AcceleratorConfig {
    require(rows >= 1 && rows <= 64, "an array has 1 to 64 rows, got " + rows);
    require(cols >= 2 && cols <= 64, "an array has 2 to 64 columns, got " + cols);
    require(pe != null, "an array has a style of processing elements");
    require(features != null, "an array has features");
    require(bus != null, "an accelerator is connected to something");
    require(
        accBits >= MIN_ACC_BITS && accBits <= MAX_ACC_BITS,
        "accumulators have %d to %d bits, got %d".formatted(MIN_ACC_BITS, MAX_ACC_BITS, accBits));
    requireDepth("feature-map", MIN_FEATURE_MAP_WORDS, featureMapWords);
    requireDepth("weight", MIN_WORDS, weightWords);
    requireDepth("parameter", MIN_WORDS, parameterWords);
    requireDepth("program", MIN_WORDS, programWords);
  }

  /** A configuration with the host streams of its shell. */
  public AcceleratorConfig(
      int rows,
      int cols,
      PeStyle pe,
      Features features,
      int accBits,
      int featureMapWords,
      int weightWords,
      int parameterWords,
      int programWords) {
    this(
        rows,
        cols,
        pe,
        features,
        accBits,
        featureMapWords,
        weightWords,
        parameterWords,
        programWords,
        Bus.STREAM);
  }

  /** A configuration of {@link Features#PLAIN}. */
  public AcceleratorConfig(
      int rows,
      int cols,
      PeStyle pe,
      int accBits,
      int featureMapWords,
      int weightWords,
      int parameterWords,
      int programWords) {
    this(
        rows,
        cols,
        pe,
        Features.PLAIN,
        accBits,
        featureMapWords,
        weightWords,
        parameterWords,
        programWords);
  }

  /**
   * A configuration with the deepest buffers and the widest sums that there are.
   *
   * @throws IllegalArgumentException if there is no such array
   */
  public static AcceleratorConfig withMostRoom(int rows, int cols, PeStyle pe, Features features) {
    return new AcceleratorConfig(
        rows,
        cols,
        pe,
        features,
        MAX_ACC_BITS,
        Memory.MAX_WORDS,
        Memory.MAX_WORDS,
        Memory.MAX_WORDS,
        Memory.MAX_WORDS);
  }

  /** This array with the deepest buffers and the widest sums that there are. */
  public AcceleratorConfig withMostRoom() {
    return withMostRoom(rows, cols, pe, features).with(bus);
  }

  /** The same accelerator with buffers of other depths, in words. */
  public AcceleratorConfig withBuffers(int featureMaps, int weights, int parameters, int program) {
    return new AcceleratorConfig(
        rows, cols, pe, features, accBits, featureMaps, weights, parameters, program, bus);
  }

  /** The same accelerator connected in another way. */
  public AcceleratorConfig with(Bus other) {
    return new AcceleratorConfig(
        rows,
        cols,
        pe,
        features,
        accBits,
        featureMapWords,
        weightWords,
        parameterWords,
        programWords,
        other);
  }

  /**
   * A number that configurations for the same memory images share and others hardly do: it depends
   * on everything but {@link #bus}, and on the layouts of what an image holds and on the version of
   * its commands, so that hardware of another lutmac is told apart.
   */
  public int fingerprint() {
    List<Object> all =
        List.of(
            ImageField.LAYOUT_VERSION,
            StatusField.PROTOCOL_VERSION,
            Layouts.placesInImages(),
            rows,
            cols,
            pe.name(),
            pe.values(),
            features.values(),
            accBits,
            featureMapWords,
            weightWords,
            parameterWords,
            programWords);
    String digest = Sha256.hex(all.toString().getBytes(StandardCharsets.UTF_8));
    return Integer.parseUnsignedInt(digest.substring(0, Integer.BYTES * 2), 16);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  private static void requireDepth(String memory, int least, int words) {
    require(
        words >= least && words <= Memory.MAX_WORDS && Integer.bitCount(words) == 1,
        "the %s buffer's depth must be a power of two, %d to 2^%d, got %d"
            .formatted(memory, least, addressBits(Memory.MAX_WORDS), words));
  }

  /** Words of a buffer. */
  public int depth(Memory memory) {
    return switch (memory) {
      case FEATURE_MAPS -> featureMapWords;
      case WEIGHTS -> weightWords;
      case PARAMETERS -> parameterWords;
      case PROGRAM -> programWords;
    };
  }

  /** Address width of a buffer of {@code words} words (a power of two). */
  public static int addressBits(int words) {
    return Integer.numberOfTrailingZeros(words);
  }
}
