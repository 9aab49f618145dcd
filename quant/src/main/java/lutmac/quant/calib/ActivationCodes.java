package lutmac.quant.calib;

import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.Tensor;

/** One feature map of a quantized network for every calibration image, as stored codes. */
public final class ActivationCodes {
  private final Tensor tensor;
  private final byte[][] codes;
  private final CodeTable table;

  /**
   * Codes of all images.
   *
   * @param codes {@code [N][C*H*W]}, an unsigned code as the byte of the same bits
   * @throws IllegalArgumentException if the tensor holds accumulators
   */
  public ActivationCodes(Tensor tensor, byte[][] codes) {
    this.tensor = tensor;
    this.codes = codes;
    this.table = CodeTable.of(tensor.format());
  }

  /** The codes of a feature map's integers, one byte each. */
  public static byte[] encode(TensorFormat format, int[] values) {
    CodeTable table = CodeTable.of(format);
    byte[] codes = new byte[values.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = table.encode(values[i]);
    }
    return codes;
  }

  /** Name, shape and format of the feature map. */
  public Tensor tensor() {
    return tensor;
  }

  /** {@code [N][C*H*W]}. */
  public byte[][] codes() {
    return codes;
  }

  /** {@code D} of every byte, by its unsigned value. */
  int[] decoder() {
    return table.values();
  }

  /** Integer value of one element. */
  public int value(int image, int index) {
    return table.value(codes[image][index]);
  }

  /** Integer values of one image, {@code [C, H, W]}. */
  public int[] values(int image) {
    int[] values = new int[codes[image].length];
    for (int i = 0; i < values.length; i++) {
      values[i] = table.value(codes[image][i]);
    }
    return values;
  }

  /** Real value of the integer 1. */
  public double stepSize() {
    return Math.scalb(1.0, -tensor.format().frac(0));
  }

  /** How many images there are. */
  public int images() {
    return codes.length;
  }
}
