package lutmac.quant.analysis;

import java.util.Arrays;
import java.util.List;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.quant.calib.ActivationRounding;
import lutmac.quant.calib.ActivationStatistics;

/**
 * A float network's feature map on calibration images and what its format can hold, in real units.
 *
 * @param values of a sample of elements
 * @param least value that the format holds
 * @param greatest likewise
 * @param levels every value that it holds, ascending; empty if there are more than 64
 */
public record ActivationDistribution(
    Histogram values, double least, double greatest, List<Double> levels) {
  private static final int BINS = 96;
  private static final int MOST_LEVEL_BITS = 6;

  public ActivationDistribution {
    levels = List.copyOf(levels);
  }

  static ActivationDistribution of(ActivationStatistics statistics, ActivationRounding rounding) {
    double[] values =
        Arrays.stream(statistics.samples())
            .flatMapToDouble(
                channel -> {
                  double[] reals = new double[channel.length];
                  Arrays.setAll(reals, i -> channel[i]);
                  return Arrays.stream(reals);
                })
            .toArray();
    double least = rounding.least();
    double greatest = rounding.greatest();
    double low = Math.min(least, Arrays.stream(values).min().orElse(0));
    double high = Math.max(greatest, Arrays.stream(values).max().orElse(0));
    return new ActivationDistribution(
        Histogram.of(values, low, high, BINS), least, greatest, levels(rounding));
  }

  private static List<Double> levels(ActivationRounding rounding) {
    int[] integers = {};
    if (rounding.format() instanceof LogFormat log) {
      integers = log.values();
    } else if (((FixedFormat) rounding.format()).bits() <= MOST_LEVEL_BITS) {
      integers = java.util.stream.IntStream.rangeClosed(rounding.low(), rounding.high()).toArray();
    }
    return Arrays.stream(integers)
        .filter(integer -> integer <= rounding.high())
        .mapToObj(integer -> Math.scalb((double) integer, -rounding.format().frac(0)))
        .toList();
  }
}
