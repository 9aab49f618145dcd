package lutmac.onnx.reader;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxModel;
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

  /**
   * The graph sees its input as a map of other axes than was assumed: reading starts again.
   *
   * @see InputLayout
   */
  static final class InputSeenOtherwise extends RuntimeException {
    private final transient Value.View input;

    InputSeenOtherwise(Value.View input) {
      super(null, null, false, false);
      this.input = input;
    }

    static void raise(Value.View input) {
      throw new InputSeenOtherwise(input);
    }

    /** The input over a map of those axes. */
    Value.View input() {
      return input;
    }
  }

  /** A feature map and the zeros around it. */
  private record Bordered(String map, Value.Border border) {}

  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, TensorProto> initializers = new HashMap<>();
  private final Set<String> refused = new HashSet<>();
  private final Map<Bordered, Value.View> bordered = new HashMap<>();
  private final Map<Value.View, Value.View> ordered = new HashMap<>();
  private final Map<Value.View, Value.View> spread = new HashMap<>();
  private final Set<String> tensorNames = new HashSet<>();
  private final Set<String> nodeNames = new HashSet<>();
  private final Set<String> nonNegative = new HashSet<>();
  private final Map<String, Float> ceilings = new HashMap<>();
  private final List<Draft> drafts = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final int opset;
  private final OptionalLong batch;

  /** The network's input as the graph's first nodes see it. */
  private final Value.View input;

  /** Feature maps of the input's layout that element-wise operators made of it, and the input. */
  private final Set<String> likeInput = new HashSet<>();

  private final boolean settled;

  /**
   * @param input the network's input as the graph's first nodes see it
   * @param settled whether the input stays declared as this map, whatever the graph sees
   */
  ImportContext(OnnxModel model, Value.View input, boolean settled) {
    GraphProto graph = model.graph();
    this.opset = model.opset();
    this.batch = model.input().batch();
    this.input = input;
    this.settled = settled;
    likeInput.add(input.map());
    for (TensorProto tensor : graph.getInitializerList()) {
      initializers.put(tensor.getName(), tensor);
      tensorNames.add(tensor.getName());
    }
    graph.getNodeList().forEach(node -> tensorNames.addAll(node.getOutputList()));
    graph.getInputList().forEach(given -> tensorNames.add(given.getName()));
  }

  /** Images of a batch, if the file fixes that. */
  OptionalLong imagesInFile() {
    return batch;
  }

  int opset() {
    return opset;
  }

  /** Whether an extent that a shape has first can be the batch's. */
  boolean isBatch(long extent) {
    return extent == Constant.Integers.BATCH
        || extent == 1
        || (batch.isPresent() && extent == batch.getAsLong());
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
    if (ceilings.containsKey(node.input(i))) {
      throw new Refusal(
          "its input '%s' has a ceiling of %s and no floor; a ceiling is only supported together with a ReLU"
              .formatted(node.input(i), ceilings.get(node.input(i))));
    }
    return anyValue(node, i);
  }

  private Value anyValue(OnnxNode node, int i) {
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
    return anyValue(node, i).fold(known -> true, codes -> false, view -> false);
  }

  /** Whether all inputs are constants. */
  boolean allKnown(OnnxNode node) {
    for (int i = 0; i < node.proto().getInputCount(); i++) {
      if (node.hasInput(i) && !isKnown(node, i)) {
        return false;
      }
    }
    return true;
  }

  /** The feature map that a tensor stands for; empty if it is none. */
  Optional<Value.View> featureMap(String tensor) {
    return Optional.ofNullable(ceilings.containsKey(tensor) ? null : values.get(tensor))
        .flatMap(
            value ->
                value.fold(known -> Optional.empty(), codes -> Optional.empty(), Optional::of));
  }

  /** The codes that a tensor stands for; empty if it is none. */
  Optional<Value.Codes> codes(String tensor) {
    return Optional.ofNullable(values.get(tensor))
        .flatMap(
            value -> value.fold(known -> Optional.empty(), Optional::of, view -> Optional.empty()));
  }

  /** Input {@code i} as a feature map, border and reshaping included. */
  Value.View view(OnnxNode node, int i) {
    return view(node, i, value(node, i));
  }

  /** Input {@code i} as the feature map that it was before its {@link #ceiling}. */
  Value.View beforeCeiling(OnnxNode node, int i) {
    return view(node, i, anyValue(node, i));
  }

  /** What a tensor's elements are bounded by from above, without a ReLU that does so. */
  float ceiling(String tensor) {
    return ceilings.getOrDefault(tensor, Float.POSITIVE_INFINITY);
  }

  /** A tensor is the minimum of what it is {@link #define}d as and a positive number. */
  void addCeiling(String tensor, float ceiling) {
    ceilings.put(tensor, ceiling);
  }

  private static Value.View view(OnnxNode node, int i, Value value) {
    return value.fold(
        known -> {
          throw new Refusal("input '%s' is a constant, not a feature map".formatted(node.input(i)));
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

  /** Input {@code i} as a tensor that the network computes: a feature map, or its codes. */
  Value.View tensor(OnnxNode node, int i) {
    return value(node, i).fold(known -> view(node, i), Value.Codes::source, view -> view);
  }

  /** What a node makes of its feature map, or of the codes of one, by seeing it otherwise. */
  Value moved(OnnxNode node, UnaryOperator<Value.View> seen) {
    return value(node, 0)
        .fold(
            known -> seen.apply(view(node, 0)),
            codes -> codes.of(seen.apply(withoutBorder(codes.source()))),
            view -> seen.apply(withoutBorder(view)));
  }

  /** Whether an input of a node is one of some tensors and was refused. */
  boolean readsRefused(OnnxNode node, Set<String> tensors) {
    return node.proto().getInputList().stream()
        .anyMatch(input -> refused.contains(input) && tensors.contains(input));
  }

  /**
   * Does nothing if all inputs of a node are there.
   *
   * @throws RefusedInput if one was refused
   */
  void requireInputs(OnnxNode node) {
    if (node.proto().getInputList().stream().anyMatch(refused::contains)) {
      throw new RefusedInput();
    }
  }

  /** The inputs of a node that reads constants only; null where an optional one is absent. */
  List<Constant> constants(OnnxNode node) {
    List<Constant> constants = new ArrayList<>();
    for (int i = 0; i < node.proto().getInputCount(); i++) {
      constants.add(node.hasInput(i) ? constant(node, i) : null);
    }
    return constants;
  }

  /**
   * Input {@code i} as a map that a window can slide over, border included: {@link
   * Value.View#planar}.
   *
   * @throws Refusal if it is none
   * @throws InputSeenOtherwise if the network's input can be declared so that it is one
   */
  Value.View planar(OnnxNode node, int i) {
    Value.View view = view(node, i);
    if (view.planar()) {
      return view;
    }
    seeInputAs(view);
    int rank = view.axes().rank();
    if (view.shape().pixels() == 1 && (rank == 2 || rank == 3)) {
      return inPixels(view);
    }
    throw new Refusal(
        "it reads %s, a reshaped map %s; only a map [N, C, H, W] as a layer made it is supported"
            .formatted(view.dimsText(), view.shape()));
  }

  /**
   * Declares the network's input so that a view of it is a map in its own order, if that is open.
   *
   * @throws InputSeenOtherwise if so
   */
  void seeInputAs(Value.View view) {
    if (!settled && likeInput.contains(view.map())) {
      InputLayout.asMap(input, view).ifPresent(InputSeenOtherwise::raise);
    }
  }

  /**
   * The channels of a map of one pixel, seen as {@code [C, H, W]} or {@code [C, L]}, as that map.
   */
  Value.View inPixels(Value.View channels) {
    return spread.computeIfAbsent(channels, this::spreadOut);
  }

  private Value.View spreadOut(Value.View channels) {
    int[] dims = channels.dims();
    boolean signal = dims.length == 2;
    Shape shape = new Shape(dims[0], signal ? 1 : dims[1], dims[signal ? 1 : 2]);
    String name = freshName(channels.map() + ".pixels");
    FloatOp.Conv conv = BlockOps.inPixels(channels.axes().elements(), shape);
    Value.View made = emit(name, conv, List.of(channels.map()), name, shape);
    if (isNonNegative(channels.map())) {
      markNonNegative(name);
    }
    return signal ? made.as(dims) : made;
  }

  /** Input {@code i} as a {@link #planar} map without a border. */
  Value.View unborderedPlanar(OnnxNode node, int i) {
    return withoutBorder(planar(node, i));
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

  /**
   * A constant that is broadcast over a feature map, as one value a channel of the map.
   *
   * @return empty if it has other extents, or is not the same in all pixels
   */
  static Optional<double[]> perChannel(Constant.Floats constant, Value.View view) {
    double[] values = new double[view.shape().channels()];
    int[] positions = new int[values.length];
    int rank = view.axes().rank();
    int inner = 1;
    for (int i = 1; i <= constant.dims().length; i++) {
      // Aligned from the right: axis rank - i of the map; -1 is the batch.
      int axis = rank - i;
      int extent = (int) constant.dims()[constant.dims().length - i];
      if (extent != 1) {
        Optional<int[]> along =
            axis < 0 || view.dims()[axis] != extent
                ? Optional.empty()
                : view.axes().channelPositions(axis, view.shape());
        if (along.isEmpty()) {
          return Optional.empty();
        }
        for (int c = 0; c < values.length; c++) {
          positions[c] += along.get()[c] * inner;
        }
      }
      inner *= extent;
    }
    if (constant.dims().length > rank + 1 || constant.size() == 0) {
      return Optional.empty();
    }
    Arrays.setAll(values, c -> constant.values()[positions[c]]);
    return Optional.of(values);
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
    drafts.add(
        new Draft.Done(ImportedNode.of(uniqueNode(name, tensor), op, inputs, tensor, shape)));
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
    if (op instanceof FloatOp.Relu) {
      inheritLayout(inputs.get(0), tensor);
    }
    return Value.View.of(tensor, shape);
  }

  /** Adds {@code y[c] = scale[c] * x[c] + shift[c]} of a feature map without a border. */
  Value.View emitAffine(OnnxNode node, double[] scale, double[] shift, Value.View input) {
    return emitAffine(node.name(), node.output(), scale, shift, input);
  }

  /** Likewise; a border is allowed if all shifts are 0. */
  Value.View emitAffine(
      String name, String tensor, double[] scale, double[] shift, Value.View input) {
    drafts.add(
        new Draft.Affine(
            uniqueNode(name, tensor), scale, shift, input.map(), tensor, input.shape()));
    inheritLayout(input.map(), tensor);
    return new Value.View(tensor, input.shape(), input.axes(), input.border());
  }

  /**
   * The name of an ONNX node for the first of ours that it becomes; of others with their tensor.
   */
  private String uniqueNode(String name, String tensor) {
    return nodeNames.add(name) ? name : name + "/" + tensor;
  }

  /** A name that no tensor of the graph has. */
  String freshName(String wish) {
    String name = wish;
    while (!tensorNames.add(name)) {
      name += "_";
    }
    return name;
  }

  /** Adds a quantization that makes {@code tensor}. */
  Value.View emitQuantize(
      String name, ImportedNode.Quantize quantize, Value.View input, String tensor) {
    if (quantize.lo() >= 0 || isNonNegative(input.map())) {
      markNonNegative(tensor);
    }
    drafts.add(
        new Draft.Done(
            new ImportedNode(
                uniqueNode(name, tensor), quantize, List.of(input.map()), tensor, input.shape())));
    inheritLayout(input.map(), tensor);
    return new Value.View(tensor, input.shape(), input.axes(), input.border());
  }

  /** {@code made} has the elements of {@code map}, each changed for itself. */
  private void inheritLayout(String map, String made) {
    if (likeInput.contains(map)) {
      likeInput.add(made);
    }
  }

  /** What a node makes that works on single elements and keeps the zeros around them. */
  static Value.View elementwise(OnnxNode node, Value.View input) {
    return new Value.View(node.output(), input.shape(), input.axes(), input.border());
  }

  /** Whether a feature map is the network's input. */
  boolean isInput(String map) {
    return map.equals(input.map());
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
      return view.like(known);
    }
    String name = freshName(view.map() + ".padded");
    Window window = new Window(1, 1, 1, 1, b.top(), b.left(), b.bottom(), b.right(), 1, 1);
    FloatOp.Conv identity = FloatOp.Conv.depthwise(view.shape().channels(), window, 1f);
    Shape shape = window.outputShape(view.shape(), view.shape().channels());
    Value.View made = emit(name, identity, List.of(view.map()), name, shape);
    if (isNonNegative(view.map())) {
      markNonNegative(name);
    }
    bordered.put(new Bordered(view.map(), b), made);
    return view.like(made);
  }

  /**
   * A {@link Value.View#planar} map with its channels as ONNX counts them and no border: the
   * channels are put in order by a 1x1 convolution of ones and zeros.
   */
  Value.View channelsInOrder(Value.View view) {
    Value.View whole = withoutBorder(view);
    if (whole.channelsInOrder()) {
      return whole;
    }
    return ordered.computeIfAbsent(
        whole,
        shuffled -> {
          int channels = whole.shape().channels();
          String name = freshName(whole.map() + ".ordered");
          FloatOp op = ChannelOrder.identity(whole.channelOrder());
          Value.View made = emit(name, op, List.of(whole.map()), name, whole.shape());
          if (isNonNegative(whole.map())) {
            markNonNegative(name);
          }
          return whole.signal() ? made.as(channels, whole.shape().pixels()) : made;
        });
  }

  /** Shape of an output, refused where it has none that can be computed. */
  static Shape outputShape(Window window, Shape input, int channels) {
    try {
      return window.outputShape(input, channels);
    } catch (IllegalArgumentException e) {
      throw new Refusal(e.getMessage());
    }
  }
}
