package lutmac.quant.fit;

import java.util.ArrayList;
import java.util.List;
import lutmac.network.floating.ActivationFunction;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.ActivationTable;
import lutmac.quant.calib.CodeTable;

/**
 * The pre-activation codes of a layer whose activation function is a table: {@value
 * ActivationTable#MAX_ENTRIES} neighbouring codes of a power-of-two scale. Scale and least code are
 * those with the least squared error behind the function, so that codes are not spent on where it
 * is flat.
 *
 * @param lo least code
 * @param table from there on
 */
record PreActivation(int lo, ActivationTable table) {
  private static final int ENTRIES = ActivationTable.MAX_ENTRIES;

  /** Scales that are tried: the widest that clips nothing, and finer ones. */
  private static final int SCALES = 5;

  /** Places of the codes that are tried where a scale clips. */
  private static final int PLACES = 17;

  private static final int MOST_SAMPLES = 1 << 14;

  /** Bound of the codes: those of a descriptor's clamp. */
  private static final int MOST_CODE = Short.MAX_VALUE - ENTRIES;

  /**
   * The best codes for some sums.
   *
   * @param sums before the function, {@code [N][O*P]}
   * @param output format of what the function makes
   * @param least fraction bits that codes need
   * @param most fraction bits that sums have
   */
  static PreActivation choose(
      ActivationFunction function, float[][] sums, TensorFormat output, int least, int most) {
    Samples samples = Samples.of(function, sums);
    int widest = Math.max(least, Math.min(most, samples.widest()));
    PreActivation best = null;
    double leastError = Double.POSITIVE_INFINITY;
    for (int frac = widest; frac < widest + SCALES && (best == null || frac <= most); frac++) {
      for (int lo : samples.places(frac)) {
        PreActivation candidate = new PreActivation(lo, table(function, lo, frac, output));
        double error = samples.error(candidate, output);
        if (error < leastError) {
          leastError = error;
          best = candidate;
        }
      }
    }
    return best;
  }

  private static ActivationTable table(
      ActivationFunction function, int lo, int frac, TensorFormat output) {
    CodeTable codes = CodeTable.of(output);
    List<Integer> values = new ArrayList<>();
    for (int code = lo; code < lo + ENTRIES; code++) {
      double value = function.at(Math.scalb((double) code, -frac));
      double steps = Math.rint(Math.scalb(value, output.frac(0)));
      values.add(
          codes.nearest((int) Math.max(output.minCode(), Math.min(output.maxCode(), steps))));
    }
    return new ActivationTable(function.toString(), frac, values);
  }

  /** Greatest code. */
  int hi() {
    return lo + ENTRIES - 1;
  }

  /**
   * Some of the sums and what the function makes of them.
   *
   * @param low least of all sums
   * @param high greatest of all sums
   */
  private record Samples(float low, float high, float[] before, double[] behind) {
    static Samples of(ActivationFunction function, float[][] sums) {
      float low = Float.POSITIVE_INFINITY;
      float high = Float.NEGATIVE_INFINITY;
      long all = 0;
      for (float[] image : sums) {
        for (float sum : image) {
          low = Math.min(low, sum);
          high = Math.max(high, sum);
        }
        all += image.length;
      }
      // An odd distance, so that all channels and columns take part.
      long distance = all / MOST_SAMPLES | 1;
      float[] before = new float[(int) ((all + distance - 1) / distance)];
      double[] behind = new double[before.length];
      for (int i = 0; i < before.length; i++) {
        long at = i * distance;
        before[i] = sums[(int) (at / sums[0].length)][(int) (at % sums[0].length)];
        behind[i] = function.at((double) before[i]);
      }
      return new Samples(low, high, before, behind);
    }

    /** Fraction bits of the finest scale that clips nothing and whose codes are not too great. */
    int widest() {
      double range = Math.max((double) high - low, Float.MIN_NORMAL);
      double magnitude = Math.max(Math.max(Math.abs(low), Math.abs(high)), Float.MIN_NORMAL);
      double steps = Math.min((ENTRIES - 1) / range, MOST_CODE / magnitude);
      return Math.getExponent(steps);
    }

    /** Least codes to try. */
    List<Integer> places(int frac) {
      double first = Math.max(-MOST_CODE, Math.floor(Math.scalb((double) low, frac)));
      double last = Math.min(MOST_CODE, Math.ceil(Math.scalb((double) high, frac)));
      double spare = ENTRIES - 1 - (last - first);
      if (spare >= 0) {
        return List.of((int) (first - Math.floor(spare / 2)));
      }
      List<Integer> places = new ArrayList<>();
      for (int place = 0; place < PLACES; place++) {
        places.add((int) (first - Math.rint(spare * place / (PLACES - 1))));
      }
      return places;
    }

    double error(PreActivation codes, TensorFormat output) {
      double unit = Math.scalb(1.0, codes.table().frac());
      double step = Math.scalb(1.0, -output.frac(0));
      double[] values =
          codes.table().values().stream().mapToDouble(value -> value * step).toArray();
      double sum = 0;
      for (int i = 0; i < before.length; i++) {
        double code = Math.rint(before[i] * unit) - codes.lo();
        double error = behind[i] - values[(int) Math.max(0, Math.min(ENTRIES - 1, code))];
        sum += error * error;
      }
      return sum;
    }
  }
}
