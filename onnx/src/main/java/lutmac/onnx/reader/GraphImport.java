package lutmac.onnx.reader;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;
import lutmac.network.floating.Activations;
import lutmac.onnx.folding.ConstantFolding;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.GraphReaders;
import lutmac.onnx.model.OnnxModel;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;
import lutmac.onnx.qoperator.QuantizedNodes;

/**
 * Turns the ordered nodes of an ONNX graph into an {@link ImportedGraph}, or says why it cannot.
 */
public final class GraphImport {
  private static final String NOT_SUPPORTED = "the operator is not supported";

  /** Where it stands what is. */
  private static final String LIST =
      "; docs/operators.md lists what is, in short: convolutions, dense layers, pools, elementwise activations, sums of maps, Concat, Slice, Pad, nearest Resize";

  /** What to do instead, by operator. */
  private static final Map<String, String> INSTEAD =
      Map.ofEntries(
          Map.entry("InstanceNormalization", "train with BatchNormalization instead"),
          Map.entry("LayerNormalization", "train with BatchNormalization instead"),
          Map.entry("GroupNormalization", "train with BatchNormalization instead"),
          Map.entry("LRN", "train without it, or with BatchNormalization instead"),
          Map.entry("LpNormalization", "leave it to the host, or train without it"),
          Map.entry("LpPool", "train with AveragePool or MaxPool instead"),
          Map.entry("GlobalLpPool", "train with GlobalAveragePool instead"),
          Map.entry("LSTM", "recurrent layers do not run here; a convolution over time does"),
          Map.entry("GRU", "recurrent layers do not run here; a convolution over time does"),
          Map.entry("RNN", "recurrent layers do not run here; a convolution over time does"),
          Map.entry("Loop", "export the model without control flow"),
          Map.entry("Scan", "export the model without control flow"),
          Map.entry("If", "export the model without control flow"),
          Map.entry("Attention", "products of two maps do not run here; use convolutions"),
          Map.entry("Einsum", "export it as MatMul with constant weights"),
          Map.entry("NonMaxSuppression", "cut the graph before it and leave it to the host"),
          Map.entry("RoiAlign", "cut the graph before it and leave it to the host"),
          Map.entry("GridSample", "sample on the host, before the network"),
          Map.entry("MaxUnpool", "train with ConvTranspose or a nearest Resize instead"));

  /** What helps where only a file's quantization is in the way. */
  public static final String WAY_OUT =
      "; or give the file to 'lutmac quantize', which reads the real numbers that it stands for and"
          + " quantizes them anew";

  /** Nodes of one fault that a message names. */
  private static final int MOST_LABELS = 8;

  /** What moves or takes elements, of codes as of real values. */
  private static final Set<String> ON_CODES =
      Set.of(
          "Flatten",
          "Gather",
          "Identity",
          "MaxPool",
          "Reshape",
          "Slice",
          "Split",
          "Squeeze",
          "Transpose",
          "Unsqueeze");

  /** Values of constants that nodes may make, besides one for every byte of the file. */
  private static final long MOST_MADE_ELEMENTS = 1L << 24;

  private final OnnxModel model;
  private final Value.View input;
  private final GraphReaders readers;
  private final ImportContext graph;
  private final SelectionOps selections;
  private final ResizeOps resizes;
  private final WindowOps windows;
  private final TransposedConvOps transposed;
  private final BlockOps blocks;
  private final LinearOps linear;
  private final ReductionOps reductions;
  private final ArithmeticOps arithmetic;
  private final ClampOps clamps;
  private final ShapeOps shapes;
  private final ActivationOps activations;
  private final QuantOps quantized;

  private long madeElements;

  /** What a last Softmax and the quantizations behind it would have made. */
  private final Set<String> beyondTheLast = new HashSet<>();

  /** What depends on the network's input, and on more of it than its shape. */
  private final Set<String> computed = new HashSet<>();

  private GraphImport(OnnxModel model, boolean meaning, Value.View input, boolean settled) {
    this.model = model;
    this.input = input;
    this.readers = new GraphReaders(model.graph());
    this.graph = new ImportContext(model, input, settled);
    this.selections = new SelectionOps(graph);
    this.resizes = new ResizeOps(graph);
    this.windows = new WindowOps(graph, selections);
    this.transposed = new TransposedConvOps(graph);
    this.blocks = new BlockOps(graph);
    this.linear = new LinearOps(graph);
    this.reductions = new ReductionOps(graph);
    this.arithmetic = new ArithmeticOps(graph);
    this.clamps = new ClampOps(graph);
    this.shapes = new ShapeOps(graph);
    this.activations = new ActivationOps(graph);
    this.quantized = new QuantOps(graph, meaning);
    DataType type = model.input().type();
    graph.define(
        model.inputName(), ShapeOps.REAL.contains(type) ? input : QuantOps.given(input, type));
    computed.add(model.inputName());
    for (OnnxNode node : model.nodes()) {
      boolean ofShape = List.of("Shape", "Size").contains(node.op());
      if (!ofShape && node.proto().getInputList().stream().anyMatch(computed::contains)) {
        computed.addAll(node.proto().getOutputList());
      }
    }
  }

  /**
   * The graph of a float network, or what a quantized one means: it has no quantizations.
   *
   * @throws BadInputException if it holds what is not supported; all offending nodes at once
   */
  static ImportedGraph ofFloats(OnnxModel model) {
    return of(model, true);
  }

  /**
   * The graph of a quantized network, with its quantizations.
   *
   * @throws BadInputException if it holds what is not supported; all offending nodes at once
   */
  public static ImportedGraph ofQuantized(OnnxModel model) {
    return of(model, false);
  }

  private static ImportedGraph of(OnnxModel model, boolean meaning) {
    try {
      return new GraphImport(model, meaning, InputLayout.of(model), false).graph();
    } catch (ImportContext.InputSeenOtherwise e) {
      return new GraphImport(model, meaning, e.input(), true).graph();
    }
  }

  private ImportedGraph graph() {
    Path file = model.file();
    Map<String, List<String>> refused = new LinkedHashMap<>();
    boolean onlyItsQuantization = true;
    for (OnnxNode node : model.nodes()) {
      node.proto().getOutputList().forEach(graph::refuse);
      try {
        define(node, values(node));
      } catch (ImportContext.RefusedInput e) {
        // The node that made this input is reported.
      } catch (Refusal | IllegalArgumentException | ArithmeticException e) {
        refused.computeIfAbsent(e.getMessage(), reason -> new ArrayList<>()).add(node.label());
        onlyItsQuantization &= e instanceof Refusal refusal && refusal.ofQuantization();
      }
    }
    if (!refused.isEmpty()) {
      boolean unknown = refused.keySet().stream().anyMatch(why -> why.startsWith(NOT_SUPPORTED));
      throw new BadInputException(
          refused.entrySet().stream()
              .map(entry -> labels(entry.getValue()) + ": " + entry.getKey())
              .collect(
                  Collectors.joining(
                      "; ",
                      "%s: not supported: node ".formatted(file),
                      onlyItsQuantization ? WAY_OUT : unknown ? LIST : "")));
    }
    return result();
  }

  private static String labels(List<String> nodes) {
    String first = nodes.stream().limit(MOST_LABELS).collect(Collectors.joining(", "));
    return nodes.size() <= MOST_LABELS
        ? first
        : "%s and %d more".formatted(first, nodes.size() - MOST_LABELS);
  }

  private ImportedGraph result() {
    quantized.note().ifPresent(graph::note);
    Map<String, ImportedGraph.Output> outputs = new LinkedHashMap<>();
    for (String name : model.outputNames()) {
      ImportedGraph.Output output = new ImportedGraph.Output(name, returned(name));
      ImportedGraph.Output earlier = outputs.putIfAbsent(output.map(), output);
      if (earlier != null) {
        graph.note(
            "output '%s' has the values of output '%s': they are returned once"
                .formatted(name, earlier.name()));
      }
    }
    try {
      List<ImportedNode> nodes = AffineFolding.fold(graph.drafts(), List.copyOf(outputs.keySet()));
      return new ImportedGraph(input.shape(), nodes, List.copyOf(outputs.values()), graph.notes());
    } catch (Refusal | IllegalArgumentException | ArithmeticException e) {
      throw new BadInputException("%s: %s".formatted(model.file(), e.getMessage()), e);
    }
  }

  /** Name of the feature map that an output of the graph stands for. */
  private String returned(String output) {
    graph
        .codes(output)
        .filter(codes -> codes.scale().isPresent())
        .ifPresent(
            codes ->
                graph.define(
                    output, quantized.real(codes, output, graph.freshName(output + ".real"))));
    Value.View view =
        graph
            .featureMap(output)
            .filter(made -> !made.map().equals(model.inputName()))
            .orElseThrow(
                () ->
                    new BadInputException(
                        "%s: output '%s' does not depend on the input through any layer%s"
                            .formatted(
                                model.file(),
                                output,
                                quantized.note().isEmpty()
                                    ? ""
                                    : "; the quantizations of a quantized file are none")));
    if (!view.axes().inOrder()) {
      if (view.planar()) {
        return graph.channelsInOrder(view).map();
      }
      graph.note(
          "output '%s' is %s in another order: the network returns it as a map [N, %d, %d, %d], channels first"
              .formatted(
                  output,
                  view.dimsText(),
                  view.shape().channels(),
                  view.shape().height(),
                  view.shape().width()));
    }
    return graph.withoutBorder(view).map();
  }

  private void define(OnnxNode node, List<Value> made) {
    for (int i = 0; i < made.size(); i++) {
      String output = i < node.proto().getOutputCount() ? node.proto().getOutput(i) : "";
      if (!output.isEmpty()) {
        graph.define(output, made.get(i));
      }
    }
  }

  /** What the outputs of a node stand for. */
  private List<Value> values(OnnxNode node) {
    boolean standard = OnnxModel.isStandardDomain(node.proto().getDomain());
    if (standard && ConstantFolding.knows(node.op()) && !graph.readsRefused(node, computed)) {
      // What a refused node would have been, a constant or a map, nobody knows.
      graph.requireInputs(node);
      if (graph.allKnown(node)) {
        List<Constant> made = ConstantFolding.outputs(node, graph.constants(node), graph.opset());
        madeElements += made.stream().mapToLong(Constant::size).sum();
        if (madeElements > MOST_MADE_ELEMENTS + model.graph().getSerializedSize()) {
          throw new Refusal(
              "the constants that nodes make of the file's have %d values by now; export the model with constants folded"
                  .formatted(madeElements));
        }
        return made.stream().<Value>map(Value.Known::new).toList();
      }
    }
    if (beyondTheLast.contains(node.input(0)) && isQuantizer(node)) {
      beyondTheLast.add(node.output());
      return List.of(graph.value(node, 0));
    }
    if (standard && node.op().equals("DynamicQuantizeLinear")) {
      return quantized.dynamic(node);
    }
    Optional<Value.Codes> codes =
        standard && ON_CODES.contains(node.op()) ? quantized.made(node) : Optional.empty();
    return List.of(codes.isPresent() ? onCodes(node, codes.get()) : value(node));
  }

  /** What a node makes of codes: codes of what it makes of the real values. */
  private Value onCodes(OnnxNode node, Value.Codes codes) {
    String tensor = node.input(0);
    Value.View real = quantized.real(codes, tensor, graph.freshName(tensor + ".real"));
    graph.define(tensor, real);
    try {
      Value first = value(node).fold(known -> known, made -> made, codes::of);
      for (String further : node.proto().getOutputList()) {
        graph.featureMap(further).ifPresent(part -> graph.define(further, codes.of(part)));
      }
      return first;
    } finally {
      graph.define(tensor, codes);
    }
  }

  private Value value(OnnxNode node) {
    if (QuantizedNodes.isQonnx(node.proto())) {
      return switch (node.op()) {
        case "Quant", "IntQuant" -> quantized.quant(node);
        case "BipolarQuant" -> quantized.bipolar(node);
        case "Trunc" -> quantized.trunc(node);
        default ->
            throw new Refusal("only fixed point is supported; quantize with Quant (IntQuant)");
      };
    }
    if (!OnnxModel.isStandardDomain(node.proto().getDomain())) {
      throw new Refusal(
          "an operator of the set '%s'; export the model with standard ONNX operators only"
              .formatted(node.proto().getDomain()));
    }
    for (String extra : node.proto().getOutputList()) {
      boolean further = !extra.equals(node.output()) && !extra.isEmpty();
      if (further && !node.op().equals("Split") && isRead(extra)) {
        throw new Refusal(
            "its further output '%s' is read, only the first one is supported".formatted(extra));
      }
    }
    return switch (node.op()) {
      case "Conv" -> windows.conv(node);
      case "MaxPool" -> windows.maxPool(node);
      case "AveragePool" -> windows.averagePool(node);
      case "GlobalAveragePool" -> reductions.globalAveragePool(node);
      case "GlobalMaxPool" -> reductions.globalMaxPool(node);
      case "ReduceMean" -> reductions.mean(node);
      case "ReduceSum" -> reductions.sum(node);
      case "ReduceMax" -> reductions.max(node);
      case "Pad" -> windows.pad(node);
      case "Resize", "Upsample" -> resizes.resize(node);
      case "ConvTranspose" -> transposed.convTranspose(node);
      case "DepthToSpace" -> blocks.depthToSpace(node);
      case "SpaceToDepth" -> blocks.spaceToDepth(node);
      case "Slice" -> selections.slice(node);
      case "Split" -> selections.split(node);
      case "BatchNormalization" -> linear.batchNormalization(node);
      case "Relu" -> clamps.relu(node);
      case "Clip" -> quantized.clips(node) ? quantized.clip(node) : clamps.clip(node);
      case "Add", "Sum" -> arithmetic.sum(node);
      case "Sub" -> arithmetic.subtract(node);
      case "Mul" -> activations.product(node).orElseGet(() -> arithmetic.multiply(node));
      case "Div" -> arithmetic.divide(node);
      case "Neg" -> arithmetic.negate(node);
      case "Max" -> clamps.max(node);
      case "Min" -> clamps.min(node);
      case "Gemm" -> linear.gemm(node);
      case "MatMul" -> linear.matMul(node);
      case "Identity" -> shapes.identity(node);
      case "Dropout" -> shapes.dropout(node);
      case "Cast" -> shapes.cast(node);
      case "Shape" -> shapes.shape(node);
      case "Gather" -> selections.gather(node);
      case "Concat" -> linear.concat(node);
      case "Flatten" -> shapes.flatten(node);
      case "Reshape" -> shapes.reshape(node);
      case "Squeeze" -> shapes.squeeze(node);
      case "Unsqueeze" -> shapes.unsqueeze(node);
      case "Transpose" -> shapes.transpose(node);
      case "Softmax", "LogSoftmax", "ArgMax" -> ofClasses(node);
      case "QuantizeLinear" -> quantized.quantize(node);
      case "DequantizeLinear" -> quantized.dequantize(node);
      case "Sigmoid" ->
          isResult(node) ? leftOut(node) : activations.apply(node, Activations.sigmoid());
      case "TopK" ->
          throw new Refusal("cut the graph before it: the last layer returns its values");
      case "Pow" -> activations.power(node);
      case "PRelu" -> activations.prelu(node);
      default ->
          activations
              .function(node)
              .map(function -> activations.apply(node, function))
              .orElseThrow(() -> new Refusal(NOT_SUPPORTED + instead(node.op())));
    };
  }

  private static String instead(String operator) {
    String way = INSTEAD.get(operator);
    return way == null ? "" : ": " + way;
  }

  private boolean isRead(String tensor) {
    return model.outputNames().contains(tensor) || !readers.of(tensor).isEmpty();
  }

  /** Does not change which class is the largest, so the last one stays on the host. */
  private Value ofClasses(OnnxNode node) {
    if (!isLast(node)) {
      throw new Refusal("it is only supported as the last node of the network");
    }
    Value.View input = graph.view(node, 0);
    boolean argMax = node.op().equals("ArgMax");
    long axis = node.integer("axis", argMax ? 0 : graph.opset() < 13 ? 1 : -1);
    int rank = input.axes().rank();
    int at = (int) (axis < 0 ? axis + rank : axis - 1);
    if (at < 0
        || at >= rank
        || (at > 0 || rank > 1) && !input.axes().isChannels(at, input.shape())) {
      throw new Refusal("axis=%d is not the channels".formatted(axis));
    }
    return leftOut(node);
  }

  private Value leftOut(OnnxNode node) {
    beyondTheLast.add(node.output());
    graph.note(
        "node %s is left out: the network returns the values before it".formatted(node.label()));
    return graph.view(node, 0);
  }

  /** Whether the graph returns what a node makes, and no other node reads it. */
  private boolean isResult(OnnxNode node) {
    return model.outputNames().contains(node.output()) && readers.of(node.output()).isEmpty();
  }

  /** Whether nothing but quantizations of its result is behind a node. */
  private boolean isLast(OnnxNode node) {
    return isLast(node.output(), MOST_LABELS);
  }

  private boolean isLast(String tensor, int most) {
    List<NodeProto> behind = readers.of(tensor);
    return most > 0
        && (!behind.isEmpty() || model.outputNames().contains(tensor))
        && behind.stream()
            .allMatch(
                other ->
                    isQuantizer(other)
                        && other.getInput(0).equals(tensor)
                        && isLast(other.getOutput(0), most - 1));
  }

  private static boolean isQuantizer(OnnxNode node) {
    return isQuantizer(node.proto());
  }

  private static boolean isQuantizer(NodeProto node) {
    return OnnxModel.isStandardDomain(node.getDomain())
            && List.of("QuantizeLinear", "DequantizeLinear").contains(node.getOpType())
        || QuantizedNodes.isQonnx(node);
  }
}
