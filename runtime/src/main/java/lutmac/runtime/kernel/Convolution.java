package lutmac.runtime.kernel;

import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * A convolution without bias, and its derivatives. Weights are {@code [O, I / groups, Kh, Kw]}.
 *
 * <p>Every image is computed by itself, by the calling thread, in one order of additions: an image
 * has the same bits alone and in any batch, with any number of threads. One convolution serves any
 * number of threads.
 */
public sealed interface Convolution
    permits DenseConvolution, DepthwiseConvolution, SpacedConvolution {
  /**
   * The kind that suits: where an output channel reads one input channel only, a matrix product
   * would be one of a single row.
   *
   * @param padding what stands outside the map and between spaced pixels, per input channel
   */
  static Convolution of(Shape from, Shape to, Window window, int groups, float[] padding) {
    if (window.insertsZeros()) {
      return new SpacedConvolution(from, to, window, groups, padding);
    }
    return groups == from.channels() && groups > 1
        ? new DepthwiseConvolution(from, to, window, padding)
        : new DenseConvolution(from, to, window, groups, padding);
  }

  /** The same with zeros outside the map. */
  static Convolution of(Shape from, Shape to, Window window, int groups) {
    return of(from, to, window, groups, new float[from.channels()]);
  }

  /** Weights in the order in which this convolution reads them; a copy. */
  Weights prepare(float[] weights);

  /** Writes the sums of every image to {@code out}. */
  void forward(Weights weights, Maps in, Maps out);

  /** Adds the derivative by the weights, over all images, to {@code gradient}. */
  void addWeightGradient(Maps in, Maps outGradient, float[] gradient);

  /** Adds the derivative by the input to {@code inGradient}. */
  void addInputGradient(Weights weights, Maps outGradient, Maps inGradient);
}
