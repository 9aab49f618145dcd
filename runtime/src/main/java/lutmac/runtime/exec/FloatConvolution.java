package lutmac.runtime.exec;

import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;

/** One float convolution, ready to run. */
sealed interface FloatConvolution permits MatrixConvolution, DepthwiseConvolution {

  /** {@code in} and the result are {@code [N, C, H, W]}. */
  float[] apply(float[] in, int images);

  /**
   * The way that suits a convolution: where an output channel reads one channel only, unrolling it
   * into a matrix would cost more than the products themselves.
   *
   * @param from shape of the map it reads
   * @param to shape of the map it makes
   */
  static FloatConvolution of(FloatOp.Conv conv, Shape from, Shape to) {
    boolean depthwise = conv.groups() == conv.inChannels() && conv.groups() > 1;
    return depthwise
        ? new DepthwiseConvolution(conv, from, to)
        : new MatrixConvolution(conv, from, to);
  }
}
