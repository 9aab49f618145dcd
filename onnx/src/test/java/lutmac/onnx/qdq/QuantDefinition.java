package lutmac.onnx.qdq;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.TestGraph;

/** The definition of QONNX's {@code Quant} in standard operators, which ONNX Runtime executes. */
public final class QuantDefinition {
  private final GraphProto.Builder graph;
  private final Map<String, TensorProto> tensors = new HashMap<>();

  private QuantDefinition(GraphProto graph) {
    this.graph = graph.toBuilder().clearNode();
    graph.getInitializerList().forEach(tensor -> tensors.put(tensor.getName(), tensor));
    this.graph.addInitializer(TestGraph.tensor("definition/half", new float[] {0.5f}));
  }

  /** The same model without Quant and BipolarQuant. */
  public static ModelProto spelledOut(ModelProto model) {
    QuantDefinition definition = new QuantDefinition(model.getGraph());
    model.getGraph().getNodeList().forEach(definition::add);
    return model.toBuilder()
        .setGraph(definition.graph)
        .clearOpsetImport()
        .addOpsetImport(model.getOpsetImport(0))
        .build();
  }

  private void add(NodeProto node) {
    switch (node.getOpType()) {
      case "Quant", "IntQuant" -> quant(node);
      case "BipolarQuant" -> {
        String name = node.getOutput(0);
        graph.addInitializer(TestGraph.tensor(name + "/zero", new float[] {0}));
        add("GreaterOrEqual", name + "/1", node.getInput(0), name + "/zero");
        add("Neg", name + "/2", node.getInput(1));
        add("Where", name, name + "/1", node.getInput(1), name + "/2");
      }
      default -> graph.addNode(node);
    }
  }

  private void quant(NodeProto node) {
    Map<String, AttributeProto> attributes = new HashMap<>();
    node.getAttributeList().forEach(a -> attributes.put(a.getName(), a));
    boolean signed = attributes.get("signed").getI() == 1;
    int narrow = (int) attributes.get("narrow").getI();
    String rounding = attributes.get("rounding_mode").getS().toStringUtf8();
    TensorProto width = tensors.get(node.getInput(3));
    int bits = (int) ((Constant.Floats) Constant.of(width, "bits")).values()[0];
    float least = signed ? -Math.scalb(1f, bits - 1) + narrow : 0;
    float most = Math.scalb(1f, signed ? bits - 1 : bits) - 1 - (signed ? 0 : narrow);
    String name = node.getOutput(0);
    graph.addInitializer(TestGraph.tensor(name + "/min", new float[] {least}));
    graph.addInitializer(TestGraph.tensor(name + "/max", new float[] {most}));
    add("Div", name + "/1", node.getInput(0), node.getInput(1));
    add("Add", name + "/2", name + "/1", node.getInput(2));
    add("Max", name + "/3", name + "/2", name + "/min");
    add("Min", name + "/4", name + "/3", name + "/max");
    round(rounding.toUpperCase(Locale.ROOT), name + "/4", name + "/5");
    add("Sub", name + "/6", name + "/5", node.getInput(2));
    add("Mul", name, name + "/6", node.getInput(1));
  }

  private void round(String mode, String from, String to) {
    switch (mode) {
      case "ROUND" -> add("Round", to, from);
      case "FLOOR" -> add("Floor", to, from);
      case "CEIL" -> add("Ceil", to, from);
      default -> {
        // These treat magnitudes.
        add("Sign", to + "/sign", from);
        add("Abs", to + "/abs", from);
        switch (mode) {
          case "UP" -> add("Ceil", to + "/rounded", to + "/abs");
          case "DOWN" -> add("Floor", to + "/rounded", to + "/abs");
          case "HALF_UP" -> {
            add("Add", to + "/raised", to + "/abs", "definition/half");
            add("Floor", to + "/rounded", to + "/raised");
          }
          default -> {
            add("Sub", to + "/lowered", to + "/abs", "definition/half");
            add("Ceil", to + "/rounded", to + "/lowered");
          }
        }
        add("Mul", to, to + "/sign", to + "/rounded");
      }
    }
  }

  private void add(String op, String output, String... inputs) {
    graph.addNode(
        NodeProto.newBuilder().setOpType(op).addOutput(output).addAllInput(List.of(inputs)));
  }
}
