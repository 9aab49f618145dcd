package lutmac.quant.calib;

import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.Tensor;

/**
 * One feature map of a quantized network for every calibration image.
 *
 * @param codes {@code [N][C*H*W]}, an unsigned code as the byte of the same bits
 */
public record ActivationCodes(Tensor tensor, byte[][] codes) {
  public ActivationCodes {
    if (tensor.format() instanceof AccumulatorFormat) {
      throw new IllegalArgumentException(
          "feature map '%s' holds no activation codes".formatted(tensor.name()));
    }
  }

  /** The codes of a feature map's integers, one byte each. */
  public static byte[] encode(TensorFormat format, int[] values) {
    byte[] codes = new byte[values.length];
    if (format instanceof LogFormat log) {
      int[] thresholds = log.thresholds();
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (byte) LogFormat.code(thresholds, values[i]);
      }
    } else {
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (byte) values[i];
      }
    }
    return codes;
  }

  /** {@code D} of every byte, by its unsigned value. */
  public int[] decoder() {
    int[] values = new int[256];
    if (tensor.format() instanceof LogFormat log) {
      int[] levels = log.values();
      System.arraycopy(levels, 0, values, 0, levels.length);
    } else {
      boolean signed = tensor.format().minCode() < 0;
      java.util.Arrays.setAll(values, code -> signed ? (byte) code : code);
    }
    return values;
  }

  /** Integer value of one element. */
  public int value(int image, int index) {
    int code = codes[image][index] & 0xFF;
    if (tensor.format() instanceof LogFormat log) {
      return log.decode(code);
    }
    return tensor.format().minCode() < 0 ? (byte) code : code;
  }

  /** Integer values of one image, {@code [C, H, W]}. */
  public int[] values(int image) {
    int[] decoder = decoder();
    int[] values = new int[codes[image].length];
    for (int i = 0; i < values.length; i++) {
      values[i] = decoder[codes[image][i] & 0xFF];
    }
    return values;
  }

  /** Real value of one code step. */
  public double stepSize() {
    TensorFormat format = tensor.format();
    return Math.scalb(1.0, -format.frac(0));
  }

  public int images() {
    return codes.length;
  }
}
