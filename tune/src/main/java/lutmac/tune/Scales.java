package lutmac.tune;

import java.util.Arrays;
import java.util.List;

/**
 * The learned scales: how many fraction bits each map's format has gained since the start. Maps
 * between which a pool or a concatenation stands have one scale. Learned is the base-two exponent
 * of a format's step, as a real number; the format has the nearest integer, as long as all shifts
 * stay legal.
 */
final class Scales {
  /** Within a half, so that a refused move is not tried again at once. */
  private static final float MOST_REST = 0.49f;

  private static final int FIXED = -1;

  private final int[] groups;
  private final List<MacStep> layers;
  private final Parameter exponents;
  private final int[] moves;

  /**
   * @param groups of every map, counted from 0; -1 for a map whose scale is fixed
   * @param layers those that a move changes
   */
  Scales(int[] groups, List<MacStep> layers) {
    this.groups = groups.clone();
    this.layers = List.copyOf(layers);
    int count = Arrays.stream(groups).max().orElse(FIXED) + 1;
    exponents = new Parameter(Parameter.Kind.SCALE, new float[count], 1);
    moves = new int[count];
  }

  Parameter exponents() {
    return exponents;
  }

  /** Fraction bits that a map has gained. */
  int move(int map) {
    return groups[map] == FIXED ? 0 : moves[groups[map]];
  }

  /** The gradient of {@link #exponents()} from that of every map's exponent. */
  float[] gradient(float[] byMap) {
    float[] sums = new float[exponents.size()];
    for (int map = 0; map < byMap.length; map++) {
      if (groups[map] != FIXED) {
        sums[groups[map]] += byMap[map];
      }
    }
    return sums;
  }

  /** Takes over the exponents' values, in steps of one bit. */
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
    float[] values = exponents.values();
    for (int group = 0; group < moves.length; group++) {
      moves[group] = -Math.round(values[group]);
    }
  }

  private boolean legal() {
    return layers.stream()
        .allMatch(
            step ->
                step.allows(
                    move(step.wiring().input()),
                    move(step.wiring().output()),
                    step.wiring().skip().map(this::move).orElse(0)));
  }
}
