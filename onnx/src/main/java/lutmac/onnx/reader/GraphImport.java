package lutmac.onnx.reader;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;
import lutmac.network.floating.Activations;
import lutmac.onnx.folding.ConstantFolding;
import lutmac.onnx.model.OnnxModel;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * Turns the ordered nodes of an ONNX graph into an {@link ImportedGraph}, or says why it cannot.
 */
public final class GraphImport {
  private static final String SUPPORTED =
      "supported are Conv, ConvTranspose, BatchNormalization, Relu, Clip, LeakyRelu, PRelu of one slope, HardSwish, Sigmoid, HardSigmoid, Tanh, Gelu, Elu, Selu, Celu, Softplus, Softsign, Mish, x * Sigmoid(x) and the like, Max, Min, MaxPool, AveragePool, GlobalAveragePool, GlobalMaxPool, ReduceMean, ReduceSum, ReduceMax, Gemm, MatMul, Add, Sub, Mul, Div, Sum, Neg, Concat, Flatten, Reshape, Squeeze, Unsqueeze, Pad, Resize, Upsample, DepthToSpace, SpaceToDepth, Slice, Split, Gather, Identity, Dropout, Constant";

  private final OnnxModel model;
  private final Value.View input;
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
  private final Optional<QuantOps> quantized;

  private GraphImport(OnnxModel model, boolean quantized, Value.View input, boolean settled) {
    this.model = model;
    this.input = input;
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
    this.quantized = quantized ? Optional.of(new QuantOps(graph)) : Optional.empty();
    DataType type = model.input().type();
    graph.define(
        model.inputName(), ShapeOps.REAL.contains(type) ? input : QuantOps.given(input, type));
  }

  /**
   * The graph of a float network: it has no quantizations.
   *
   * @throws BadInputException if it holds what is not supported; all offending nodes at once
   */
  static ImportedGraph ofFloats(OnnxModel model) {
    return of(model, false);
  }

  /**
   * The graph of a network that may hold QuantizeLinear and DequantizeLinear.
   *
   * @throws BadInputException if it holds what is not supported; all offending nodes at once
   */
  public static ImportedGraph ofQuantized(OnnxModel model) {
    return of(model, true);
  }

  private static ImportedGraph of(OnnxModel model, boolean quantized) {
    try {
      return new GraphImport(model, quantized, InputLayout.of(model), false).graph();
    } catch (ImportContext.InputSeenOtherwise e) {
      return new GraphImport(model, quantized, e.input(), true).graph();
    }
  }

  private ImportedGraph graph() {
    Path file = model.file();
    Map<String, List<String>> refused = new LinkedHashMap<>();
    for (OnnxNode node : model.nodes()) {
      node.proto().getOutputList().forEach(graph::refuse);
      try {
        define(node, values(node));
      } catch (ImportContext.RefusedInput e) {
        // The node that made this input is reported.
      } catch (Refusal | IllegalArgumentException | ArithmeticException e) {
        refused.computeIfAbsent(e.getMessage(), reason -> new ArrayList<>()).add(node.label());
      }
    }
    if (!refused.isEmpty()) {
      throw new BadInputException(
          refused.entrySet().stream()
              .map(entry -> String.join(", ", entry.getValue()) + ": " + entry.getKey())
              .collect(Collectors.joining("; ", "%s: not supported: node ".formatted(file), "")));
    }
    return result();
  }

  private ImportedGraph result() {
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
    } catch (Refusal e) {
      throw new BadInputException("%s: %s".formatted(model.file(), e.getMessage()), e);
    }
  }

  /** Name of the feature map that an output of the graph stands for. */
  private String returned(String output) {
    Value.View view =
        graph
            .featureMap(output)
            .filter(made -> !made.map().equals(model.inputName()))
            .orElseThrow(
                () ->
                    new BadInputException(
                        "%s: output '%s' does not depend on the input through any layer"
                            .formatted(model.file(), output)));
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
    if (standard && ConstantFolding.knows(node.op())) {
      // What a refused node would have been, a constant or a map, nobody knows.
      graph.requireInputs(node);
    }
    if (standard && ConstantFolding.knows(node.op()) && graph.allKnown(node)) {
      return ConstantFolding.outputs(node, graph.constants(node), graph.opset()).stream()
          .<Value>map(Value.Known::new)
          .toList();
    }
    return List.of(value(node));
  }

  private Value value(OnnxNode node) {
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
      case "Clip" ->
          quantized
              .filter(ops -> ops.clips(node))
              .map(ops -> ops.clip(node))
              .orElseGet(() -> clamps.clip(node));
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
      case "QuantizeLinear" -> quantization().quantize(node);
      case "DequantizeLinear" -> quantization().dequantize(node);
      case "QLinearConv", "QLinearMatMul", "QLinearAdd", "ConvInteger", "MatMulInteger" ->
          throw new Refusal(
              "integer operators are not supported; export it with QuantizeLinear and DequantizeLinear around float operators (QDQ)");
      case "Sigmoid" ->
          isLast(node) ? leftOut(node) : activations.apply(node, Activations.sigmoid());
      case "TopK" ->
          throw new Refusal("cut the graph before it: the last layer returns its values");
      case "Pow" -> activations.power(node);
      default ->
          activations
              .function(node)
              .map(function -> activations.apply(node, function))
              .orElseThrow(() -> new Refusal("the operator is not supported; " + SUPPORTED));
    };
  }

  private QuantOps quantization() {
    return quantized.orElseThrow(
        () ->
            new Refusal(
                "the network is already quantized; give the float network, or, if all scales are powers of two, use the file as it is"));
  }

  private boolean isRead(String tensor) {
    return model.outputNames().contains(tensor)
        || model.graph().getNodeList().stream()
            .anyMatch(node -> node.getInputList().contains(tensor));
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
    graph.note(
        "node %s is left out: the network returns the values before it".formatted(node.label()));
    return graph.view(node, 0);
  }

  private boolean isLast(OnnxNode node) {
    return model.outputNames().contains(node.output())
        && model.graph().getNodeList().stream()
            .noneMatch(other -> other.getInputList().contains(node.output()));
  }
}
