package lutmac.testbench.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * One figure of ours beside the reference's, taken in turns in one run: whatever else the machine
 * does meets both, so the ratio says more than either figure.
 *
 * @param ours one figure a repetition
 * @param reference one figure a repetition, taken right after ours; or a single constant
 */
record Comparison(
    String what, String against, String unit, Better better, double[] ours, double[] reference) {

  /** Which way the ratio should go. */
  enum Better {
    HIGHER,
    LOWER
  }

  /** Takes one figure. */
  interface Sample {
    double take() throws Exception;
  }

  /** Something to be timed. */
  interface Work {
    void run() throws Exception;
  }

  /**
   * Warms both up, then measures them alternately.
   *
   * @param warmUps samples of each that are thrown away
   * @param repetitions samples of each that count
   */
  static Comparison measure(
      String what,
      String against,
      String unit,
      Better better,
      int warmUps,
      int repetitions,
      Sample ours,
      Sample reference)
      throws Exception {
    System.err.printf("measuring: %s / %s%n", what, against);
    for (int i = 0; i < warmUps; i++) {
      ours.take();
      reference.take();
    }
    double[] our = new double[repetitions];
    double[] their = new double[repetitions];
    for (int i = 0; i < repetitions; i++) {
      our[i] = ours.take();
      their[i] = reference.take();
    }
    return new Comparison(what, against, unit, better, our, their);
  }

  /** Items a second while the work is repeated for at least the given time. */
  static Sample rate(double seconds, int itemsOfWork, Work work) {
    return () -> {
      long start = System.nanoTime();
      long items = 0;
      double elapsed;
      do {
        work.run();
        items += itemsOfWork;
        elapsed = (System.nanoTime() - start) / 1e9;
      } while (elapsed < seconds);
      return items / elapsed;
    };
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Cells of the table, {@link #HEADER}. */
  String[] cells() {
    double[] ratios = new double[ours.length];
    Arrays.setAll(ratios, i -> ours[i] / reference[Math.min(i, reference.length - 1)]);
    ToDoubleFunction<double[]> min = values -> Arrays.stream(values).min().orElseThrow();
    ToDoubleFunction<double[]> max = values -> Arrays.stream(values).max().orElseThrow();
    return new String[] {
      what,
      against,
      unit,
      figure(median(ours)),
      figure(median(reference)),
      figure(median(ratios)),
      figure(min.applyAsDouble(ratios)) + ".." + figure(max.applyAsDouble(ratios)),
      better.name().toLowerCase(Locale.ROOT)
    };
  }

  static final String[] HEADER = {
    "ours", "reference", "unit", "ours", "ref", "ours/ref", "min..max", "better"
  };

  /** Three significant digits. */
  private static String figure(double value) {
    int digits = (int) Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
    return String.format(Locale.ROOT, "%.".concat(digits + "f"), value);
  }
}
