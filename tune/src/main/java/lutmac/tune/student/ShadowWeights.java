package lutmac.tune.student;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.WeightPlane;
import lutmac.quant.codebook.LevelCandidates;
import lutmac.tune.parameter.TrainableParameter;

/**
 * The weights of a linear layer in training, in units of table levels: each is the table level
 * nearest to its shadow weight; a table level is the allowed integer nearest to its shadow level.
 */
final class ShadowWeights {
  /** Weights that one thread rounds at a time. */
  private static final int BLOCK = 1 << 14;

  private final MacLayer layer;
  private final ForwardArithmetic arithmetic;
  private final Optional<TrainableParameter> weights;
  private final Optional<TrainableParameter> table;

  /** The integers that a table may hold. */
  private final int[] candidates;

  /** Ranks of the start weights among the start levels. */
  private final int[] startRanks;

  private final int[] ranks;
  private final float[] effective;
  private List<Codebook> tables;
  private WeightLevels levels;

  /**
   * @param learnWeights whether weights are parameters
   * @param learnTable whether, with the weights, the levels of a single table are
   */
  ShadowWeights(
      MacLayer layer, boolean learnWeights, boolean learnTable, ForwardArithmetic arithmetic) {
    this.layer = layer;
    this.arithmetic = arithmetic;
    tables = layer.planes().stream().map(WeightPlane::codebook).toList();
    levels = new WeightLevels(tables);
    int digits = tables.get(0).levels().stream().mapToInt(SignedDigits::count).max().orElse(1);
    candidates = LevelCandidates.withDigits(Math.max(1, digits));
    int count = layer.weightCount();
    ranks = new int[count];
    startRanks = new int[count];
    effective = new float[count];
    for (int i = 0; i < count; i++) {
      effective[i] = layer.weight(i);
      ranks[i] = levels.nearestRank(effective[i]);
      startRanks[i] = ranks[i];
    }
    weights =
        learnWeights
            ? Optional.of(
                new TrainableParameter(
                    TrainableParameter.Kind.WEIGHT, effective.clone(), weightUnit()))
            : Optional.empty();
    table =
        learnWeights && learnTable && tables.size() == 1
            ? Optional.of(
                new TrainableParameter(TrainableParameter.Kind.LEVEL, startLevels(), levels.gap()))
            : Optional.empty();
  }

  /**
   * A gap between levels; of weights so fine that gaps do not matter, what it is with 4-bit tables:
   * about a quarter of the weights' root mean square.
   */
  private float weightUnit() {
    double squares = 0;
    for (float weight : effective) {
      squares += (double) weight * weight;
    }
    return Math.max(levels.gap(), (float) Math.sqrt(squares / effective.length) / 4);
  }

  private float[] startLevels() {
    float[] values = new float[tables.get(0).levels().size()];
    for (int code = 0; code < values.length; code++) {
      values[code] = tables.get(0).level(code);
    }
    return values;
  }

  /** Whether the weights learn: their gradient takes a third of a pass. */
  boolean learned() {
    return weights.isPresent();
  }

  /** Shadow weights and shadow levels, as far as they learn. */
  List<TrainableParameter> parameters() {
    List<TrainableParameter> all = new ArrayList<>();
    weights.ifPresent(all::add);
    table.ifPresent(all::add);
    return all;
  }

  /** The gradients of {@link #parameters()} from that by every weight. */
  List<float[]> gradients(float[] byWeight) {
    List<float[]> all = new ArrayList<>();
    weights.ifPresent(p -> all.add(byWeight));
    table.ifPresent(p -> all.add(byLevel(byWeight, p.size())));
    return all;
  }

  /** A level's gradient is the sum of those of the weights that have its code; level 0 stays. */
  private float[] byLevel(float[] byWeight, int size) {
    double[] sums = new double[size];
    for (int i = 0; i < byWeight.length; i++) {
      sums[levels.code(ranks[i], 0)] += byWeight[i];
    }
    float[] result = new float[size];
    for (int code = 1; code < size; code++) {
      result[code] = (float) sums[code];
    }
    return result;
  }

  /** Takes over the parameters' values. */
  void refresh() {
    table.ifPresent(p -> roundTable(p.values()));
    weights.ifPresent(p -> roundWeights(p.values()));
  }

  private void roundTable(float[] shadow) {
    List<Integer> rounded = new ArrayList<>();
    for (float level : shadow) {
      rounded.add(nearestCandidate(level));
    }
    tables = List.of(new Codebook(rounded));
    if (arithmetic == ForwardArithmetic.INTEGER) {
      levels = new WeightLevels(tables);
    }
  }

  private int nearestCandidate(float level) {
    int best = 0;
    for (int candidate : candidates) {
      if (Math.abs(candidate - level) < Math.abs(best - level)) {
        best = candidate;
      }
    }
    return best;
  }

  private void roundWeights(float[] shadow) {
    float lowest = levels.lowest();
    float highest = levels.highest();
    IntStream.range(0, (shadow.length + BLOCK - 1) / BLOCK)
        .parallel()
        .forEach(
            block -> {
              int end = Math.min(shadow.length, (block + 1) * BLOCK);
              for (int i = block * BLOCK; i < end; i++) {
                if (arithmetic == ForwardArithmetic.INTEGER) {
                  // A weight that no level follows any further would take long to come back.
                  shadow[i] = Math.max(lowest, Math.min(highest, shadow[i]));
                  ranks[i] = levels.nearestRank(shadow[i]);
                  effective[i] = levels.level(ranks[i]);
                } else {
                  effective[i] = shadow[i] + levelMove(levels.code(startRanks[i], 0));
                }
              }
            });
  }

  private float levelMove(int code) {
    return table.isPresent()
        ? table.get().values()[code] - layer.planes().get(0).codebook().level(code)
        : 0;
  }

  /** The weights that a forward pass computes with, {@code [O, I / groups, Kh, Kw]}. */
  float[] effective() {
    return effective;
  }

  /** Tables and codes as the hardware will have them. */
  List<WeightPlane> export() {
    List<WeightPlane> planes = new ArrayList<>();
    for (int plane = 0; plane < tables.size(); plane++) {
      byte[] codes = layer.planes().get(plane).codes().clone();
      if (weights.isPresent()) {
        for (int i = 0; i < codes.length; i++) {
          codes[i] = levels.code(ranks[i], plane);
        }
      }
      planes.add(new WeightPlane(tables.get(plane), codes));
    }
    return planes;
  }
}
