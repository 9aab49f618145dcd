package lutmac.quant.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import lutmac.quant.BadInputException;
import lutmac.quant.graph.FloatNetwork;
import lutmac.quant.graph.FloatNode;
import lutmac.quant.graph.Shape;

/** Turns the ordered nodes of an ONNX graph into a {@link FloatNetwork}, or says why it cannot. */
final class GraphLowering {
  private static final String SUPPORTED =
      "supported are Conv, BatchNormalization, Relu, Clip, MaxPool, AveragePool, GlobalAveragePool, ReduceMean, Gemm, MatMul, Add, Concat, Flatten, Reshape, Squeeze, Unsqueeze, Pad, Identity, Dropout, Constant";

  private final GraphProto proto;
  private final Lowering graph;
  private final WindowOps windows;
  private final LinearOps linear;
  private final ShapeOps shapes;
  private final String inputName;
  private final Shape inputShape;
  private final String outputName;

  GraphLowering(
      GraphProto proto,
      int opset,
      String inputName,
      Shape inputShape,
      int inputRank,
      String outputName) {
    this.proto = proto;
    this.graph = new Lowering(proto, opset);
    this.windows = new WindowOps(graph);
    this.linear = new LinearOps(graph);
    this.shapes = new ShapeOps(graph);
    this.inputName = inputName;
    this.inputShape = inputShape;
    this.outputName = outputName;
    graph.define(inputName, ShapeOps.input(inputName, inputShape, inputRank));
  }

  OnnxReader.Imported lower(Path file, List<NodeView> nodes) {
    Map<String, List<String>> refused = new LinkedHashMap<>();
    for (NodeView node : nodes) {
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
    return new OnnxReader.Imported(network(file), graph.notes());
  }

  private FloatNetwork network(Path file) {
    if (!(graph.outputView(outputName) instanceof Value.View output)
        || output.map().equals(inputName)) {
      throw new BadInputException(
          "%s: output '%s' does not depend on the input through any layer"
              .formatted(file, outputName));
    }
    Value.View result = graph.withoutBorder(output);
    List<FloatNode> folded;
    try {
      folded = AffineFolding.fold(graph.drafts(), result.map());
    } catch (Refusal e) {
      throw new BadInputException("%s: %s".formatted(file, e.getMessage()), e);
    }
    String name = proto.getName().isEmpty() ? String.valueOf(file.getFileName()) : proto.getName();
    return new FloatNetwork(name, inputName, inputShape, folded, result.map());
  }

  private Value lower(NodeView node) {
    if (!OnnxReader.isStandardDomain(node.proto().getDomain())) {
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
      case "Clip" -> linear.clip(node);
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
      case "QuantizeLinear", "DequantizeLinear", "QLinearConv", "ConvInteger" ->
          throw new Refusal("the network is already quantized; give the float network");
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

  private boolean isRead(String tensor) {
    return tensor.equals(outputName)
        || proto.getNodeList().stream().anyMatch(node -> node.getInputList().contains(tensor));
  }

  /** Does not change which class is the largest, so the last one stays on the host. */
  private Value softmax(NodeView node) {
    boolean last =
        node.output().equals(outputName)
            && proto.getNodeList().stream()
                .noneMatch(other -> other.getInputList().contains(outputName));
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
