package lutmac.quant.fit;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.format.Codebook;
import lutmac.quant.codebook.CodebookFit;
import lutmac.quant.codebook.LevelCandidates;
import lutmac.quant.codebook.LevelGrid;
import lutmac.quant.codebook.WeightedSamples;
import lutmac.quant.plan.WeightFormat;

/** The levels that a layer's weights may get: which table, at which exponent. */
final class LevelSearch {
  /** Exponents tried: the one at which the largest weight fits, finer ones that clip, coarser. */
  private static final int COARSER = 2;

  private static final int FINER = 3;

  private final WeightFitter.Task task;
  private final ChannelScales channels;

  LevelSearch(WeightFitter.Task task, ChannelScales channels) {
    this.task = task;
    this.channels = channels;
  }

  /**
   * Levels at one exponent.
   *
   * @param table empty for fixed-point weights
   * @param error weighted squared error of all weights, each at the nearest level
   */
  record Levels(Optional<Codebook> table, LevelGrid grid, int exponent, double error) {}

  /** Levels at the two exponents with the least error, best first; one if it is pinned. */
  List<Levels> bestTwo(int[] shifts) {
    // Sorted once: no exponent changes the order of the weights.
    Optional<WeightedSamples> samples =
        fitsTable() ? Optional.of(samples(shifts)) : Optional.empty();
    if (task.plan().exponent().isPresent()) {
      return List.of(at(shifts, samples, task.clamp(task.plan().exponent().get())));
    }
    int full = fullScale(channels.magnitude(task.weights(), shifts));
    return IntStream.rangeClosed(full - COARSER, full + FINER)
        .map(task::clamp)
        .distinct()
        .parallel()
        .mapToObj(exponent -> at(shifts, samples, exponent))
        .sorted(Comparator.comparingDouble(Levels::error))
        .limit(2)
        .toList();
  }

  /** The exponent at which the greatest weight just fits the levels. */
  private int fullScale(double magnitude) {
    int greatest =
        task.plan()
            .table()
            .map(table -> LevelGrid.of(table).greatest())
            .orElse(task.plan().weights().greatestLevel());
    return CodebookFit.fullScaleExponent(magnitude, Math.max(1, greatest));
  }

  /** Whether levels are to be found, and not given by the plan or the format. */
  private boolean fitsTable() {
    return task.plan().table().isEmpty()
        && task.plan().weights().fold(table -> true, fixed -> false);
  }

  /** The best levels at one exponent. */
  Levels at(int[] shifts, int exponent) {
    return at(shifts, fitsTable() ? Optional.of(samples(shifts)) : Optional.empty(), exponent);
  }

  private Levels at(int[] shifts, Optional<WeightedSamples> samples, int exponent) {
    return task.plan()
        .table()
        .map(table -> given(Optional.of(table), LevelGrid.of(table), shifts, exponent))
        .orElseGet(
            () ->
                task.plan()
                    .weights()
                    .fold(
                        table -> fitted(table, samples.orElseThrow(), exponent),
                        fixed ->
                            given(
                                Optional.empty(),
                                LevelGrid.integers(fixed.leastLevel(), fixed.greatestLevel()),
                                shifts,
                                exponent)));
  }

  private Levels given(Optional<Codebook> table, LevelGrid grid, int[] shifts, int exponent) {
    double error = 0;
    for (int o = 0; o < shifts.length; o++) {
      if (!channels.dead(o)) {
        error += task.nearestError(o, grid, exponent + shifts[o]);
      }
    }
    return new Levels(table, grid, exponent, error);
  }

  private Levels fitted(WeightFormat.Table format, WeightedSamples samples, int exponent) {
    int[] candidates = LevelCandidates.withDigits(format.digits());
    CodebookFit fit =
        task.exactTable()
            ? CodebookFit.at(samples, candidates, format.bits(), exponent)
            : CodebookFit.evenly(samples, candidates, format.bits(), exponent);
    return new Levels(
        Optional.of(fit.codebook()), LevelGrid.of(fit.codebook()), exponent, fit.error());
  }

  private WeightedSamples samples(int[] shifts) {
    int taps = task.weights()[0].length;
    int live = (int) IntStream.range(0, shifts.length).filter(o -> !channels.dead(o)).count();
    double[] values = new double[live * taps];
    double[] importance = new double[live * taps];
    int at = 0;
    for (int o = 0; o < shifts.length; o++) {
      if (!channels.dead(o)) {
        for (int k = 0; k < taps; k++) {
          values[at] = Math.scalb(task.weights()[o][k], shifts[o]);
          importance[at++] = Math.scalb(task.importanceOf(o)[k], -2 * shifts[o]);
        }
      }
    }
    return new WeightedSamples(values, importance);
  }
}
