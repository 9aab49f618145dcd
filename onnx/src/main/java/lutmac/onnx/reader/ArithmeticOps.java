package lutmac.onnx.reader;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import lutmac.network.floating.FloatOp;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * Sums, differences, products and quotients. A constant of one number per channel makes them scales
 * and shifts of channels; two feature maps of one shape can be added and subtracted.
 */
final class ArithmeticOps {
  private final ImportContext graph;

  ArithmeticOps(ImportContext graph) {
    this.graph = graph;
  }

  /** Add and Sum: any number of inputs, one after the other. */
  Value sum(OnnxNode node) {
    int inputs = node.proto().getInputCount();
    if (graph.allKnown(node)) {
      throw bothConstant();
    }
    if (inputs == 1) {
      return graph.value(node, 0);
    }
    if (graph.isKnown(node, 0)) {
      return sum(node, 1, 0);
    }
    return sum(node, 0, 1);
  }

  /** Begins with the feature maps {@code first} and {@code second}; those between are swapped. */
  private Value sum(OnnxNode node, int first, int second) {
    int inputs = node.proto().getInputCount();
    Value.View sum = graph.unbordered(node, first);
    for (int n = 1; n < inputs; n++) {
      int i = n == 1 ? second : n;
      String output = n == inputs - 1 ? node.output() : graph.freshName(node.output() + ".sum");
      sum =
          graph.isKnown(node, i)
              ? affine(node.name(), output, sum, fill(sum, 1), perChannel(node, i, sum, c -> c))
              : add(node, sum, graph.unbordered(node, i), output);
    }
    return sum;
  }

  Value subtract(OnnxNode node) {
    if (graph.allKnown(node)) {
      throw bothConstant();
    }
    if (graph.isKnown(node, 1)) {
      Value.View left = graph.unbordered(node, 0);
      double[] shift = perChannel(node, 1, left, c -> -c);
      return affine(node.name(), node.output(), left, fill(left, 1), shift);
    }
    Value.View right = graph.unbordered(node, 1);
    if (graph.isKnown(node, 0)) {
      double[] shift = perChannel(node, 0, right, c -> c);
      return affine(node.name(), node.output(), right, fill(right, -1), shift);
    }
    Value.View left = graph.unbordered(node, 0);
    String negative = graph.freshName(node.output() + ".subtrahend");
    return add(
        node,
        left,
        affine(node.name(), negative, right, fill(right, -1), fill(right, 0)),
        node.output());
  }

  Value negate(OnnxNode node) {
    Value.View input = graph.view(node, 0);
    return affine(node.name(), node.output(), input, fill(input, -1), fill(input, 0));
  }

  Value multiply(OnnxNode node) {
    if (graph.allKnown(node)) {
      throw bothConstant();
    }
    boolean firstKnown = graph.isKnown(node, 0);
    if (!firstKnown && !graph.isKnown(node, 1)) {
      throw new Refusal(
          "it multiplies two feature maps, as squeeze-and-excite does; the hardware multiplies by weights only: train without it");
    }
    return scale(node, firstKnown ? 1 : 0, firstKnown ? 0 : 1, c -> c);
  }

  Value divide(OnnxNode node) {
    if (graph.allKnown(node)) {
      throw bothConstant();
    }
    if (!graph.isKnown(node, 1)) {
      throw new Refusal("it divides by a feature map; only division by constants is supported");
    }
    return scale(node, 0, 1, c -> 1 / c);
  }

  /** Zeros around the feature map stay zeros, so a border passes through. */
  private Value scale(OnnxNode node, int map, int constant, DoubleUnaryOperator factor) {
    Value.View input = graph.view(node, map);
    double[] scale = perChannel(node, constant, input, factor);
    for (double value : scale) {
      if (!Double.isFinite(value)) {
        throw new Refusal("it divides by 0, constant '%s'".formatted(node.input(constant)));
      }
    }
    Value.View made = affine(node.name(), node.output(), input, scale, fill(input, 0));
    if (graph.isNonNegative(input.map()) && Arrays.stream(scale).allMatch(value -> value >= 0)) {
      graph.markNonNegative(node.output());
    }
    return made;
  }

  private Value.View affine(
      String name, String output, Value.View input, double[] scale, double[] shift) {
    return graph.emitAffine(name, output, scale, shift, input);
  }

  private Value.View add(OnnxNode node, Value.View left, Value.View right, String output) {
    if (!left.shape().equals(right.shape()) || !left.axes().equals(right.axes())) {
      throw new Refusal(
          "it joins %s and %s element by element; only maps of the same shape and layout can be added"
              .formatted(left.dimsText(), right.dimsText()));
    }
    return graph
        .emit(
            node.name(), new FloatOp.Add(), List.of(left.map(), right.map()), output, left.shape())
        .seenBy(left.axes());
  }

  /** What a constant says for each channel; refuses one that differs within a channel. */
  private double[] perChannel(
      OnnxNode node, int constant, Value.View input, DoubleUnaryOperator meaning) {
    Constant.Floats given = graph.floats(node, constant);
    double[] values =
        ImportContext.perChannel(given, input)
            .orElseThrow(
                () ->
                    new Refusal(
                        "its constant '%s' of shape %s meets %s; only one number per channel is supported"
                            .formatted(
                                given.name(), Arrays.toString(given.dims()), input.dimsText())));
    Arrays.setAll(values, c -> meaning.applyAsDouble(values[c]));
    return values;
  }

  private static double[] fill(Value.View input, double value) {
    double[] values = new double[input.shape().channels()];
    Arrays.fill(values, value);
    return values;
  }

  private static Refusal bothConstant() {
    return new Refusal("all its inputs are constants; simplify the model before");
  }
}
