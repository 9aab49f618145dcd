package lutmac.runtime.exec;

import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.runtime.kernel.Convolution;
import lutmac.runtime.kernel.Maps;
import lutmac.runtime.kernel.Weights;

/**
 * A convolution or fully connected layer in float, {@code W * x + bias + skip}; with {@code
 * sumPixels} (1x1 windows) x is summed over all pixels first. Serves any number of threads.
 */
public final class FloatLinear {
  private final Shape from;
  private final Shape read;
  private final Shape to;
  private final Convolution convolution;
  private final Weights weights;
  private final float[] bias;

  /**
   * @param from shape of the map it reads
   * @param to shape of the map it makes
   * @param weights {@code [O, I / groups, Kh, Kw]}
   * @param bias {@code [O]}
   */
  public FloatLinear(
      Shape from,
      Shape to,
      Window window,
      int groups,
      boolean sumPixels,
      float[] weights,
      float[] bias) {
    this.from = from;
    this.read = sumPixels ? new Shape(from.channels(), 1, 1) : from;
    this.to = to;
    this.convolution = Convolution.of(read, to, window, groups);
    this.weights = convolution.prepare(weights);
    this.bias = bias.clone();
  }

  /**
   * The sums of one image, {@code [O, H, W]}.
   *
   * @param in {@code [C, H, W]}
   * @param skip null if the layer has none
   */
  public float[] sums(float[] in, float[] skip) {
    float[] seen = read.equals(from) ? in : pixelSums(in, from.pixels());
    float[] sums = new float[to.size()];
    convolution.forward(weights, Maps.byImage(seen, 1, read), Maps.byImage(sums, 1, to));
    int pixels = to.pixels();
    for (int o = 0; o < bias.length; o++) {
      float added = bias[o];
      int end = (o + 1) * pixels;
      if (skip == null) {
        for (int i = o * pixels; i < end; i++) {
          sums[i] += added;
        }
      } else {
        for (int i = o * pixels; i < end; i++) {
          sums[i] = sums[i] + added + skip[i];
        }
      }
    }
    return sums;
  }

  private static float[] pixelSums(float[] in, int pixels) {
    float[] sums = new float[in.length / pixels];
    for (int c = 0; c < sums.length; c++) {
      float sum = 0;
      for (int i = c * pixels; i < (c + 1) * pixels; i++) {
        sum += in[i];
      }
      sums[c] = sum;
    }
    return sums;
  }
}
