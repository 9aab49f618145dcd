package lutmac.onnx.qdq;

import java.util.OptionalLong;
import lutmac.network.format.Rounding;
import lutmac.onnx.reader.CodeRounding;

/**
 * Which integer bias makes hardware that rounds in one way compute the codes of a file that rounds
 * in another, or whose bias lies between the steps of the sums.
 *
 * <p>With integer sums v, a bias b in the same steps and s more fraction bits than the codes have,
 * the file's code is m or more if {@code v + b >= (m - h/2) * 2^s} (or {@code >}; h the {@link
 * CodeRounding#halves}), the hardware's if {@code v + B >= (m - 1/2) * 2^s} (or {@code >} where a
 * tie goes down). On both sides only v varies, in whole steps: a B that lets the same v pass for
 * every m is exact.
 *
 * @param file how the file rounds
 * @param hardware how the hardware rounds, in all layers
 * @param outputFrac fraction bits of the codes
 */
record RoundingBias(CodeRounding file, Rounding hardware, int outputFrac) {
  /**
   * A grid fine enough that no sum lies between two codes, whatever the bias: all sums are even,
   * and the bias is odd.
   *
   * @param frac the coarsest grid of the sums
   */
  int finer(int frac) {
    return Math.max(frac, outputFrac + 1) + 1;
  }

  /** Whether a bias that is rounded to the grid changes codes at ties only. */
  boolean nearest() {
    return file == CodeRounding.HALF_EVEN && hardware == Rounding.HALF_EVEN;
  }

  /** Why there is none. */
  String refusal() {
    return "it rounds by %s, which hardware that rounds by %s can only imitate where the sums have a bit to spare; round all maps alike (QONNX: ROUND, or FLOOR)"
        .formatted(file, hardware);
  }

  /**
   * The exact bias; empty if there is none.
   *
   * @param bias the file's, in steps of {@code 2^-frac}
   * @param frac fraction bits of the sums as they are counted
   * @param own fraction bits that the sums need
   */
  OptionalLong bias(double bias, int frac, int own) {
    int shift = frac - outputFrac;
    boolean even = file == CodeRounding.HALF_EVEN;
    boolean whole = bias == Math.rint(bias);
    if (shift < 0 || even && whole) {
      return shift >= 0 && (shift == 0 || hardware == Rounding.HALF_EVEN)
          ? OptionalLong.of((long) bias)
          : OptionalLong.empty();
    }
    if (shift == 0) {
      boolean tie = bias - Math.floor(bias) == 0.5;
      return even && tie ? OptionalLong.empty() : OptionalLong.of((long) file.round(bias));
    }
    // The file's threshold of code m is (m - 1/2) * 2^shift - over.
    double over = bias + (file.halves() - 1) * Math.scalb(0.5, shift);
    // A tie of the sums with a bias between the steps is none.
    boolean beyond = !even && file.beyond();
    if (hardware == Rounding.HALF_UP) {
      return OptionalLong.of((long) passing(over, beyond));
    }
    // Sums that are multiples of a step of two or more, as the thresholds are: an odd bias.
    int spare = frac - Math.max(own, outputFrac + 1);
    return spare < 1
        ? OptionalLong.empty()
        : OptionalLong.of((long) Math.scalb(passing(Math.scalb(over, -spare), beyond), spare) + 1);
  }

  /** The largest whole number that lets no v pass that {@code over} does not. */
  private static double passing(double over, boolean beyond) {
    return beyond ? Math.ceil(over) - 1 : Math.floor(over);
  }
}
