package lutmac.onnx.reader;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.NodeView;
import lutmac.onnx.model.Refusal;
import lutmac.onnx.model.TensorDecoder;

/** State of reading one graph: what each tensor name stands for, and the nodes made so far. */
final class Lowering {
  /** A node whose input was refused: it is not reported, its own output is refused too. */
  static final class RefusedInput extends RuntimeException {
    RefusedInput() {
      super(null, null, false, false);
    }
  }

  /** A map and the zeros around it. */
  private record BorderedMap(String map, Value.Border border) {}

  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, TensorProto> initializers = new HashMap<>();
  private final Map<BorderedMap, Value.View> bordered = new HashMap<>();
  private final Set<String> tensorNames = new HashSet<>();
  private final Set<String> nonNegative = new HashSet<>();
  private final List<Draft> drafts = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final int opset;

  Lowering(GraphProto graph, int opset) {
    this.opset = opset;
    for (TensorProto tensor : graph.getInitializerList()) {
      initializers.put(tensor.getName(), tensor);
      tensorNames.add(tensor.getName());
    }
    graph.getNodeList().forEach(node -> tensorNames.addAll(node.getOutputList()));
    graph.getInputList().forEach(input -> tensorNames.add(input.getName()));
  }

  int opset() {
    return opset;
  }

  List<Draft> drafts() {
    return drafts;
  }

  List<String> notes() {
    return notes;
  }

  void define(String tensor, Value value) {
    values.put(tensor, value);
  }

  /** What input {@code i} stands for. */
  Value value(NodeView node, int i) {
    String tensor = node.input(i);
    if (tensor.isEmpty()) {
      throw new Refusal("input %d is missing".formatted(i));
    }
    Value value = values.get(tensor);
    if (value == null) {
      value = new Value.Known(TensorDecoder.decode(initializers.get(tensor), tensor));
      values.put(tensor, value);
    }
    if (value instanceof Value.Refused) {
      throw new RefusedInput();
    }
    return value;
  }

  boolean isKnown(NodeView node, int i) {
    return value(node, i) instanceof Value.Known;
  }

  /** Whether all inputs are constants; a refused one is not. */
  boolean allKnown(NodeView node) {
    for (int i = 0; i < node.proto().getInputCount(); i++) {
      try {
        if (node.hasInput(i) && !isKnown(node, i)) {
          return false;
        }
      } catch (RefusedInput e) {
        return false;
      }
    }
    return true;
  }

  /** What the graph's output stands for. */
  Value outputView(String tensor) {
    return values.get(tensor);
  }

  /** Input {@code i} as a feature map, border and reshaping included. */
  Value.View view(NodeView node, int i) {
    if (value(node, i) instanceof Value.View view) {
      return view;
    }
    if (value(node, i) instanceof Value.Codes) {
      throw new Refusal(
          "it reads the integer codes '%s'; put DequantizeLinear before it"
              .formatted(node.input(i)));
    }
    throw new Refusal("input '%s' is a constant, not a feature map".formatted(node.input(i)));
  }

  /** Input {@code i} as a feature map without a border. */
  Value.View unbordered(NodeView node, int i) {
    return withoutBorder(view(node, i));
  }

  /** Constant input {@code i}. */
  Constant constant(NodeView node, int i) {
    if (value(node, i) instanceof Value.Known known) {
      return known.constant();
    }
    throw new Refusal(
        "input '%s' is computed by the network; it must be a constant".formatted(node.input(i)));
  }

  /**
   * Constant real input {@code i}.
   *
   * @throws Refusal if it holds NaN or infinity
   */
  Constant.Floats floats(NodeView node, int i) {
    if (!(constant(node, i) instanceof Constant.Floats floats)) {
      throw new Refusal("input '%s' must be real numbers".formatted(node.input(i)));
    }
    for (int n = 0; n < floats.size(); n++) {
      if (!Float.isFinite(floats.values()[n])) {
        throw new Refusal(
            "initializer '%s' holds %s at position %d; train or export the network again"
                .formatted(floats.name(), floats.values()[n], n));
      }
    }
    return floats;
  }

  /** Constant real vector input {@code i} of {@code length} values. */
  float[] vector(NodeView node, int i, int length) {
    Constant.Floats floats = floats(node, i);
    if (floats.size() != length) {
      throw new Refusal(
          "initializer '%s' has %d values, %d channels need as many"
              .formatted(floats.name(), floats.size(), length));
    }
    return floats.values();
  }

  /** Constant integer input {@code i}. */
  Constant.Integers integers(NodeView node, int i) {
    if (constant(node, i) instanceof Constant.Integers integers) {
      return integers;
    }
    throw new Refusal("input '%s' must be integers".formatted(node.input(i)));
  }

  /**
   * Integers that moved from an attribute to input {@code i} in opset {@code since}; null if
   * absent.
   */
  long[] movedIntegers(NodeView node, String attribute, int i, int since) {
    if (opset < since) {
      return node.integers(attribute).orElse(null);
    }
    return node.hasInput(i) ? integers(node, i).values() : null;
  }

  /** Adds a node that makes {@code tensor}. */
  Value.View emit(String name, FloatOp op, List<String> inputs, String tensor, Shape shape) {
    drafts.add(Draft.of(name, op, inputs, tensor, shape));
    boolean keepsSign =
        op instanceof FloatOp.MaxPool
            || op instanceof FloatOp.GlobalAveragePool
            || op instanceof FloatOp.Add
            || op instanceof FloatOp.Concat;
    if (op instanceof FloatOp.Relu || (keepsSign && nonNegative.containsAll(inputs))) {
      nonNegative.add(tensor);
    }
    return Value.View.of(tensor, shape);
  }

  /** Adds a per-channel scale and shift. */
  Value.View emitAffine(NodeView node, Draft.Affine affine, Value.View input) {
    return emitAction(node, affine, input);
  }

  /** Adds a quantization. */
  Value.View emitQuantize(NodeView node, Draft.Quantize quantize, Value.View input) {
    if (quantize.lo() >= 0 || isNonNegative(input.map())) {
      markNonNegative(node.output());
    }
    return emitAction(node, quantize, input);
  }

  /** Adds an action on single elements that keeps zeros around the map. */
  private Value.View emitAction(NodeView node, Draft.Action action, Value.View input) {
    drafts.add(new Draft(node.name(), action, List.of(input.map()), node.output(), input.shape()));
    return new Value.View(node.output(), input.shape(), input.dims(), input.border());
  }

  /** Whether a map's values are never negative, whatever the image. */
  boolean isNonNegative(String map) {
    return nonNegative.contains(map);
  }

  void markNonNegative(String map) {
    nonNegative.add(map);
  }

  void note(String note) {
    notes.add(note);
  }

  /** Makes the zeros around a map real, by a padded depthwise 1x1 identity convolution. */
  Value.View withoutBorder(Value.View view) {
    Value.Border b = view.border();
    if (b.empty()) {
      return view;
    }
    Value.View known = bordered.get(new BorderedMap(view.map(), b));
    if (known != null) {
      return known;
    }
    String name = view.map() + ".padded";
    while (!tensorNames.add(name)) {
      name += "_";
    }
    Window window = new Window(1, 1, 1, 1, b.top(), b.left(), b.bottom(), b.right(), 1, 1);
    FloatOp.Conv identity = Depthwise.convolution(view.shape().channels(), window, 1f);
    Shape shape = window.outputShape(view.shape(), view.shape().channels());
    Value.View made = emit(name, identity, List.of(view.map()), name, shape);
    if (isNonNegative(view.map())) {
      markNonNegative(name);
    }
    bordered.put(new BorderedMap(view.map(), b), made);
    return made;
  }

  /** Shape of an output, refused when the index space of a map overflows. */
  static Shape outputShape(Window window, Shape input, int channels) {
    Shape shape;
    try {
      shape = window.outputShape(input, channels);
    } catch (IllegalArgumentException e) {
      throw new Refusal(e.getMessage());
    }
    if ((long) shape.channels() * shape.height() * shape.width() > Integer.MAX_VALUE) {
      throw new Refusal("its output %s is too large".formatted(shape));
    }
    return shape;
  }
}
