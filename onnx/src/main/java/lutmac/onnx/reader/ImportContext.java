package lutmac.onnx.reader;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/** State of reading one graph: what each tensor name stands for, and the nodes made so far. */
final class ImportContext {
  /** A node whose input was refused: it is not reported, its own output is refused too. */
  static final class RefusedInput extends RuntimeException {
    RefusedInput() {
      super(null, null, false, false);
    }
  }

  /** A feature map and the zeros around it. */
  private record Bordered(String map, Value.Border border) {}

  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, TensorProto> initializers = new HashMap<>();
  private final Set<String> refused = new HashSet<>();
  private final Map<Bordered, Value.View> bordered = new HashMap<>();
  private final Set<String> tensorNames = new HashSet<>();
  private final Set<String> nonNegative = new HashSet<>();
  private final List<Draft> drafts = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final int opset;

  ImportContext(GraphProto graph, int opset) {
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
    refused.remove(tensor);
  }

  /** Nothing more can be said about a tensor: its node was refused, or one that it depends on. */
  void refuse(String tensor) {
    refused.add(tensor);
  }

  /** What input {@code i} stands for. */
  Value value(OnnxNode node, int i) {
    String tensor = node.input(i);
    if (tensor.isEmpty()) {
      throw new Refusal("input %d is missing".formatted(i));
    }
    if (refused.contains(tensor)) {
      throw new RefusedInput();
    }
    return values.computeIfAbsent(
        tensor, name -> new Value.Known(Constant.of(initializers.get(name), name)));
  }

  boolean isKnown(OnnxNode node, int i) {
    return value(node, i).fold(known -> true, codes -> false, view -> false);
  }

  /** Whether all inputs are constants; a refused one is not. */
  boolean allKnown(OnnxNode node) {
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

  /** The feature map that a tensor stands for; empty if it is none. */
  Optional<Value.View> featureMap(String tensor) {
    return Optional.ofNullable(values.get(tensor))
        .flatMap(
            value ->
                value.fold(known -> Optional.empty(), codes -> Optional.empty(), Optional::of));
  }

  /** Input {@code i} as a feature map, border and reshaping included. */
  Value.View view(OnnxNode node, int i) {
    return value(node, i)
        .fold(
            known -> {
              throw new Refusal(
                  "input '%s' is a constant, not a feature map".formatted(node.input(i)));
            },
            codes -> {
              throw new Refusal(
                  "it reads the integer codes '%s'; put DequantizeLinear before it"
                      .formatted(node.input(i)));
            },
            view -> view);
  }

  /** Input {@code i} as a feature map without a border. */
  Value.View unbordered(OnnxNode node, int i) {
    return withoutBorder(view(node, i));
  }

  /** Constant input {@code i}. */
  Constant constant(OnnxNode node, int i) {
    return value(node, i)
        .fold(Value.Known::constant, codes -> computed(node, i), view -> computed(node, i));
  }

  private static Constant computed(OnnxNode node, int i) {
    throw new Refusal(
        "input '%s' is computed by the network; it must be a constant".formatted(node.input(i)));
  }

  /**
   * Constant real input {@code i}.
   *
   * @throws Refusal if it holds NaN or infinity
   */
  Constant.Floats floats(OnnxNode node, int i) {
    Constant.Floats floats =
        constant(node, i)
            .fold(
                reals -> reals,
                integers -> {
                  throw new Refusal("input '%s' must be real numbers".formatted(node.input(i)));
                });
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
  float[] vector(OnnxNode node, int i, int length) {
    Constant.Floats floats = floats(node, i);
    if (floats.size() != length) {
      throw new Refusal(
          "initializer '%s' has %d values, %d channels need as many"
              .formatted(floats.name(), floats.size(), length));
    }
    return floats.values();
  }

  /** Constant integer input {@code i}. */
  Constant.Integers integers(OnnxNode node, int i) {
    return constant(node, i)
        .fold(
            reals -> {
              throw new Refusal("input '%s' must be integers".formatted(node.input(i)));
            },
            integers -> integers);
  }

  /**
   * Integers that moved from an attribute to input {@code i} in opset {@code since}; null if
   * absent.
   */
  long[] movedIntegers(OnnxNode node, String attribute, int i, int since) {
    if (opset < since) {
      return node.integers(attribute).orElse(null);
    }
    return node.hasInput(i) ? integers(node, i).values() : null;
  }

  /** Adds a node that makes {@code tensor}. */
  Value.View emit(String name, FloatOp op, List<String> inputs, String tensor, Shape shape) {
    drafts.add(new Draft.Done(ImportedNode.of(name, op, inputs, tensor, shape)));
    boolean inherited = nonNegative.containsAll(inputs);
    if (op.fold(
        conv -> false,
        relu -> true,
        activation -> activation.function().nonNegative(),
        maxPool -> inherited,
        globalAveragePool -> inherited,
        add -> inherited,
        concat -> inherited)) {
      nonNegative.add(tensor);
    }
    return Value.View.of(tensor, shape);
  }

  /** Adds {@code y[c] = scale[c] * x[c] + shift[c]} of a feature map without a border. */
  Value.View emitAffine(OnnxNode node, double[] scale, double[] shift, Value.View input) {
    drafts.add(
        new Draft.Affine(node.name(), scale, shift, input.map(), node.output(), input.shape()));
    return elementwise(node, input);
  }

  /** Adds a quantization. */
  Value.View emitQuantize(OnnxNode node, ImportedNode.Quantize quantize, Value.View input) {
    if (quantize.lo() >= 0 || isNonNegative(input.map())) {
      markNonNegative(node.output());
    }
    drafts.add(
        new Draft.Done(
            new ImportedNode(
                node.name(), quantize, List.of(input.map()), node.output(), input.shape())));
    return elementwise(node, input);
  }

  /** What a node makes that works on single elements and keeps the zeros around them. */
  static Value.View elementwise(OnnxNode node, Value.View input) {
    return new Value.View(node.output(), input.shape(), input.dims(), input.border());
  }

  /** Whether a feature map's values are never negative, whatever the image. */
  boolean isNonNegative(String map) {
    return nonNegative.contains(map);
  }

  void markNonNegative(String map) {
    nonNegative.add(map);
  }

  void note(String note) {
    notes.add(note);
  }

  /** Makes the zeros around a feature map real, by a padded depthwise 1x1 identity convolution. */
  Value.View withoutBorder(Value.View view) {
    Value.Border b = view.border();
    if (b.empty()) {
      return view;
    }
    Value.View known = bordered.get(new Bordered(view.map(), b));
    if (known != null) {
      return known;
    }
    String name = view.map() + ".padded";
    while (!tensorNames.add(name)) {
      name += "_";
    }
    Window window = new Window(1, 1, 1, 1, b.top(), b.left(), b.bottom(), b.right(), 1, 1);
    FloatOp.Conv identity = FloatOp.Conv.depthwise(view.shape().channels(), window, 1f);
    Shape shape = window.outputShape(view.shape(), view.shape().channels());
    Value.View made = emit(name, identity, List.of(view.map()), name, shape);
    if (isNonNegative(view.map())) {
      markNonNegative(name);
    }
    bordered.put(new Bordered(view.map(), b), made);
    return made;
  }

  /** Shape of an output, refused when its elements have no int index. */
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
