package lutmac.quant.recipe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import lutmac.quant.codebook.CodebookFit;
import lutmac.quant.codebook.CompensatedRounding;
import lutmac.quant.codebook.LevelGrid;
import lutmac.quant.codebook.WeightedSamples;
import lutmac.quant.format.Codebook;

/**
 * One layer's table, exponent, channel shifts and codes.
 *
 * @param exponent g
 * @param shifts d per output channel: a level L is the weight {@code L * 2^-(g + d)}
 * @param codes {@code [O, taps]}
 * @param loss what the fit minimized, in output units
 */
record WeightFit(Codebook codebook, int exponent, int[] shifts, byte[][] codes, double loss) {
  /** Exponents tried: the one at which the largest weight fits, finer ones that clip, coarser. */
  private static final int COARSER = 2;

  private static final int FINER = 3;
  private static final int SHIFT_LIMIT = 6;
  private static final int SHIFT_ROUNDS = 4;

  /** Channels whose weights are this much smaller than the median channel's get zero codes. */
  private static final double DEAD = 1.0 / 256;

  /**
   * What a fit is made for.
   *
   * @param weights {@code [O][taps]}, real
   * @param importance of every tap: the variance of its input
   * @param rounding how to round with compensation; null: each to the nearest level
   * @param candidates table levels
   * @param bits of a code
   * @param channelShifts whether channels may have shifts of their own
   * @param leastExponent least {@code g + d} that the formats around the layer allow
   * @param mostExponent greatest such
   */
  record Task(
      double[][] weights,
      double[] importance,
      CompensatedRounding rounding,
      int[] candidates,
      int bits,
      boolean channelShifts,
      int leastExponent,
      int mostExponent) {}

  static WeightFit of(Task task) {
    boolean[] dead = deadChannels(task.weights());
    int[] none = new int[task.weights().length];
    double magnitude = magnitude(task.weights(), none, dead);
    if (magnitude == 0) {
      int exponent = Math.max(task.leastExponent(), Math.min(task.mostExponent(), 0));
      WeightedSamples nothing = new WeightedSamples(new double[0], new double[0]);
      Codebook table = CodebookFit.at(nothing, task.candidates(), task.bits(), exponent).codebook();
      return coded(task, table, exponent, none, dead);
    }
    List<WeightFit> fits = new ArrayList<>();
    for (CodebookFit table : bestTwo(task, none, dead)) {
      fits.add(coded(task, table.codebook(), table.exponent(), none, dead));
    }
    if (task.channelShifts()) {
      fits.add(withShifts(task, dead));
    }
    return fits.stream().min(Comparator.comparingDouble(WeightFit::loss)).orElseThrow();
  }

  /** Tables at the two exponents with the least weighted error. */
  private static List<CodebookFit> bestTwo(Task task, int[] shifts, boolean[] dead) {
    WeightedSamples samples = samples(task, shifts, dead);
    int full = CodebookFit.fullScaleExponent(magnitude(task.weights(), shifts, dead));
    return IntStream.rangeClosed(full - COARSER, full + FINER)
        .map(g -> clamp(g, task.leastExponent(), task.mostExponent()))
        .distinct()
        .mapToObj(g -> CodebookFit.at(samples, task.candidates(), task.bits(), g))
        .sorted(Comparator.comparingDouble(CodebookFit::error))
        .limit(2)
        .toList();
  }

  /** Shifts and table in turn, each the best for the other. */
  private static WeightFit withShifts(Task task, boolean[] dead) {
    int channels = task.weights().length;
    double[] rms = rms(task.weights());
    double median = median(rms);
    int[] shifts = new int[channels];
    for (int o = 0; o < channels; o++) {
      int wanted = dead[o] ? 0 : (int) Math.rint(Math.log(median / rms[o]) / Math.log(2));
      shifts[o] = clamp(wanted, -SHIFT_LIMIT, SHIFT_LIMIT);
    }
    CodebookFit table = null;
    for (int round = 0; round < SHIFT_ROUNDS; round++) {
      table = bestTwo(task, shifts, dead).get(0);
      int exponent = table.exponent();
      LevelGrid grid = new LevelGrid(table.codebook());
      IntStream.range(0, channels)
          .parallel()
          .filter(o -> !dead[o])
          .forEach(o -> shifts[o] = bestShift(task, o, grid, exponent));
    }
    if (table == null) {
      throw new IllegalStateException("no rounds");
    }
    return coded(task, table.codebook(), table.exponent(), shifts, dead);
  }

  private static int bestShift(Task task, int channel, LevelGrid grid, int exponent) {
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int shift = -SHIFT_LIMIT; shift <= SHIFT_LIMIT; shift++) {
      int scale = exponent + shift;
      if (scale < task.leastExponent() || scale > task.mostExponent()) {
        continue;
      }
      double error = 0;
      double[] weights = task.weights()[channel];
      for (int k = 0; k < weights.length; k++) {
        double scaled = Math.scalb(weights[k], scale);
        double d = scaled - grid.nearest(scaled);
        error += task.importance()[k] * d * d;
      }
      error = Math.scalb(error, -2 * scale);
      if (error < least) {
        least = error;
        best = shift;
      }
    }
    return best;
  }

  private static WeightFit coded(
      Task task, Codebook table, int exponent, int[] shifts, boolean[] dead) {
    LevelGrid grid = new LevelGrid(table);
    int channels = task.weights().length;
    byte[][] codes = new byte[channels][];
    double[] loss = new double[channels];
    IntStream.range(0, channels)
        .parallel()
        .forEach(
            o -> {
              double[] weights = task.weights()[o];
              int scale = exponent + shifts[o];
              if (dead[o]) {
                codes[o] = new byte[weights.length];
              } else if (task.rounding() == null) {
                codes[o] = CompensatedRounding.nearest(weights, grid, scale);
                for (int k = 0; k < weights.length; k++) {
                  double d = weights[k] - Math.scalb((double) table.level(codes[o][k]), -scale);
                  loss[o] += task.importance()[k] * d * d;
                }
              } else {
                CompensatedRounding.Rounded rounded = task.rounding().round(weights, grid, scale);
                codes[o] = rounded.codes();
                loss[o] = rounded.loss();
              }
            });
    return new WeightFit(
        table, exponent, shifts.clone(), codes, Arrays.stream(loss).reduce(0, Double::sum));
  }

  private static WeightedSamples samples(Task task, int[] shifts, boolean[] dead) {
    int taps = task.importance().length;
    int live = (int) IntStream.range(0, dead.length).filter(o -> !dead[o]).count();
    double[] values = new double[live * taps];
    double[] importance = new double[live * taps];
    int at = 0;
    for (int o = 0; o < dead.length; o++) {
      if (!dead[o]) {
        for (int k = 0; k < taps; k++) {
          values[at] = Math.scalb(task.weights()[o][k], shifts[o]);
          importance[at++] = Math.scalb(task.importance()[k], -2 * shifts[o]);
        }
      }
    }
    return new WeightedSamples(values, importance);
  }

  private static boolean[] deadChannels(double[][] weights) {
    double[] rms = rms(weights);
    double floor = median(rms) * DEAD;
    boolean[] dead = new boolean[rms.length];
    for (int o = 0; o < rms.length; o++) {
      dead[o] = rms[o] == 0 || rms[o] < floor;
    }
    return dead;
  }

  private static double[] rms(double[][] weights) {
    return Arrays.stream(weights)
        .mapToDouble(
            row -> Math.sqrt(Arrays.stream(row).map(w -> w * w).sum() / Math.max(1, row.length)))
        .toArray();
  }

  /** Median of the channels that are not zero. */
  private static double median(double[] rms) {
    double[] sorted = Arrays.stream(rms).filter(r -> r > 0).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }

  private static double magnitude(double[][] weights, int[] shifts, boolean[] dead) {
    double most = 0;
    for (int o = 0; o < weights.length; o++) {
      if (!dead[o]) {
        for (double weight : weights[o]) {
          most = Math.max(most, Math.abs(Math.scalb(weight, shifts[o])));
        }
      }
    }
    return most;
  }

  private static int clamp(int value, int low, int high) {
    return Math.max(low, Math.min(high, value));
  }
}
