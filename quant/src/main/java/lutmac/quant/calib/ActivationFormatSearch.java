package lutmac.quant.calib;

import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.quant.format.FixedFormat;

/**
 * Chooses the power-of-two scale of a feature map: of the finest scale that clips nothing and the
 * four finer ones the one with the least squared error on calibration data.
 */
public final class ActivationFormatSearch {
  private static final int CANDIDATES = 5;

  /** Values that the error is taken over at most, if there is more than one image. */
  private static final int MOST_VALUES = 4_000_000;

  private ActivationFormatSearch() {}

  /**
   * The best format for the values of one feature map.
   *
   * @param maps real values {@code [N][size]}
   * @param ceiling of a ReLU that made them: codes above it are not used
   */
  public static FixedFormat choose(
      float[][] maps, int bits, boolean signed, Optional<Float> ceiling) {
    double[] extremes =
        IntStream.range(0, maps.length)
            .parallel()
            .mapToObj(n -> extremes(maps[n]))
            .reduce(
                new double[] {0, 0},
                (a, b) -> new double[] {Math.min(a[0], b[0]), Math.max(a[1], b[1])});
    FixedFormat unit = new FixedFormat(bits, 0, signed);
    double needed =
        Math.max(extremes[1] / unit.maxCode(), signed ? extremes[0] / unit.minCode() : 0);
    if (needed == 0) {
      // Nothing but zeros: any scale is exact; this one holds [0, 1) or [-1, 1).
      return new FixedFormat(bits, signed ? bits - 1 : bits, signed);
    }
    int widest = (int) Math.floor(-Math.log(needed) / Math.log(2) + 1e-9);
    FixedFormat best = null;
    double least = Double.POSITIVE_INFINITY;
    int stride = (int) ((long) maps.length * maps[0].length / MOST_VALUES) + 1;
    for (int frac = widest; frac < widest + CANDIDATES; frac++) {
      FixedFormat format = new FixedFormat(bits, frac, signed);
      int low = signed ? (int) format.minCode() : 0;
      int high = highestCode(format, ceiling);
      double[] errors =
          IntStream.iterate(0, n -> n < maps.length, n -> n + stride)
              .parallel()
              .mapToDouble(n -> error(maps[n], format, low, high))
              .toArray();
      // Added up in one order: the sum must not depend on threads.
      double error = 0;
      for (double part : errors) {
        error += part;
      }
      if (error < least) {
        least = error;
        best = format;
      }
    }
    return best;
  }

  /** The upper clamp: {@code min(2^b - 1, round(ceiling * 2^frac))}. */
  public static int highestCode(FixedFormat format, Optional<Float> ceiling) {
    double limit = ceiling.map(c -> Math.rint(Math.scalb((double) c, format.frac()))).orElse(1e9);
    return (int) Math.min(format.maxCode(), limit);
  }

  private static double[] extremes(float[] map) {
    double low = 0;
    double high = 0;
    for (float value : map) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return new double[] {low, high};
  }

  private static double error(float[] map, FixedFormat format, int low, int high) {
    float scale = (float) Math.scalb(1.0, format.frac());
    double sum = 0;
    for (float value : map) {
      float scaled = value * scale;
      float code = (float) Math.rint(scaled);
      float error = Math.max(low, Math.min(high, code)) - scaled;
      sum += error * error;
    }
    return sum * format.step() * format.step();
  }
}
