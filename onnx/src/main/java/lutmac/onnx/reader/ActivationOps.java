package lutmac.onnx.reader;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;
import lutmac.network.floating.ActivationFunction;
import lutmac.network.floating.Activations;
import lutmac.network.floating.FloatOp;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * Activation functions, in one node or written out in several: whatever applies one function to
 * every element of a feature map becomes one activation of that map, {@code x * Sigmoid(x)} as well
 * as {@code x * Clip(x + 3, 0, 6) / 6}.
 */
final class ActivationOps {
  private final ImportContext graph;

  ActivationOps(ImportContext graph) {
    this.graph = graph;
  }

  /** The function of a node of one map; empty if its operator is none. */
  Optional<ActivationFunction> function(OnnxNode node) {
    return Optional.ofNullable(
        switch (node.op()) {
          case "Sigmoid" -> Activations.sigmoid();
          case "Tanh" -> Activations.tanh();
          case "HardSigmoid" ->
              Activations.hardSigmoid(node.real("alpha", 0.2f), node.real("beta", 0.5f));
          case "HardSwish" -> Activations.hardSwish();
          case "Swish" -> Activations.swish(node.real("alpha", 1f));
          case "LeakyRelu" -> Activations.leakyRelu(node.real("alpha", 0.01f));
          case "Elu" -> Activations.elu(node.real("alpha", 1f));
          case "Celu" -> Activations.celu(node.real("alpha", 1f));
          case "Selu" ->
              Activations.selu(
                  node.real("alpha", 1.67326319217681884765625f),
                  node.real("gamma", 1.05070102214813232421875f));
          case "Softplus" -> Activations.softplus();
          case "Softsign" -> Activations.softsign();
          case "Mish" -> Activations.mish();
          case "Gelu" ->
              node.text("approximate", "none").equals("tanh")
                  ? Activations.geluByTanh()
                  : Activations.gelu();
          case "ThresholdedRelu" -> Activations.thresholdedRelu(node.real("alpha", 1f));
          case "Erf" -> Activations.erf();
          case "Exp" -> Activations.exp();
          case "Abs" -> Activations.absolute();
          default -> null;
        });
  }

  /**
   * PRelu. One slope for all channels is a function; with a slope a channel, {@code a * x + relu((1
   * - a) * x)} is the same where {@code a <= 1}, and a difference of the two where it is greater.
   */
  Value prelu(OnnxNode node) {
    Constant.Floats slopes = graph.floats(node, 1);
    float first = slopes.size() == 0 ? 0 : slopes.values()[0];
    if (IntStream.range(0, slopes.size()).allMatch(i -> slopes.values()[i] == first)) {
      return apply(node, Activations.leakyRelu(first));
    }
    Value.View input = graph.unbordered(node, 0);
    double[] slope =
        ImportContext.perChannel(slopes, input)
            .orElseThrow(
                () ->
                    new Refusal(
                        "its slopes '%s' differ by pixel, not by channel of %s"
                            .formatted(slopes.name(), input.dimsText())));
    double[] bend = Arrays.stream(slope).map(a -> Math.abs(1 - a)).toArray();
    double[] sign = Arrays.stream(slope).map(a -> a > 1 ? -1 : 1).toArray();
    Value.View line = scaled(node, ".line", input, slope);
    Value.View bent = scaled(node, ".bend", input, bend);
    String name = graph.freshName(node.output() + ".bent");
    Value.View rectified =
        graph.emit(
            node.name(),
            new FloatOp.Relu(Float.POSITIVE_INFINITY),
            List.of(bent.map()),
            name,
            input.shape());
    Value.View added =
        Arrays.stream(sign).allMatch(value -> value > 0)
            ? rectified
            : scaled(node, ".signed", rectified, sign);
    graph.emit(
        node.name(),
        new FloatOp.Add(),
        List.of(line.map(), added.map()),
        node.output(),
        input.shape());
    return ImportContext.elementwise(node, input);
  }

  private Value.View scaled(OnnxNode node, String suffix, Value.View input, double[] scale) {
    String name = graph.freshName(node.output() + suffix);
    return graph.emitAffine(node.name(), name, scale, new double[scale.length], input);
  }

  /** Applies a function to the node's first input. */
  Value apply(OnnxNode node, ActivationFunction function) {
    Value.View seen = graph.view(node, 0);
    Value.View input = function.at(0.0) == 0 ? seen : graph.withoutBorder(seen);
    return emit(node, function, input);
  }

  private Value emit(OnnxNode node, ActivationFunction function, Value.View input) {
    graph.emit(
        node.name(),
        new FloatOp.Activation(function),
        List.of(input.map()),
        node.output(),
        input.shape());
    return ImportContext.elementwise(node, input);
  }

  /** {@code x^n} of one whole constant exponent. */
  Value power(OnnxNode node) {
    Constant exponent = graph.constant(node, 1);
    double value =
        exponent.fold(
            reals -> reals.size() == 1 ? (double) reals.values()[0] : Double.NaN,
            integers -> integers.size() == 1 ? (double) integers.values()[0] : Double.NaN);
    if (value != Math.rint(value) || value < 1 || value > 16) {
      throw new Refusal("its exponent must be one whole number of at least 1");
    }
    return apply(node, Activations.power((int) value));
  }

  /**
   * The product of two feature maps that are functions of one and the same: an activation. Empty
   * for any other product.
   */
  Optional<Value> product(OnnxNode node) {
    if (graph.isKnown(node, 0) || graph.isKnown(node, 1)) {
      return Optional.empty();
    }
    Value.View left = graph.unbordered(node, 0);
    Value.View right = graph.unbordered(node, 1);
    if (!left.shape().equals(right.shape()) || !left.axes().equals(right.axes())) {
      return Optional.empty();
    }
    return joined(List.of(left.map(), right.map()), ActivationFunction.Product::new)
        .map(
            step ->
                emit(
                    node,
                    step.function(),
                    new Value.View(step.input(), left.shape(), left.axes(), Value.Border.NONE)));
  }

  /** Two maps as a function of the nearest that both are a function of. */
  private Optional<Step> joined(List<String> maps, BinaryOperator<ActivationFunction> operator) {
    Map<String, ActivationFunction> lefts = origins(maps.get(0));
    for (Map.Entry<String, ActivationFunction> right : origins(maps.get(1)).entrySet()) {
      ActivationFunction left = lefts.get(right.getKey());
      if (left != null) {
        return Optional.of(new Step(right.getKey(), operator.apply(left, right.getValue())));
      }
    }
    return Optional.empty();
  }

  /** What a map is a function of, the nearest first: itself, and what its makers read. */
  private Map<String, ActivationFunction> origins(String map) {
    Map<String, ActivationFunction> origins = new LinkedHashMap<>();
    ActivationFunction made = ActivationFunction.IDENTITY;
    String at = map;
    origins.put(at, made);
    Optional<Step> step = step(at);
    while (step.isPresent()) {
      made = made.of(step.get().function());
      at = step.get().input();
      origins.put(at, made);
      step = step(at);
    }
    return origins;
  }

  /** A map as a function of another. */
  private record Step(String input, ActivationFunction function) {}

  private Optional<Step> step(String map) {
    return graph.drafts().stream()
        .filter(draft -> draft.output().equals(map))
        .findFirst()
        .flatMap(
            draft ->
                draft.fold(
                    done -> done.node().operation().operator().flatMap(op -> step(op, done)),
                    affine -> uniform(affine).map(f -> new Step(affine.input(), f))));
  }

  private Optional<Step> step(FloatOp op, Draft.Done draft) {
    String input = draft.inputs().get(0);
    return op.fold(
        conv -> Optional.empty(),
        relu -> Optional.of(new Step(input, Activations.clip(0, relu.ceiling()))),
        activation -> Optional.of(new Step(input, activation.function())),
        pool -> Optional.empty(),
        mean -> Optional.empty(),
        add -> joined(draft.inputs(), ActivationFunction.Sum::new),
        concat -> Optional.empty());
  }

  private static Optional<ActivationFunction> uniform(Draft.Affine affine) {
    return affine.uniform()
        ? Optional.of(ActivationFunction.IDENTITY.affine(affine.scale()[0], affine.shift()[0]))
        : Optional.empty();
  }
}
