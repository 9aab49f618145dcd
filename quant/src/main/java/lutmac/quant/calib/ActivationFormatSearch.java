package lutmac.quant.calib;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.format.TensorFormat;
import lutmac.quant.plan.ActivationFormat;
import lutmac.runtime.kernel.FloatRounding;

/**
 * Chooses the power-of-two scale of feature maps: of the finest scale that clips nothing and the
 * four finer ones the one with the least squared error on calibration data.
 */
public final class ActivationFormatSearch {
  private static final int CANDIDATES = 5;

  private ActivationFormatSearch() {}

  /**
   * A format and what it costs.
   *
   * @param error squared error over the samples, in real units
   */
  public record Candidate(TensorFormat format, double error) {}

  /**
   * The best format of one feature map.
   *
   * @param signed whether the feature map needs negative codes
   * @param ceiling of a ReLU that made it: values above it are not needed
   */
  public static Candidate choose(
      ActivationStatistics map, ActivationFormat wanted, boolean signed, Optional<Float> ceiling) {
    return choose(List.of(map), wanted, signed, ceiling);
  }

  /** The best common format of feature maps that must share one. */
  public static Candidate choose(
      List<ActivationStatistics> maps,
      ActivationFormat wanted,
      boolean signed,
      Optional<Float> ceiling) {
    return ranked(maps, wanted, signed, ceiling).get(0);
  }

  /** All candidates, the best first. A pinned fraction leaves one. */
  public static List<Candidate> ranked(
      List<ActivationStatistics> maps,
      ActivationFormat wanted,
      boolean signed,
      Optional<Float> ceiling) {
    if (wanted.frac().isPresent()) {
      TensorFormat format = wanted.format(signed);
      return List.of(new Candidate(format, error(maps, format, ceiling)));
    }
    double high = maps.stream().mapToDouble(ActivationStatistics::mostOfAll).max().orElse(0);
    double low = maps.stream().mapToDouble(ActivationStatistics::leastOfAll).min().orElse(0);
    TensorFormat unit = wanted.at(0).format(signed);
    double needed = Math.max(high / unit.maxCode(), signed ? low / unit.minCode() : 0);
    if (needed == 0) {
      // Nothing but zeros: any scale is exact; this one holds [0, 1) or [-1, 1).
      TensorFormat format = wanted.at(signed ? wanted.bits() - 1 : wanted.bits()).format(signed);
      return List.of(new Candidate(format, 0));
    }
    int widest = (int) Math.floor(-StrictMath.log(needed) / StrictMath.log(2) + 1e-9);
    List<Candidate> candidates = new ArrayList<>();
    for (int frac = widest; frac < widest + CANDIDATES; frac++) {
      TensorFormat format = wanted.at(frac).format(signed);
      candidates.add(new Candidate(format, error(maps, format, ceiling)));
    }
    candidates.sort(Comparator.comparingDouble(Candidate::error));
    return candidates;
  }

  /** Greatest integer that is used: {@code min(greatest, round(ceiling * 2^frac))}. */
  public static int highest(TensorFormat format, Optional<Float> ceiling) {
    double limit = ceiling.map(c -> Math.rint(Math.scalb((double) c, format.frac(0)))).orElse(1e9);
    return (int) Math.min(format.maxCode(), limit);
  }

  /** Squared error over all samples, in real units. */
  public static double error(
      List<ActivationStatistics> maps, TensorFormat format, Optional<Float> ceiling) {
    int high = highest(format, ceiling);
    CodeTable table = CodeTable.of(format);
    double sum = 0;
    for (ActivationStatistics map : maps) {
      // Added up in one order: the sum must not depend on threads.
      double[] parts =
          IntStream.range(0, map.samples().length)
              .parallel()
              .mapToDouble(c -> error(map.samples()[c], format, table, high))
              .toArray();
      for (double part : parts) {
        sum += part;
      }
    }
    return sum;
  }

  private static double error(float[] values, TensorFormat format, CodeTable table, int high) {
    int frac = format.frac(0);
    float scale = (float) Math.scalb(1.0, frac);
    int low = (int) format.minCode();
    double sum = 0;
    if (table.everyInteger()) {
      for (float value : values) {
        float scaled = value * scale;
        float error = FloatRounding.halfEven(Math.max(low, Math.min(high, scaled))) - scaled;
        sum += error * error;
      }
    } else {
      for (float value : values) {
        float scaled = value * scale;
        int y = (int) Math.max(low, Math.min(high, Math.rint(scaled)));
        double error = table.nearest(y) - scaled;
        sum += error * error;
      }
    }
    return Math.scalb(sum, -2 * frac);
  }
}
