package lutmac.quant.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.quantized.WeightPlanes;
import lutmac.quant.codebook.CodebookFit;
import lutmac.quant.codebook.CompensatedRounding;
import lutmac.quant.codebook.LevelCandidates;
import lutmac.quant.codebook.LevelGrid;
import lutmac.quant.codebook.WeightedSamples;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;

/**
 * One layer's table, exponent, channel shifts and levels.
 *
 * @param table empty for fixed-point weights
 * @param exponent g
 * @param shifts d per output channel: a level L is the weight {@code L * 2^-(g + d)}
 * @param levels {@code [O][taps]}
 * @param loss what the fit minimized, in output units, of every output channel
 */
public record WeightFit(
    Optional<Codebook> table, int exponent, int[] shifts, int[][] levels, double[] loss) {
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
   * @param importance of every tap of every group, {@code [groups][taps]}: the variance of its
   *     input
   * @param roundings how to round with compensation, one a group; empty: each to the nearest level
   * @param plan formats and pins
   * @param exactTable whether the table is the best one; else its levels have equal distances
   * @param quick whether one way to start is enough
   * @param leastExponent least {@code g + d} that the formats around the layer allow
   * @param mostExponent greatest such
   */
  record Task(
      double[][] weights,
      double[][] importance,
      List<CompensatedRounding> roundings,
      LayerPlan plan,
      boolean exactTable,
      boolean quick,
      int leastExponent,
      int mostExponent) {

    int group(int channel) {
      return channel / (weights.length / importance.length);
    }

    double[] importanceOf(int channel) {
      return importance[group(channel)];
    }
  }

  /** Levels at one exponent, before any weight is rounded. */
  private record Grid(Optional<Codebook> table, LevelGrid levels, int exponent, double error) {}

  /** What was minimized, over all channels. */
  double totalLoss() {
    return Arrays.stream(loss).sum();
  }

  static WeightFit of(Task task) {
    boolean[] dead = deadChannels(task.weights());
    int[] none = new int[task.weights().length];
    if (magnitude(task.weights(), none, dead) == 0) {
      int exponent = clamp(task.plan().exponent().orElse(0), task);
      return rounded(task, grid(task, none, dead, exponent), none, dead);
    }
    if (task.plan().shifts().isPresent()) {
      return withPinnedShifts(task, dead);
    }
    if (task.plan().channelShifts() && task.quick()) {
      return withShifts(task, dead);
    }
    List<WeightFit> fits = new ArrayList<>();
    for (Grid grid : bestTwo(task, none, dead)) {
      fits.add(rounded(task, grid, none, dead));
    }
    if (task.plan().channelShifts()) {
      fits.add(withShifts(task, dead));
    }
    return fits.stream().min(Comparator.comparingDouble(WeightFit::totalLoss)).orElseThrow();
  }

  /** Levels at the two exponents with the least weighted error. */
  private static List<Grid> bestTwo(Task task, int[] shifts, boolean[] dead) {
    if (task.plan().exponent().isPresent()) {
      return List.of(grid(task, shifts, dead, clamp(task.plan().exponent().get(), task)));
    }
    int full = fullScale(task, magnitude(task.weights(), shifts, dead));
    return IntStream.rangeClosed(full - COARSER, full + FINER)
        .map(g -> clamp(g, task))
        .distinct()
        .mapToObj(g -> grid(task, shifts, dead, g))
        .sorted(Comparator.comparingDouble(Grid::error))
        .limit(2)
        .toList();
  }

  /** The exponent at which the greatest weight just fits the levels. */
  private static int fullScale(Task task, double magnitude) {
    int greatest =
        task.plan().weights() instanceof WeightFormat.FixedPoint fixed
            ? (1 << (fixed.bits() - 1)) - 1
            : task.plan().table().map(table -> LevelGrid.of(table).greatest()).orElse(127);
    return CodebookFit.fullScaleExponent(magnitude, Math.max(1, greatest));
  }

  private static Grid grid(Task task, int[] shifts, boolean[] dead, int exponent) {
    if (task.plan().weights() instanceof WeightFormat.Table format
        && task.plan().table().isEmpty()) {
      int[] candidates = LevelCandidates.withDigits(format.digits());
      WeightedSamples samples = samples(task, shifts, dead);
      CodebookFit fit =
          task.exactTable()
              ? CodebookFit.at(samples, candidates, format.bits(), exponent)
              : CodebookFit.evenly(samples, candidates, format.bits(), exponent);
      return new Grid(
          Optional.of(fit.codebook()), LevelGrid.of(fit.codebook()), exponent, fit.error());
    }
    LevelGrid levels =
        task.plan().table().isPresent()
            ? LevelGrid.of(task.plan().table().get())
            : LevelGrid.integers(task.plan().weights().bits());
    double error = 0;
    for (int o = 0; o < dead.length; o++) {
      if (!dead[o]) {
        error += error(task, o, levels, exponent + shifts[o]);
      }
    }
    return new Grid(task.plan().table(), levels, exponent, error);
  }

  /** Shifts and levels in turn, each the best for the other. */
  private static WeightFit withShifts(Task task, boolean[] dead) {
    int channels = task.weights().length;
    double[] rms = rms(task.weights());
    double median = median(rms);
    int[] shifts = new int[channels];
    for (int o = 0; o < channels; o++) {
      int wanted =
          dead[o] ? 0 : (int) Math.rint(StrictMath.log(median / rms[o]) / StrictMath.log(2));
      shifts[o] = Math.max(-SHIFT_LIMIT, Math.min(SHIFT_LIMIT, wanted));
    }
    Grid grid = null;
    for (int round = 0; round < SHIFT_ROUNDS; round++) {
      grid = bestTwo(task, shifts, dead).get(0);
      int exponent = grid.exponent();
      LevelGrid levels = grid.levels();
      IntStream.range(0, channels)
          .parallel()
          .filter(o -> !dead[o])
          .forEach(o -> shifts[o] = bestShift(task, o, levels, exponent));
    }
    if (grid == null) {
      throw new IllegalStateException("no rounds");
    }
    return rounded(task, grid, shifts, dead);
  }

  private static WeightFit withPinnedShifts(Task task, boolean[] dead) {
    int[] pinned = task.plan().shifts().get().stream().mapToInt(Integer::intValue).toArray();
    List<WeightFit> fits = new ArrayList<>();
    for (Grid grid : bestTwo(task, pinned, dead)) {
      int exponent = grid.exponent();
      int[] legal =
          Arrays.stream(pinned).map(shift -> clamp(exponent + shift, task) - exponent).toArray();
      fits.add(rounded(task, grid, legal, dead));
    }
    return fits.stream().min(Comparator.comparingDouble(WeightFit::totalLoss)).orElseThrow();
  }

  private static int bestShift(Task task, int channel, LevelGrid grid, int exponent) {
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int shift = -SHIFT_LIMIT; shift <= SHIFT_LIMIT; shift++) {
      int scale = exponent + shift;
      if (scale < task.leastExponent() || scale > task.mostExponent()) {
        continue;
      }
      double error = error(task, channel, grid, scale);
      if (error < least) {
        least = error;
        best = shift;
      }
    }
    return best;
  }

  /** Weighted error of one channel whose weights go to the nearest levels. */
  private static double error(Task task, int channel, LevelGrid grid, int scale) {
    double error = 0;
    double[] weights = task.weights()[channel];
    double[] importance = task.importanceOf(channel);
    for (int k = 0; k < weights.length; k++) {
      double scaled = Math.scalb(weights[k], scale);
      double d = scaled - grid.nearest(scaled);
      error += importance[k] * d * d;
    }
    return Math.scalb(error, -2 * scale);
  }

  private static WeightFit rounded(Task task, Grid grid, int[] shifts, boolean[] dead) {
    int channels = task.weights().length;
    int[][] levels = new int[channels][];
    double[] loss = new double[channels];
    IntStream.range(0, channels)
        .parallel()
        .forEach(
            o -> {
              double[] weights = task.weights()[o];
              int scale = grid.exponent() + shifts[o];
              if (dead[o]) {
                levels[o] = new int[weights.length];
              } else if (task.roundings().isEmpty()) {
                levels[o] = CompensatedRounding.nearest(weights, grid.levels(), scale);
                loss[o] = error(task, o, grid.levels(), scale);
              } else {
                CompensatedRounding.Rounded rounded =
                    task.roundings().get(task.group(o)).round(weights, grid.levels(), scale);
                levels[o] = rounded.levels();
                loss[o] = rounded.loss();
              }
            });
    return new WeightFit(grid.table(), grid.exponent(), shifts.clone(), levels, loss);
  }

  /** The codes of the levels, in one plane or two. */
  List<WeightPlane> planes(WeightFormat format) {
    int taps = levels[0].length;
    int[] all = new int[levels.length * taps];
    for (int o = 0; o < levels.length; o++) {
      System.arraycopy(levels[o], 0, all, o * taps, taps);
    }
    return table
        .map(codebook -> List.of(WeightPlanes.ofTable(codebook, all)))
        .orElseGet(() -> WeightPlanes.ofIntegers(format.bits(), all));
  }

  private static WeightedSamples samples(Task task, int[] shifts, boolean[] dead) {
    int taps = task.weights()[0].length;
    int live = (int) IntStream.range(0, dead.length).filter(o -> !dead[o]).count();
    double[] values = new double[live * taps];
    double[] importance = new double[live * taps];
    int at = 0;
    for (int o = 0; o < dead.length; o++) {
      if (!dead[o]) {
        for (int k = 0; k < taps; k++) {
          values[at] = Math.scalb(task.weights()[o][k], shifts[o]);
          importance[at++] = Math.scalb(task.importanceOf(o)[k], -2 * shifts[o]);
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

  private static int clamp(int exponent, Task task) {
    return Math.max(task.leastExponent(), Math.min(task.mostExponent(), exponent));
  }
}
