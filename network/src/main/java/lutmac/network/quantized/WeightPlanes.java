package lutmac.network.quantized;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import lutmac.network.HardwareLimits;
import lutmac.network.format.Codebook;

/**
 * Makes planes of codes from integer weights.
 *
 * <p>Integers of more than 4 bits are a high plane of 4 bits, multiples of {@code 2^(bits - 4)},
 * and a low plane of the rest. Every level of theirs has at most two signed power-of-two digits, so
 * that processing elements of two digits compute them in two steps: up to 7 bits with the low
 * levels {@code 0..2^(bits - 4) - 1}. Of the low levels 0 to 15 that 8 bits need, 11 and 13 have
 * three digits; with the levels -8 to 7 instead, two planes reach -136 to 119.
 */
public final class WeightPlanes {
  private static final int HIGH_BITS = HardwareLimits.MAX_CODE_BITS;

  /** Integers whose low plane would need levels of three digits, were it unsigned. */
  private static final int SIGNED_LOW_BITS = 8;

  private WeightPlanes() {}

  /**
   * One plane of codes into a table.
   *
   * @param levels each one of the table's
   * @throws IllegalArgumentException for a level that is not
   */
  public static WeightPlane ofTable(Codebook table, int[] levels) {
    Map<Integer, Byte> codes = new HashMap<>();
    for (int code = table.levels().size() - 1; code >= 0; code--) {
      codes.put(table.level(code), (byte) code);
    }
    byte[] plane = new byte[levels.length];
    for (int i = 0; i < plane.length; i++) {
      Byte code = codes.get(levels[i]);
      if (code == null) {
        throw new IllegalArgumentException("level %d is not in %s".formatted(levels[i], table));
      }
      plane[i] = code;
    }
    return new WeightPlane(table, plane);
  }

  /**
   * The greatest integer whose planes have levels of at most two digits: 119 for 8 bits, else
   * {@code 2^(bits - 1) - 1}.
   *
   * @param bits 2 to 8
   */
  public static int greatestOfTwoDigits(int bits) {
    int greatest = (1 << (bits - 1)) - 1;
    return bits == SIGNED_LOW_BITS ? greatest - (1 << (bits - HIGH_BITS - 1)) : greatest;
  }

  /**
   * Two's complement integers: one plane of up to 4 bits, two of more. Only where an integer is
   * beyond {@link #greatestOfTwoDigits} some levels have three digits.
   *
   * @param bits 2 to 8
   * @param weights each {@code -2^(bits - 1) .. 2^(bits - 1) - 1}
   * @return the high plane first
   * @throws IllegalArgumentException for a weight that is not
   */
  public static List<WeightPlane> ofIntegers(int bits, int[] weights) {
    int half = 1 << (bits - 1);
    for (int weight : weights) {
      if (weight < -half || weight >= half) {
        throw new IllegalArgumentException("%d has more than %d bits".formatted(weight, bits));
      }
    }
    if (bits <= HIGH_BITS) {
      return List.of(plane(signed(bits, 1), weights));
    }
    int lowBits = bits - HIGH_BITS;
    int unit = 1 << lowBits;
    boolean signedLow =
        bits == SIGNED_LOW_BITS
            && Arrays.stream(weights).allMatch(weight -> weight <= greatestOfTwoDigits(bits));
    int[] low =
        Arrays.stream(weights)
            .map(weight -> Math.floorMod(weight, unit))
            .map(rest -> signedLow && rest >= unit / 2 ? rest - unit : rest)
            .toArray();
    int[] high = new int[weights.length];
    Arrays.setAll(high, i -> weights[i] - low[i]);
    List<Integer> lowLevels =
        signedLow ? signed(lowBits, 1) : IntStream.range(0, unit).boxed().toList();
    return List.of(plane(signed(HIGH_BITS, unit), high), plane(lowLevels, low));
  }

  /** Two's complement words as a table: word c means its signed value. */
  private static List<Integer> signed(int bits, int unit) {
    List<Integer> levels = new ArrayList<>();
    for (int word = 0; word < 1 << bits; word++) {
      levels.add((word >= 1 << (bits - 1) ? word - (1 << bits) : word) * unit);
    }
    return levels;
  }

  private static WeightPlane plane(List<Integer> levels, int[] weights) {
    return ofTable(new Codebook(levels), weights);
  }
}
