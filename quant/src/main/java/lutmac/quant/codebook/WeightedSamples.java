package lutmac.quant.codebook;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

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
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
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
      this.values[k] = value;
      sumWeight[k + 1] = sumWeight[k] + weight;
      sumValue[k + 1] = sumValue[k] + weight * value;
      sumSquare[k + 1] = sumSquare[k] + weight * value * value;
    }
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
}
