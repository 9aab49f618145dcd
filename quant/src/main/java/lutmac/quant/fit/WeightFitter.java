package lutmac.quant.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import lutmac.quant.codebook.CompensatedRounding;
import lutmac.quant.codebook.LevelGrid;
import lutmac.quant.plan.LayerPlan;

/**
 * Fits table, exponent, channel shifts and levels to a layer's weights: levels at the likely
 * exponents, channel shifts in turn with them, then every weight rounded to a level; of several
 * ways to start the one with the least loss.
 */
final class WeightFitter {
  private static final int SHIFT_ROUNDS = 4;

  private final Task task;
  private final ChannelScales channels;
  private final LevelSearch levels;

  private WeightFitter(Task task) {
    this.task = task;
    this.channels = ChannelScales.of(task.weights());
    this.levels = new LevelSearch(task, channels);
  }

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

    /** The nearest exponent that is allowed. */
    int clamp(int exponent) {
      return Math.max(leastExponent, Math.min(mostExponent, exponent));
    }

    /**
     * Weighted squared error of one channel whose weights go to the nearest levels.
     *
     * @param scale {@code g + d}
     */
    double nearestError(int channel, LevelGrid grid, int scale) {
      double error = 0;
      double[] row = weights[channel];
      double[] important = importanceOf(channel);
      for (int k = 0; k < row.length; k++) {
        double scaled = Math.scalb(row[k], scale);
        double d = scaled - grid.nearest(scaled);
        error += important[k] * d * d;
      }
      return Math.scalb(error, -2 * scale);
    }
  }

  /** The fit of one layer. */
  static WeightFit fit(Task task) {
    return new WeightFitter(task).fit();
  }

  private WeightFit fit() {
    LayerPlan plan = task.plan();
    int[] none = new int[task.weights().length];
    if (channels.magnitude(task.weights(), none) == 0) {
      return rounded(levels.at(none, task.clamp(plan.exponent().orElse(0))), none);
    }
    if (plan.shifts().isPresent()) {
      return withPinnedShifts(plan.shifts().get().stream().mapToInt(Integer::intValue).toArray());
    }
    if (plan.channelShifts() && task.quick()) {
      return withShifts();
    }
    List<WeightFit> fits = new ArrayList<>();
    for (LevelSearch.Levels candidate : levels.bestTwo(none)) {
      fits.add(rounded(candidate, none));
    }
    if (plan.channelShifts()) {
      fits.add(withShifts());
    }
    return best(fits);
  }

  private static WeightFit best(List<WeightFit> fits) {
    return fits.stream().min(Comparator.comparingDouble(WeightFit::totalLoss)).orElseThrow();
  }

  /** Shifts and levels in turn, each the best for the other. */
  private WeightFit withShifts() {
    int[] shifts = channels.initialShifts();
    LevelSearch.Levels found = levels.bestTwo(shifts).get(0);
    for (int round = 1; ; round++) {
      LevelSearch.Levels now = found;
      IntStream.range(0, shifts.length)
          .parallel()
          .filter(o -> !channels.dead(o))
          .forEach(o -> shifts[o] = ChannelScales.bestShift(task, o, now.grid(), now.exponent()));
      if (round == SHIFT_ROUNDS) {
        return rounded(found, shifts);
      }
      found = levels.bestTwo(shifts).get(0);
    }
  }

  private WeightFit withPinnedShifts(int[] pinned) {
    List<WeightFit> fits = new ArrayList<>();
    for (LevelSearch.Levels candidate : levels.bestTwo(pinned)) {
      int exponent = candidate.exponent();
      int[] legal =
          Arrays.stream(pinned).map(shift -> task.clamp(exponent + shift) - exponent).toArray();
      fits.add(rounded(candidate, legal));
    }
    return best(fits);
  }

  private WeightFit rounded(LevelSearch.Levels chosen, int[] shifts) {
    int count = task.weights().length;
    int[][] made = new int[count][];
    double[] loss = new double[count];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            o -> {
              double[] weights = task.weights()[o];
              int scale = chosen.exponent() + shifts[o];
              if (channels.dead(o)) {
                made[o] = new int[weights.length];
              } else if (task.roundings().isEmpty()) {
                made[o] = CompensatedRounding.nearest(weights, chosen.grid(), scale);
                loss[o] = task.nearestError(o, chosen.grid(), scale);
              } else {
                CompensatedRounding.Rounded rounded =
                    task.roundings().get(task.group(o)).round(weights, chosen.grid(), scale);
                made[o] = rounded.levels();
                loss[o] = rounded.loss();
              }
            });
    return new WeightFit(chosen.table(), chosen.exponent(), shifts.clone(), made, loss);
  }
}
