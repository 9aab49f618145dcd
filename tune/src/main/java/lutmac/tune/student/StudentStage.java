package lutmac.tune.student;

import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;

/** What a linear layer in training makes of its biased sums, and the derivative of that. */
sealed interface StudentStage permits StudentRequantize, StudentAccumulators {
  /**
   * The stage of a layer.
   *
   * @param finiteCeiling whether the layer's own ReLU clamps from above, as ReLU6 does
   */
  static StudentStage of(
      MacLayer layer, Rounding rounding, ForwardArithmetic arithmetic, boolean finiteCeiling) {
    TensorFormat format = layer.output().format();
    return layer
        .stage()
        .fold(
            requantize ->
                new StudentRequantize(requantize, format, rounding, arithmetic, finiteCeiling),
            accumulators -> new StudentAccumulators(accumulators, format));
  }

  /** How far a bias of an output channel must move to matter. */
  float biasUnit(int channel);

  /** Whether the stage stays legal if formats move so. */
  boolean allows(ScaleMoves moves);

  /** Takes over formats that have moved. */
  void refresh(ScaleMoves moves);

  /** Format of the feature map that it makes now. */
  TensorFormat format();

  /** What a channel's sums are multiplied by to be in steps of the output. */
  float scale(int channel);

  /**
   * Makes the output of one channel.
   *
   * @param unrounded scaled sums
   * @param end behind the last one
   */
  void forward(float[] unrounded, float[] out, int start, int end);

  /**
   * Derivative by the base-two exponent of the output's scale.
   *
   * @param gradient by the output
   * @param unrounded scaled sums
   * @param out what {@link #forward} made of them
   * @param size how many there are
   */
  float scaleGradient(float[] gradient, float[] unrounded, float[] out, int size);

  /**
   * Turns the gradient by the output of one channel into that by its sums.
   *
   * @param end behind the last element of the channel
   */
  void backward(float[] gradient, float[] unrounded, int channel, int start, int end);

  /** The quantized stage that it stands for now. */
  OutputStage export();
}
