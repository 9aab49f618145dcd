package lutmac.quant.codebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import lutmac.network.format.Codebook;

/**
 * The best table for given values: exact one-dimensional weighted quantization by dynamic
 * programming over the candidate levels (Bruce 1965, restricted to a finite set of levels).
 *
 * <p>With the candidates {@code c_0 < c_1 < ...}, {@code D_m(j)} is the least error of everything
 * left of {@code c_j} when {@code c_j} is the m-th level, and
 *
 * <pre>
 *   D_1(j) = S(-inf, c_j; c_j)
 *   D_m(j) = min over i &lt; j of D_{m-1}(i) + S(c_i, mid; c_i) + S(mid, c_j; c_j)
 *   result = min over j of D_n(j) + S(c_j, +inf; c_j)
 * </pre>
 *
 * Zero is forced into the table: no step may jump over it.
 *
 * @param codebook the table, code 0 = level 0, the others ascending
 * @param exponent g: a level L stands for {@code L * 2^-g}
 * @param error weighted squared error, in the values' units
 */
public record CodebookFit(Codebook codebook, int exponent, double error) {

  /**
   * The best table at one exponent.
   *
   * @param candidates ascending, zero among them, at least {@code 2^bits}
   * @param bits of a code, 1 to 4
   */
  public static CodebookFit at(WeightedSamples samples, int[] candidates, int bits, int exponent) {
    int zero = Arrays.binarySearch(candidates, 0);
    int count = candidates.length;
    int size = 1 << bits;
    if (zero < 0 || count < size) {
      throw new IllegalArgumentException(
          "a table of %d needs as many candidates and zero among them".formatted(size));
    }
    double[] level =
        IntStream.range(0, count)
            .mapToDouble(j -> Math.scalb((double) candidates[j], -exponent))
            .toArray();
    int[] position = Arrays.stream(level).mapToInt(samples::below).toArray();
    double[][] between = new double[count][count];
    for (int i = 0; i < count; i++) {
      for (int j = i + 1; j < count; j++) {
        if (i < zero && j > zero) {
          between[i][j] = Double.POSITIVE_INFINITY;
        } else {
          int middle = samples.below((level[i] + level[j]) / 2);
          between[i][j] =
              samples.error(position[i], middle, level[i])
                  + samples.error(middle, position[j], level[j]);
        }
      }
    }

    double[] best = new double[count];
    for (int j = 0; j < count; j++) {
      best[j] = j <= zero ? samples.error(0, position[j], level[j]) : Double.POSITIVE_INFINITY;
    }
    int[][] from = new int[size][count];
    for (int m = 1; m < size; m++) {
      double[] next = new double[count];
      for (int j = 0; j < count; j++) {
        next[j] = Double.POSITIVE_INFINITY;
        from[m][j] = -1;
        for (int i = 0; i < j; i++) {
          double error = best[i] + between[i][j];
          if (error < next[j]) {
            next[j] = error;
            from[m][j] = i;
          }
        }
      }
      best = next;
    }
    int last = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int j = zero; j < count; j++) {
      double error = best[j] + samples.error(position[j], samples.size(), level[j]);
      if (error < least) {
        least = error;
        last = j;
      }
    }

    List<Integer> levels = new ArrayList<>();
    for (int m = size - 1, j = last; m >= 0; j = from[m][j], m--) {
      if (j != zero) {
        levels.add(0, candidates[j]);
      }
    }
    levels.add(0, 0);
    return new CodebookFit(new Codebook(levels), exponent, least);
  }

  /**
   * A table of levels at equal distances, as good as the candidates allow: the distance with the
   * least error. What the exact fit is compared with.
   */
  public static CodebookFit evenly(
      WeightedSamples samples, int[] candidates, int bits, int exponent) {
    int half = 1 << (bits - 1);
    CodebookFit best = null;
    for (int distance = 1; distance * half <= 128; distance++) {
      List<Integer> levels = new ArrayList<>(List.of(0));
      for (int i = -half; i < half; i++) {
        if (i != 0) {
          levels.add(nearest(candidates, i * distance));
        }
      }
      Codebook codebook = new Codebook(levels);
      double error = samples.error(codebook, exponent);
      if (best == null || error < best.error) {
        best = new CodebookFit(codebook, exponent, error);
      }
    }
    return best;
  }

  private static int nearest(int[] candidates, int wanted) {
    int nearest = candidates[0];
    for (int candidate : candidates) {
      if (Math.abs(candidate - wanted) < Math.abs(nearest - wanted)) {
        nearest = candidate;
      }
    }
    return nearest;
  }

  /** The exponent at which the largest magnitude just fits levels up to {@code greatest}. */
  public static int fullScaleExponent(double maxMagnitude, int greatest) {
    if (!(maxMagnitude > 0) || Double.isInfinite(maxMagnitude)) {
      throw new IllegalArgumentException("need a positive magnitude, got " + maxMagnitude);
    }
    return (int) Math.floor(StrictMath.log(greatest / maxMagnitude) / StrictMath.log(2));
  }
}
