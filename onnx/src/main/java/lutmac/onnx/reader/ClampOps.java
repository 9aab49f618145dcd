package lutmac.onnx.reader;

import java.util.List;
import java.util.OptionalInt;
import lutmac.network.floating.Activations;
import lutmac.network.floating.FloatOp;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/** ReLU and ReLU6 in every spelling: Relu, Clip, Max with 0, Min with a constant. */
final class ClampOps {
  private final ImportContext graph;

  ClampOps(ImportContext graph) {
    this.graph = graph;
  }

  Value relu(OnnxNode node) {
    return rectify(node, 0, Float.POSITIVE_INFINITY);
  }

  Value clip(OnnxNode node) {
    boolean attributes = graph.opset() < 11;
    float low =
        attributes
            ? node.real("min", Float.NEGATIVE_INFINITY)
            : bound(node, 1, Float.NEGATIVE_INFINITY);
    float high =
        attributes
            ? node.real("max", Float.POSITIVE_INFINITY)
            : bound(node, 2, Float.POSITIVE_INFINITY);
    // The largest floats are how exporters before opset 11 wrote "no bound".
    float ceiling = high == Float.MAX_VALUE ? Float.POSITIVE_INFINITY : high;
    if ((low == Float.NEGATIVE_INFINITY || low == -Float.MAX_VALUE) && ceiling > 0f) {
      return cap(node, 0, ceiling);
    }
    if (!(low < high)) {
      throw new Refusal("it clips to [%s, %s], which holds nothing".formatted(low, high));
    }
    if (low != 0f) {
      return new ActivationOps(graph).apply(node, Activations.clip(low, high));
    }
    return rectify(node, 0, ceiling);
  }

  private float bound(OnnxNode node, int i, float fallback) {
    if (!node.hasInput(i)) {
      return fallback;
    }
    float[] bound = graph.constant(node, i).fold(Constant.Floats::values, integers -> new float[0]);
    if (bound.length != 1) {
      throw new Refusal("its bound '%s' must be one real number".formatted(node.input(i)));
    }
    return bound[0];
  }

  /** Max with 0. */
  Value max(OnnxNode node) {
    int constant = constantOfTwo(node);
    float bound = uniform(node, constant);
    if (bound != 0f) {
      throw new Refusal(
          "it is the maximum with %s; only that with 0, a ReLU, is supported".formatted(bound));
    }
    return rectify(node, 1 - constant, Float.POSITIVE_INFINITY);
  }

  /** Min with a positive constant. */
  Value min(OnnxNode node) {
    int constant = constantOfTwo(node);
    float bound = uniform(node, constant);
    if (!(bound > 0f)) {
      throw new Refusal(
          "it is the minimum with %s; only that with a positive number, the ceiling of a ReLU, is supported"
              .formatted(bound));
    }
    return cap(node, 1 - constant, bound);
  }

  private int constantOfTwo(OnnxNode node) {
    OptionalInt constant = OptionalInt.empty();
    int inputs = node.proto().getInputCount();
    for (int i = 0; i < inputs; i++) {
      if (graph.isKnown(node, i)) {
        constant = OptionalInt.of(i);
      }
    }
    if (inputs != 2 || constant.isEmpty() || graph.allKnown(node)) {
      throw new Refusal(
          "only one feature map with one constant is supported, as ReLU and ReLU6 are written");
    }
    return constant.getAsInt();
  }

  private float uniform(OnnxNode node, int constant) {
    Constant.Floats bound = graph.floats(node, constant);
    float first = bound.size() == 0 ? Float.NaN : bound.values()[0];
    for (float value : bound.values()) {
      if (value != first) {
        throw new Refusal(
            "its bound '%s' differs from element to element; it must be one number"
                .formatted(bound.name()));
      }
    }
    return first;
  }

  /** A ceiling: the ReLU before takes it along, or that behind. */
  private Value cap(OnnxNode node, int map, float ceiling) {
    Value.View input = graph.beforeCeiling(node, map);
    float lower = Math.min(ceiling, graph.ceiling(node.input(map)));
    if (graph.isNonNegative(input.map())) {
      return rectify(node, map, lower);
    }
    if (lower < Float.POSITIVE_INFINITY) {
      graph.addCeiling(node.output(), lower);
    }
    return input;
  }

  /** Zeros around the feature map stay zeros, so a border passes through. */
  private Value rectify(OnnxNode node, int map, float ceiling) {
    Value.View input = graph.beforeCeiling(node, map);
    float lower = Math.min(ceiling, graph.ceiling(node.input(map)));
    graph.emit(
        node.name(), new FloatOp.Relu(lower), List.of(input.map()), node.output(), input.shape());
    return ImportContext.elementwise(node, input);
  }
}
