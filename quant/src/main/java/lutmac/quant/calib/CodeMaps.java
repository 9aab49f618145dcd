package lutmac.quant.calib;

import lutmac.quant.format.FixedFormat;
import lutmac.quant.format.TensorFormat;
import lutmac.quant.network.Tensor;

/**
 * One feature map of a quantized network for every calibration image.
 *
 * @param codes {@code [N][C*H*W]}, an unsigned code as the byte of the same bits
 */
public record CodeMaps(Tensor tensor, byte[][] codes) {
  public CodeMaps {
    if (!(tensor.format() instanceof FixedFormat)) {
      throw new IllegalArgumentException(
          "feature map '%s' holds no activation codes".formatted(tensor.name()));
    }
  }

  /** Integer value of one element. */
  public int value(int image, int index) {
    byte code = codes[image][index];
    return tensor.format().minCode() < 0 ? code : code & 0xFF;
  }

  /** Integer values of one image, {@code [C, H, W]}. */
  public int[] values(int image) {
    int[] values = new int[codes[image].length];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(image, i);
    }
    return values;
  }

  /** Real value of one code step. */
  public double step() {
    TensorFormat format = tensor.format();
    return Math.scalb(1.0, -format.frac(0));
  }

  public int images() {
    return codes.length;
  }
}
