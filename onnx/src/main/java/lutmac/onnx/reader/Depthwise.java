package lutmac.onnx.reader;

import java.util.Arrays;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Window;

/** Convolutions that keep every channel to itself. */
public final class Depthwise {
  private Depthwise() {}

  /** Every tap of every channel's kernel is {@code value}. */
  public static FloatOp.Conv convolution(int channels, Window window, float value) {
    float[] weights = new float[Math.multiplyExact(channels, window.kernelArea())];
    Arrays.fill(weights, value);
    return new FloatOp.Conv(channels, channels, channels, window, weights, new float[channels]);
  }
}
