package lutmac.quant.codebook;

import java.util.Arrays;
import lutmac.network.format.Codebook;

/**
 * Real values with importances, sorted, with prefix sums, so that the squared error of an interval
 * against one level takes two binary searches: {@code sum h (w - c)^2 = Q - 2cX + c^2 H}.
 */
public final class WeightedSamples {
  private final double[] values;
  private final double[] sumWeight;
  private final double[] sumValue;
  private final double[] sumSquare;

  /**
   * @param values finite values, any order
   * @param weights their importances, not negative; same length
   */
  public WeightedSamples(double[] values, double[] weights) {
    if (values.length != weights.length) {
      throw new IllegalArgumentException(
          "%d values need as many weights, got %d".formatted(values.length, weights.length));
    }
    int[] order = order(values);
    int n = values.length;
    this.values = new double[n];
    sumWeight = new double[n + 1];
    sumValue = new double[n + 1];
    sumSquare = new double[n + 1];
    for (int k = 0; k < n; k++) {
      double value = values[order[k]];
      double weight = weights[order[k]];
      if (!Double.isFinite(value) || !(weight >= 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException(
            "values must be finite and weights not negative, got %s with weight %s"
                .formatted(value, weight));
      }
      // As a float, so that the sorted values ascend exactly.
      this.values[k] = (float) value;
      sumWeight[k + 1] = sumWeight[k] + weight;
      sumValue[k + 1] = sumValue[k] + weight * value;
      sumSquare[k + 1] = sumSquare[k] + weight * value * value;
    }
  }

  /**
   * Positions by ascending value: bits of the values' floats, made to ascend, and positions in one
   * primitive sort. Values closer than a float can tell stay in the order of their positions, which
   * moves a prefix sum by less than its own rounding.
   */
  private static int[] order(double[] values) {
    long[] keys = new long[values.length];
    for (int i = 0; i < keys.length; i++) {
      int bits = Float.floatToIntBits((float) values[i]);
      int ascending = bits ^ ((bits >> 31) | Integer.MIN_VALUE);
      keys[i] = (ascending & 0xFFFFFFFFL) << 31 | i;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = (int) (keys[i] & Integer.MAX_VALUE);
    }
    return order;
  }

  public int size() {
    return values.length;
  }

  /** Largest magnitude, zero if there are no values. */
  public double maxMagnitude() {
    return size() == 0 ? 0 : Math.max(Math.abs(values[0]), Math.abs(values[size() - 1]));
  }

  /** Weighted energy {@code sum h w^2}. */
  public double energy() {
    return sumSquare[size()];
  }

  /** How many values are below {@code bound}. */
  int below(double bound) {
    int position = Arrays.binarySearch(values, bound);
    if (position < 0) {
      return -position - 1;
    }
    while (position > 0 && values[position - 1] == bound) {
      position--;
    }
    return position;
  }

  /** Squared error of the sorted values {@code from..to-1} against one level. */
  double error(int from, int to, double level) {
    double weight = sumWeight[to] - sumWeight[from];
    double value = sumValue[to] - sumValue[from];
    double square = sumSquare[to] - sumSquare[from];
    return Math.max(0, square - 2 * level * value + level * level * weight);
  }

  /** Weighted squared error against the nearest levels of a table. */
  double error(Codebook table, int exponent) {
    double[] levels =
        table.levels().stream()
            .mapToDouble(level -> Math.scalb((double) level, -exponent))
            .sorted()
            .distinct()
            .toArray();
    double error = 0;
    int from = 0;
    for (int j = 0; j < levels.length; j++) {
      int to = j + 1 < levels.length ? below((levels[j] + levels[j + 1]) / 2) : size();
      error += error(from, to, levels[j]);
      from = to;
    }
    return error;
  }
}
