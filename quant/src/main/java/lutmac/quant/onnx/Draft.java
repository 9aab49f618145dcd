package lutmac.quant.onnx;

import java.util.List;
import lutmac.quant.graph.FloatOp;
import lutmac.quant.graph.Shape;

/**
 * A node of the network being read.
 *
 * @param affine set instead of {@code op} for a per-channel scale and shift that waits for its
 *     convolution
 */
record Draft(
    String name, FloatOp op, Affine affine, List<String> inputs, String output, Shape shape) {

  /** {@code y[c] = scale[c] * x[c] + shift[c]}, in double so that folding rounds once. */
  record Affine(double[] scale, double[] shift) {}

  static Draft of(String name, FloatOp op, List<String> inputs, String output, Shape shape) {
    return new Draft(name, op, null, inputs, output, shape);
  }

  static Draft affine(String name, Affine affine, String input, String output, Shape shape) {
    return new Draft(name, null, affine, List.of(input), output, shape);
  }
}
