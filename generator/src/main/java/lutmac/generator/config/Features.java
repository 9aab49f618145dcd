package lutmac.generator.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * What an accelerator can do beside plain layers. What a configuration does not have costs nothing.
 *
 * @param actBits bits of an activation in the array, two's complement, 9 to 14; more than 9 only
 *     for logarithmic maps
 * @param taps kernel columns that a row of the feeder holds, 1 to 8
 * @param planes tables of weight codes that the array holds, 1 to 4
 * @param depthwise whether a column can take the lane of its own
 * @param packedMaps whether feature maps can have lanes of 4 and 2 bits
 * @param packedCodes whether weight words can hold codes of 2 and 1 bits
 * @param logBits bits of the widest logarithmic code, 3 to 6; 0: no logarithmic maps
 * @param activationTables whether the output unit has tables of activation functions
 * @param spacedRows whether pixels that lie apart can be written, as transposed convolutions do
 * @param pools whether there are maxima: pools, and the copies that are made as such; and walks of
 *     more than rows of pixels, which these need and columns that lie more than 15 apart
 * @param countBits bits of a layer's counts, of pixels, taps, tiles and blocks, and with a sign of
 *     the coordinates of a map, 8 to 16
 * @param reads how fast feature maps are read
 * @param output the output unit's sums
 */
public record Features(
    int actBits,
    int taps,
    int planes,
    boolean depthwise,
    boolean packedMaps,
    boolean packedCodes,
    int logBits,
    boolean activationTables,
    boolean spacedRows,
    boolean pools,
    int countBits,
    MapReads reads,
    OutputUnit output) {
  /** Bits of an activation that holds every 8-bit code, signed or not. */
  public static final int FIXED_ACT_BITS = 9;

  /** Most kernel columns that a row of the feeder can hold. */
  public static final int MAX_TAPS = 8;

  /** Most tables of weight codes. */
  public static final int MAX_PLANES = 4;

  /** Fewest bits of counts and coordinates. */
  public static final int MIN_COUNT_BITS = 8;

  /** Most bits of counts and coordinates: those of the descriptor's fields. */
  public static final int MAX_COUNT_BITS = 16;

  private static final int MAX_ACT_BITS = 14;
  private static final int MIN_LOG_BITS = 3;
  private static final int MAX_LOG_BITS = 6;

  /** Fixed-point maps of 8-bit lanes, one plane of 4-bit codes, kernels of three columns. */
  public static final Features PLAIN =
      new Features(
          FIXED_ACT_BITS,
          3,
          1,
          false,
          false,
          false,
          0,
          false,
          false,
          true,
          MAX_COUNT_BITS,
          MapReads.FASTEST,
          OutputUnit.ALL);

  /** All that there is. */
  public static final Features ALL =
      new Features(
          MAX_ACT_BITS,
          MAX_TAPS,
          MAX_PLANES,
          true,
          true,
          true,
          MAX_LOG_BITS,
          true,
          true,
          true,
          MAX_COUNT_BITS,
          MapReads.FASTEST,
          OutputUnit.ALL);

  private static final String ACT_BITS = "actBits";
  private static final String TAPS = "taps";
  private static final String PLANES = "planes";
  private static final String DEPTHWISE = "depthwise";
  private static final String PACKED_MAPS = "packedMaps";
  private static final String PACKED_CODES = "packedCodes";
  private static final String LOG_BITS = "logBits";
  private static final String ACTIVATION_TABLES = "activationTables";
  private static final String SPACED_ROWS = "spacedRows";
  private static final String POOLS = "pools";
  private static final String COUNT_BITS = "countBits";

  public Features {
    FeatureRange.require(ACT_BITS, FIXED_ACT_BITS, actBits, MAX_ACT_BITS);
    FeatureRange.require(TAPS, 1, taps, MAX_TAPS);
    FeatureRange.require(PLANES, 1, planes, MAX_PLANES);
    FeatureRange.require(COUNT_BITS, MIN_COUNT_BITS, countBits, MAX_COUNT_BITS);
    if (depthwise) {
      FeatureRange.require("feederRate", 1, reads.feederRate(), 1);
    }
    if (logBits != 0) {
      FeatureRange.require(LOG_BITS, MIN_LOG_BITS, logBits, MAX_LOG_BITS);
    }
  }

  /** The same with another output unit. */
  public Features with(OutputUnit other) {
    return with(countBits, reads, other);
  }

  /** The same with counts of so many bits. */
  public Features withCountBits(int bits) {
    return with(bits, reads, output);
  }

  /** The same with feature maps that are read at another rate. */
  public Features with(MapReads other) {
    return with(countBits, other, output);
  }

  private Features with(int bits, MapReads otherReads, OutputUnit otherOutput) {
    return new Features(
        actBits,
        taps,
        planes,
        depthwise,
        packedMaps,
        packedCodes,
        logBits,
        activationTables,
        spacedRows,
        pools,
        bits,
        otherReads,
        otherOutput);
  }

  /** Every feature by name, as templates and files spell it; 1 for one that is there. */
  public Map<String, Integer> values() {
    Map<String, Integer> values = new LinkedHashMap<>();
    values.put(ACT_BITS, actBits);
    values.put(TAPS, taps);
    values.put(PLANES, planes);
    values.put(DEPTHWISE, depthwise ? 1 : 0);
    values.put(PACKED_MAPS, packedMaps ? 1 : 0);
    values.put(PACKED_CODES, packedCodes ? 1 : 0);
    values.put(LOG_BITS, logBits);
    values.put(ACTIVATION_TABLES, activationTables ? 1 : 0);
    values.put(SPACED_ROWS, spacedRows ? 1 : 0);
    values.put(POOLS, pools ? 1 : 0);
    values.put(COUNT_BITS, countBits);
    values.putAll(reads.values());
    values.putAll(output.values());
    return values;
  }

  /**
   * The features that have these {@link #values()}.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public static Features of(ToIntFunction<String> values) {
    return new Features(
        values.applyAsInt(ACT_BITS),
        values.applyAsInt(TAPS),
        values.applyAsInt(PLANES),
        FeatureRange.flag(values, DEPTHWISE),
        FeatureRange.flag(values, PACKED_MAPS),
        FeatureRange.flag(values, PACKED_CODES),
        values.applyAsInt(LOG_BITS),
        FeatureRange.flag(values, ACTIVATION_TABLES),
        FeatureRange.flag(values, SPACED_ROWS),
        FeatureRange.flag(values, POOLS),
        values.applyAsInt(COUNT_BITS),
        MapReads.of(values),
        OutputUnit.of(values));
  }
}
