package lutmac.runtime.exec;

import java.util.Arrays;
import java.util.stream.IntStream;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * A convolution whose output channels read one input channel each: every kernel tap is a scaled row
 * added to an output row. Output planes are computed in parallel, each in one order.
 */
final class DepthwiseConvolution implements FloatConvolution {
  private final FloatOp.Conv conv;
  private final Shape from;
  private final Shape to;
  private final Window window;

  DepthwiseConvolution(FloatOp.Conv conv, Shape from, Shape to) {
    this.conv = conv;
    this.from = from;
    this.to = to;
    this.window = conv.window();
  }

  @Override
  public float[] apply(float[] in, int images) {
    float[] out = new float[Math.multiplyExact(images, to.size())];
    int multiplier = conv.outChannels() / conv.inChannels();
    IntStream.range(0, images * to.channels())
        .parallel()
        .forEach(
            plane -> {
              int image = plane / to.channels();
              int o = plane % to.channels();
              int channel = image * from.channels() + o / multiplier;
              plane(in, channel * from.pixels(), o, out, plane * to.pixels());
            });
    return out;
  }

  private void plane(float[] in, int source, int o, float[] out, int target) {
    Arrays.fill(out, target, target + to.pixels(), conv.bias()[o]);
    int stride = window.strideWidth();
    for (int kx = 0; kx < window.kernelWidth(); kx++) {
      int shift = kx * window.dilationWidth() - window.padLeft();
      int begin = RowSpan.begin(shift, stride, to.width());
      int end = RowSpan.end(shift, stride, from.width(), to.width());
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        float weight = conv.weights()[(o * window.kernelHeight() + ky) * window.kernelWidth() + kx];
        for (int row = 0; row < to.height(); row++) {
          int y = row * window.strideHeight() - window.padTop() + ky * window.dilationHeight();
          if (y >= 0 && y < from.height()) {
            int first = source + y * from.width() + shift;
            int at = target + row * to.width();
            for (int x = begin; x < end; x++) {
              out[at + x] += weight * in[first + x * stride];
            }
          }
        }
      }
    }
  }
}
