package lutmac.tune.student;

import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.tune.parameter.TrainableParameter;

/**
 * The biases of a linear layer in training, in accumulators. Learned are their distances from the
 * start, as floats would lose bits of the biases themselves.
 */
final class ShadowBiases {
  private final int[] start;
  private final ForwardArithmetic arithmetic;
  private final Optional<TrainableParameter> distances;
  private final double[] biases;

  private ShadowBiases(
      int[] start, ForwardArithmetic arithmetic, Optional<TrainableParameter> distances) {
    this.start = start.clone();
    this.arithmetic = arithmetic;
    this.distances = distances;
    biases = IntStream.of(start).asDoubleStream().toArray();
  }

  /** Biases that only follow the scale of what the layer reads. */
  static ShadowBiases fixed(int[] start, ForwardArithmetic arithmetic) {
    return new ShadowBiases(start, arithmetic, Optional.empty());
  }

  /**
   * Biases that learn.
   *
   * @param units how far each must move to matter
   */
  static ShadowBiases learned(int[] start, ForwardArithmetic arithmetic, float[] units) {
    return new ShadowBiases(
        start,
        arithmetic,
        Optional.of(
            new TrainableParameter(TrainableParameter.Kind.BIAS, new float[units.length], units)));
  }

  /** Their distances from the start, if they learn. */
  Optional<TrainableParameter> parameter() {
    return distances;
  }

  /**
   * Takes over the parameter's values.
   *
   * @param inputMove fraction bits that the layer's input, and so its sums, have gained
   */
  void refresh(int inputMove) {
    for (int o = 0; o < biases.length; o++) {
      double distance = distances.isPresent() ? distances.get().values()[o] : 0;
      double moved = Math.scalb(start[o] + distance, inputMove);
      biases[o] = arithmetic == ForwardArithmetic.INTEGER ? Math.rint(moved) : moved;
    }
  }

  float bias(int outChannel) {
    return (float) biases[outChannel];
  }

  /** The hardware's biases; beyond 32 bits the nearest that there is. */
  int[] export() {
    int[] bias = new int[biases.length];
    for (int o = 0; o < bias.length; o++) {
      bias[o] = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, biases[o]));
    }
    return bias;
  }

  /**
   * Adds the derivative by every bias, which is the sum of its channel's gradient.
   *
   * @param gradient by the sums, {@code [O, N, H, W]}
   */
  void addGradient(float[] gradient, float[] byBias) {
    int perChannel = gradient.length / byBias.length;
    for (int o = 0; o < byBias.length; o++) {
      double sum = 0;
      for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
        sum += gradient[i];
      }
      byBias[o] += (float) sum;
    }
  }
}
