package lutmac.tune.student;

import java.util.Arrays;
import java.util.List;
import lutmac.tune.parameter.TrainableParameter;

/**
 * The learned scales: how many fraction bits each feature map's format has gained since the start.
 * Learned is the base-two exponent of a format's scale, as a real number; the format has the
 * nearest integer, as long as all shifts stay legal.
 */
final class LearnedScales {
  /** Within a half, so that a refused move is not tried again at once. */
  private static final float MOST_REST = 0.49f;

  private final ScaleGroups groups;
  private final List<StudentLinear> layers;
  private final TrainableParameter exponents;
  private final int[] moves;

  /**
   * @param layers those that a move changes
   */
  LearnedScales(ScaleGroups groups, List<StudentLinear> layers) {
    this.groups = groups;
    this.layers = List.copyOf(layers);
    exponents = new TrainableParameter(TrainableParameter.Kind.SCALE, new float[groups.count()], 1);
    moves = new int[groups.count()];
  }

  /** One number a group. */
  TrainableParameter exponents() {
    return exponents;
  }

  /** Fraction bits that the formats around a layer have gained. */
  ScaleMoves around(LayerWiring wiring) {
    return new ScaleMoves(
        move(wiring.input()), move(wiring.output()), wiring.skip().map(this::move).orElse(0));
  }

  private int move(int map) {
    return groups.isFixed(map) ? 0 : moves[groups.of(map)];
  }

  /** The gradient of {@link #exponents()} from that of every feature map's exponent. */
  float[] gradient(float[] byMap) {
    float[] sums = new float[exponents.size()];
    for (int map = 0; map < byMap.length; map++) {
      if (!groups.isFixed(map)) {
        sums[groups.of(map)] += byMap[map];
      }
    }
    return sums;
  }

  /** Takes over the exponents' values; a format moves by one bit at a time. */
  void refresh() {
    float[] values = exponents.values();
    for (int group = 0; group < moves.length; group++) {
      int before = moves[group];
      moves[group] = before + Integer.signum(-Math.round(values[group]) - before);
      if (moves[group] != before && !legal()) {
        moves[group] = before;
      }
      float settled = -moves[group];
      values[group] = Math.max(settled - MOST_REST, Math.min(settled + MOST_REST, values[group]));
    }
  }

  /** Takes over the exponents of an earlier run, whose moves were legal. */
  void restore() {
    Arrays.setAll(moves, group -> -Math.round(exponents.values()[group]));
  }

  private boolean legal() {
    return layers.stream().allMatch(layer -> layer.allows(around(layer.wiring())));
  }
}
