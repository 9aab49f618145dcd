package lutmac.network.quantized;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lutmac.network.HardwareLimits;
import lutmac.network.format.Codebook;

/** Makes planes of codes from integer weights. */
public final class WeightPlanes {
  private static final int LOW_BITS = HardwareLimits.MAX_CODE_BITS;

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
   * Two's complement integers. Up to 4 bits are one plane; of more, the low 4 bits are a plane of
   * the levels 0 to 15 and the rest one of multiples of 16.
   *
   * @param bits 2 to 8
   * @param weights each {@code -2^(bits - 1) .. 2^(bits - 1) - 1}
   * @throws IllegalArgumentException for a weight that is not
   */
  public static List<WeightPlane> ofIntegers(int bits, int[] weights) {
    int half = 1 << (bits - 1);
    for (int weight : weights) {
      if (weight < -half || weight >= half) {
        throw new IllegalArgumentException("%d has more than %d bits".formatted(weight, bits));
      }
    }
    if (bits <= LOW_BITS) {
      return List.of(plane(signed(bits, 1), bits, 0, weights));
    }
    List<Integer> unsigned = new ArrayList<>();
    for (int level = 0; level < 1 << LOW_BITS; level++) {
      unsigned.add(level);
    }
    return List.of(
        plane(signed(bits - LOW_BITS, 1 << LOW_BITS), bits - LOW_BITS, LOW_BITS, weights),
        plane(unsigned, LOW_BITS, 0, weights));
  }

  /** Two's complement words as a table: word c means its signed value. */
  private static List<Integer> signed(int bits, int unit) {
    List<Integer> levels = new ArrayList<>();
    for (int word = 0; word < 1 << bits; word++) {
      levels.add((word >= 1 << (bits - 1) ? word - (1 << bits) : word) * unit);
    }
    return levels;
  }

  private static WeightPlane plane(List<Integer> levels, int bits, int shift, int[] weights) {
    byte[] codes = new byte[weights.length];
    int mask = (1 << bits) - 1;
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) ((weights[i] >> shift) & mask);
    }
    return new WeightPlane(new Codebook(levels), codes);
  }
}
