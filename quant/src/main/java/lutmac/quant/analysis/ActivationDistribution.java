package lutmac.quant.analysis;

import java.util.Arrays;
import java.util.List;
import lutmac.quant.calib.ActivationRounding;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.calib.CodeTable;
import lutmac.quant.result.MemoryCount;

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
    if (MemoryCount.elementBits(rounding.format()) > MOST_LEVEL_BITS) {
      return List.of();
    }
    return CodeTable.of(rounding.format()).integers().stream()
        .filter(integer -> integer >= rounding.low())
        .filter(integer -> integer <= rounding.high())
        .map(integer -> Math.scalb((double) integer, -rounding.format().frac(0)))
        .toList();
  }
}
