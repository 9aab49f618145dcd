package lutmac.quant.onnx;

import java.util.Arrays;
import lutmac.quant.graph.FloatOp;
import lutmac.quant.graph.Window;

/** Convolutions that keep every channel to itself. */
final class Depthwise {
  private Depthwise() {}

  /** Every tap of every channel's kernel is {@code value}. */
  static FloatOp.Conv convolution(int channels, Window window, float value) {
    float[] weights = new float[Math.multiplyExact(channels, window.taps())];
    Arrays.fill(weights, value);
    return new FloatOp.Conv(channels, channels, channels, window, weights, new float[channels]);
  }
}
