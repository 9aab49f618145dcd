package lutmac.rtl.layout;

import java.util.Arrays;
import java.util.List;

/**
 * The check words of a program (docs/hardware.md §4). Words are polynomials over GF(2), bit n the
 * coefficient of x^n. A sum starts from {@link #SEED}; every word multiplies it by x^32, modulo the
 * primitive polynomial x^32 + x^7 + x^6 + x^2 + 1, and is added. A check word is the one after
 * which the sum is {@link #SEED} again. So every error within one word is noticed, and every error
 * of two bits, for x has the order 2^32 - 1, far more than a descriptor has bits; of other errors
 * one in 2^32 is not.
 */
public final class ProgramCheck {
  /** What a sum starts from and returns to; not 0, so that words of 0 are no program. */
  public static final int SEED = 0xffffffff;

  /** Exponents of the polynomial between its first and its last term. */
  private static final int[] TAPS = {2, 6, 7};

  private ProgramCheck() {}

  /** The sum after a further word. */
  public static int add(int sum, int word) {
    return advance(sum) ^ word;
  }

  /** The check word that returns a sum to where it began. */
  public static int word(int sum) {
    return advance(sum) ^ SEED;
  }

  /** Times x^32. */
  private static int advance(int sum) {
    long product = times(Integer.toUnsignedLong(sum));
    return (int) product ^ (int) times(product >>> Integer.SIZE);
  }

  /** Times what x^32 is modulo the polynomial. */
  private static long times(long sum) {
    long product = sum;
    for (int tap : TAPS) {
      product ^= sum << tap;
    }
    return product;
  }

  /** {@link #TAPS}, for templates. */
  static List<Integer> taps() {
    return Arrays.stream(TAPS).boxed().toList();
  }
}
