package lutmac.network.format;

import java.util.List;
import lutmac.network.HardwareLimits;

/**
 * The table that turns a weight code into an 8-bit weight. Code 0 always means weight 0, so that a
 * zero weight is known without a look-up.
 *
 * @param levels {@code 2^bits} entries in -128..127, 1 to 4 bits, {@code levels[0] == 0}
 */
public record Codebook(List<Integer> levels) {
  private static final int LEVEL_LIMIT = 1 << (HardwareLimits.LEVEL_BITS - 1);

  public Codebook {
    levels = List.copyOf(levels);
    int size = levels.size();
    if (size < 2 || size > 1 << HardwareLimits.MAX_CODE_BITS || Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException("a codebook has 2, 4, 8 or 16 levels, got " + size);
    }
    if (levels.get(0) != 0) {
      throw new IllegalArgumentException("code 0 must mean weight 0, got " + levels.get(0));
    }
    for (int level : levels) {
      if (level < -LEVEL_LIMIT || level >= LEVEL_LIMIT) {
        throw new IllegalArgumentException("levels are 8-bit integers, got " + level);
      }
    }
  }

  /** Bits of a code. */
  public int bits() {
    return Integer.numberOfTrailingZeros(levels.size());
  }

  /** The weight that a code means. */
  public int level(int code) {
    return levels.get(code);
  }
}
