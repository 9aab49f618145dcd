package lutmac.quant.fit;

import java.util.Arrays;
import lutmac.quant.codebook.LevelGrid;

/**
 * How large the weights of every output channel are, and what that says about the channels' shifts.
 *
 * @param rms root mean square of every channel's weights, {@code [O]}
 * @param median of the channels that are not zero; 0 if all are
 */
record ChannelScales(double[] rms, double median) {
  private static final int SHIFT_LIMIT = 6;

  /** Channels whose weights are this much smaller than the median channel's get zero codes. */
  private static final double DEAD = 1.0 / 256;

  /** Of weights {@code [O][taps]}. */
  static ChannelScales of(double[][] weights) {
    double[] rms =
        Arrays.stream(weights)
            .mapToDouble(
                row ->
                    Math.sqrt(Arrays.stream(row).map(w -> w * w).sum() / Math.max(1, row.length)))
            .toArray();
    double[] sorted = Arrays.stream(rms).filter(r -> r > 0).sorted().toArray();
    return new ChannelScales(rms, sorted.length == 0 ? 0 : sorted[sorted.length / 2]);
  }

  /** Whether the channel's weights are so small that they become zero. */
  boolean dead(int channel) {
    return rms[channel] == 0 || rms[channel] < median * DEAD;
  }

  /** The shifts that bring every channel's weights to the size of the median channel's. */
  int[] initialShifts() {
    int[] shifts = new int[rms.length];
    for (int o = 0; o < shifts.length; o++) {
      int wanted =
          dead(o) ? 0 : (int) Math.rint(StrictMath.log(median / rms[o]) / StrictMath.log(2));
      shifts[o] = Math.max(-SHIFT_LIMIT, Math.min(SHIFT_LIMIT, wanted));
    }
    return shifts;
  }

  /** The shift with which one channel's weights lie nearest to the levels. */
  static int bestShift(WeightFitter.Task task, int channel, LevelGrid grid, int exponent) {
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int shift = -SHIFT_LIMIT; shift <= SHIFT_LIMIT; shift++) {
      int scale = exponent + shift;
      if (scale < task.leastExponent() || scale > task.mostExponent()) {
        continue;
      }
      double error = task.nearestError(channel, grid, scale);
      if (error < least) {
        least = error;
        best = shift;
      }
    }
    return best;
  }

  /** Greatest magnitude of the shifted weights of all channels that are not dead. */
  double magnitude(double[][] weights, int[] shifts) {
    double most = 0;
    for (int o = 0; o < weights.length; o++) {
      if (!dead(o)) {
        for (double weight : weights[o]) {
          most = Math.max(most, Math.abs(Math.scalb(weight, shifts[o])));
        }
      }
    }
    return most;
  }
}
