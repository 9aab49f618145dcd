package lutmac.tune.kernel;

import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * A convolution without bias, and its derivatives. Maps of several images are {@code [C, N, H, W]}:
 * channels outermost, so that a channel of all images is one row of a matrix. Weights are {@code
 * [O, I / groups, Kh, Kw]}. Sums have one order. Safe for use by several threads.
 */
public sealed interface Convolution permits DenseConvolution, DepthwiseConvolution {
  /**
   * The fitting kind of convolution.
   *
   * @param padding what stands outside the map, per input channel
   */
  static Convolution of(Shape from, Shape to, Window window, int groups, float[] padding) {
    return groups == from.channels() && groups > 1
        ? new DepthwiseConvolution(from, to, window, padding)
        : new DenseConvolution(from, to, window, groups, padding);
  }

  /** Writes the sums to {@code out}. */
  void forward(float[] weights, float[] in, int images, float[] out);

  /** Adds the derivative by the weights to {@code gradient}. */
  void addWeightGradient(float[] in, float[] outGradient, int images, float[] gradient);

  /** Adds the derivative by the input to {@code inGradient}. */
  void addInputGradient(float[] weights, float[] outGradient, int images, float[] inGradient);
}
