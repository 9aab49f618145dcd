package lutmac.onnx.reader;

import java.util.List;
import lutmac.network.floating.FloatOp;
import lutmac.network.format.FixedFormat;
import lutmac.network.shape.Shape;

/**
 * A node of the network being read.
 *
 * @param inputs names of the maps it reads
 * @param output name of the map it makes
 */
public record Draft(String name, Action action, List<String> inputs, String output, Shape shape) {

  /** What a node does. */
  sealed interface Action {}

  /** An operator of float networks. */
  record Apply(FloatOp op) implements Action {}

  /**
   * {@code y[c] = scale[c] * x[c] + shift[c]}, in double so that folding rounds once; waits for its
   * convolution.
   */
  record Affine(double[] scale, double[] shift) implements Action {}

  /**
   * {@code y = clamp(round(x * 2^frac), lo, hi) * 2^-frac}, ties to even: QuantizeLinear, Clip and
   * DequantizeLinear in one.
   *
   * @param given x already is such a y: the network's input is integer codes
   */
  public record Quantize(int frac, int lo, int hi, boolean given) implements Action {
    /** The smallest format that holds all codes. */
    public FixedFormat format() {
      int bits = 2;
      boolean signed = lo < 0;
      while (new FixedFormat(bits, frac, signed).maxCode() < hi
          || new FixedFormat(bits, frac, signed).minCode() > lo) {
        bits++;
      }
      return new FixedFormat(bits, frac, signed);
    }

    /** The code of a real value. */
    public int encode(double value) {
      return (int) Math.max(lo, Math.min(hi, Math.rint(Math.scalb(value, frac))));
    }
  }

  static Draft of(String name, FloatOp op, List<String> inputs, String output, Shape shape) {
    return new Draft(name, new Apply(op), inputs, output, shape);
  }

  /** The operator, or null where it is none. */
  public FloatOp op() {
    return action instanceof Apply apply ? apply.op() : null;
  }
}
