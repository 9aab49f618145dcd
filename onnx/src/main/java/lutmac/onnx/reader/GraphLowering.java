package lutmac.onnx.reader;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;
import lutmac.onnx.model.NodeView;
import lutmac.onnx.model.OnnxModel;
import lutmac.onnx.model.Refusal;

/** Turns the ordered nodes of an ONNX graph into a {@link FloatNetwork}, or says why it cannot. */
public final class GraphLowering {
  private static final String SUPPORTED =
      "supported are Conv, BatchNormalization, Relu, Clip, MaxPool, AveragePool, GlobalAveragePool, ReduceMean, Gemm, MatMul, Add, Concat, Flatten, Reshape, Squeeze, Unsqueeze, Pad, Identity, Dropout, Constant";

  private final OnnxModel model;
  private final Lowering graph;
  private final WindowOps windows;
  private final LinearOps linear;
  private final ShapeOps shapes;
  private final QuantOps quantized;

  /**
   * @param quantized whether the graph holds quantized values; otherwise they are refused
   */
  public GraphLowering(OnnxModel model, boolean quantized) {
    this.model = model;
    this.graph = new Lowering(model.graph(), model.opset());
    this.windows = new WindowOps(graph);
    this.linear = new LinearOps(graph);
    this.shapes = new ShapeOps(graph);
    this.quantized = quantized ? new QuantOps(graph) : null;
    Value.View input = ShapeOps.input(model.inputName(), model.inputShape(), model.inputRank());
    graph.define(
        model.inputName(),
        model.inputType() == DataType.FLOAT ? input : QuantOps.given(input, model.inputType()));
  }

  /**
   * What became of a graph.
   *
   * @param drafts in order, without {@link Draft.Affine}
   * @param output name of the map that is the result
   * @param notes what was left out, one sentence each
   */
  public record Result(List<Draft> drafts, String output, List<String> notes) {}

  public Result lower() {
    Path file = model.file();
    Map<String, List<String>> refused = new LinkedHashMap<>();
    for (NodeView node : model.nodes()) {
      Value value;
      try {
        value = lower(node);
      } catch (Lowering.RefusedInput e) {
        value = new Value.Refused();
      } catch (Refusal | IllegalArgumentException | ArithmeticException e) {
        refused.computeIfAbsent(e.getMessage(), reason -> new ArrayList<>()).add(node.label());
        value = new Value.Refused();
      }
      for (String made : node.proto().getOutputList()) {
        graph.define(made, made.equals(node.output()) ? value : new Value.Refused());
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

  private Result result() {
    if (!(graph.outputView(model.outputName()) instanceof Value.View output)
        || output.map().equals(model.inputName())) {
      throw new BadInputException(
          "%s: output '%s' does not depend on the input through any layer"
              .formatted(model.file(), model.outputName()));
    }
    Value.View result = graph.withoutBorder(output);
    try {
      List<Draft> drafts = AffineFolding.fold(graph.drafts(), result.map());
      return new Result(drafts, result.map(), graph.notes());
    } catch (Refusal e) {
      throw new BadInputException("%s: %s".formatted(model.file(), e.getMessage()), e);
    }
  }

  private Value lower(NodeView node) {
    if (!OnnxModel.isStandardDomain(node.proto().getDomain())) {
      throw new Refusal(
          "an operator of the set '%s'; export the model with standard ONNX operators only"
              .formatted(node.proto().getDomain()));
    }
    for (String extra : node.proto().getOutputList()) {
      if (!extra.equals(node.output()) && !extra.isEmpty() && isRead(extra)) {
        throw new Refusal(
            "its further output '%s' is read, only the first one is supported".formatted(extra));
      }
    }
    return switch (node.op()) {
      case "Conv" -> windows.conv(node);
      case "MaxPool" -> windows.maxPool(node);
      case "AveragePool" -> windows.averagePool(node);
      case "GlobalAveragePool" -> windows.globalAveragePool(node);
      case "ReduceMean" -> windows.reduceMean(node);
      case "Pad" -> windows.pad(node);
      case "BatchNormalization" -> linear.batchNormalization(node);
      case "Relu" -> linear.relu(node);
      case "Clip" ->
          quantized != null && quantized.clips(node) ? quantized.clip(node) : linear.clip(node);
      case "Add" -> linear.add(node);
      case "Gemm" -> linear.gemm(node);
      case "MatMul" -> linear.matMul(node);
      case "Constant" -> shapes.constant(node);
      case "Identity" -> shapes.identity(node);
      case "Dropout" -> shapes.dropout(node);
      case "Cast" -> shapes.cast(node);
      case "Shape" -> shapes.shape(node);
      case "Gather" -> shapes.gather(node);
      case "Concat" -> graph.allKnown(node) ? shapes.concat(node) : linear.concat(node);
      case "Flatten" -> shapes.flatten(node);
      case "Reshape" -> shapes.reshape(node);
      case "Squeeze" -> shapes.squeeze(node);
      case "Unsqueeze" -> shapes.unsqueeze(node);
      case "Transpose" -> shapes.transpose(node);
      case "Softmax", "LogSoftmax" -> softmax(node);
      case "QuantizeLinear" -> quantization().quantize(node);
      case "DequantizeLinear" -> quantization().dequantize(node);
      case "QLinearConv", "QLinearMatMul", "QLinearAdd", "ConvInteger", "MatMulInteger" ->
          throw new Refusal(
              "integer operators are not supported; export it with QuantizeLinear and DequantizeLinear around float operators (QDQ)");
      case "Sigmoid",
          "HardSigmoid",
          "HardSwish",
          "Mish",
          "Tanh",
          "Elu",
          "Selu",
          "LeakyRelu",
          "PRelu",
          "Gelu" ->
          throw new Refusal(
              "only ReLU and ReLU6 activations are supported; retrain with one of them");
      case "ArgMax", "TopK" ->
          throw new Refusal("cut the graph before it: the last layer returns its values");
      default -> throw new Refusal("the operator is not supported; " + SUPPORTED);
    };
  }

  private QuantOps quantization() {
    if (quantized == null) {
      throw new Refusal(
          "the network is already quantized; give the float network, or, if all scales are powers of two, use the file as it is");
    }
    return quantized;
  }

  private boolean isRead(String tensor) {
    return tensor.equals(model.outputName())
        || model.graph().getNodeList().stream()
            .anyMatch(node -> node.getInputList().contains(tensor));
  }

  /** Does not change which class is the largest, so the last one stays on the host. */
  private Value softmax(NodeView node) {
    boolean last =
        node.output().equals(model.outputName())
            && model.graph().getNodeList().stream()
                .noneMatch(other -> other.getInputList().contains(model.outputName()));
    if (!last) {
      throw new Refusal("it is only supported as the last node of the network");
    }
    Value.View input = graph.view(node, 0);
    long axis = node.integer("axis", graph.opset() < 13 ? 1 : -1);
    if (axis != 1 && axis != -input.dims().length) {
      throw new Refusal("axis=%d is not the class axis, 1".formatted(axis));
    }
    graph.note(
        "node %s is left out: the network returns the values before it".formatted(node.label()));
    return input;
  }
}
