package lutmac.generator.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * What the unit behind the array holds, that makes codes of its sums.
 *
 * @param sumBits bits of a sum with bias, skip and all segments, 12 to 32
 * @param segments whether a tile can have several segments, whose sums are added up
 * @param alignBits bits of the number of places that a skip is shifted by, 1 to 5; 0: no skips
 * @param rate cycles that it takes for a row, 1 to 4: it makes codes of as many slices of the
 *     columns, one after the other
 */
public record OutputUnit(int sumBits, boolean segments, int alignBits, int rate) {
  /** Fewest bits of a sum. */
  public static final int MIN_SUM_BITS = 12;

  private static final int MAX_SUM_BITS = 32;
  private static final int MAX_ALIGN_BITS = 5;

  /** Most cycles for a row. */
  public static final int MAX_RATE = 4;

  /** All that there is, as fast as there is. */
  public static final OutputUnit ALL = new OutputUnit(MAX_SUM_BITS, true, MAX_ALIGN_BITS, 1);

  private static final String SUM_BITS = "sumBits";
  private static final String SEGMENTS = "segments";
  private static final String ALIGN_BITS = "alignBits";
  private static final String RATE = "outputRate";

  public OutputUnit {
    FeatureRange.require(SUM_BITS, MIN_SUM_BITS, sumBits, MAX_SUM_BITS);
    FeatureRange.require(ALIGN_BITS, 0, alignBits, MAX_ALIGN_BITS);
    FeatureRange.require(RATE, 1, rate, MAX_RATE);
  }

  /** The same at another rate. */
  public OutputUnit withRate(int cycles) {
    return new OutputUnit(sumBits, segments, alignBits, cycles);
  }

  /** Whether skips can be added. */
  public boolean skips() {
    return alignBits > 0;
  }

  /** The components by name, as templates and files spell them; 1 for one that is there. */
  Map<String, Integer> values() {
    Map<String, Integer> values = new LinkedHashMap<>();
    values.put(SUM_BITS, sumBits);
    values.put(SEGMENTS, segments ? 1 : 0);
    values.put(ALIGN_BITS, alignBits);
    values.put(RATE, rate);
    return values;
  }

  static OutputUnit of(ToIntFunction<String> values) {
    return new OutputUnit(
        values.applyAsInt(SUM_BITS),
        FeatureRange.flag(values, SEGMENTS),
        values.applyAsInt(ALIGN_BITS),
        values.applyAsInt(RATE));
  }
}
