package lutmac.quant.codebook;

import java.util.stream.IntStream;
import lutmac.network.HardwareLimits;
import lutmac.network.format.SignedDigits;

/**
 * The 8-bit integers that a table may hold: those whose non-adjacent form has few digits, because a
 * digit costs a shift and an add. One digit leaves 16 values, two 88, three 208, four all 256.
 */
public final class LevelCandidates {
  private static final int LIMIT = 1 << (HardwareLimits.LEVEL_BITS - 1);

  private LevelCandidates() {}

  /**
   * The candidates, ascending; zero is always among them.
   *
   * @param maxDigits 1 to 4
   */
  public static int[] withDigits(int maxDigits) {
    if (maxDigits < 1 || maxDigits > 4) {
      throw new IllegalArgumentException("a table level has 1 to 4 digits, got " + maxDigits);
    }
    return IntStream.range(-LIMIT, LIMIT)
        .filter(value -> SignedDigits.count(value) <= maxDigits)
        .toArray();
  }
}
