package lutmac.quant.onnx;

import lutmac.quant.graph.FloatOp;
import lutmac.quant.graph.Window;

/** Dense convolutions that keep every channel to itself. */
final class Diagonal {
  /** More weights than this are a mistake of the approach, not a network: 256 MiB of floats. */
  private static final long MOST_WEIGHTS = 1L << 26;

  private Diagonal() {}

  /** Every tap of channel c's own kernel is {@code value}, all others 0. */
  static FloatOp.Conv convolution(int channels, Window window, float value) {
    long size = (long) channels * channels * window.taps();
    if (size > MOST_WEIGHTS) {
      throw new Refusal(
          "over %d channels with a %dx%d window it would become a dense convolution of %d weights; remove it or use a global pool"
              .formatted(channels, window.kernelHeight(), window.kernelWidth(), size));
    }
    float[] weights = new float[(int) size];
    for (int c = 0; c < channels; c++) {
      int start = (c * channels + c) * window.taps();
      java.util.Arrays.fill(weights, start, start + window.taps(), value);
    }
    return new FloatOp.Conv(channels, channels, window, weights, new float[channels]);
  }
}
