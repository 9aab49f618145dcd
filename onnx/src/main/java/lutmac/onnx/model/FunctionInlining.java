package lutmac.onnx.model;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import lutmac.network.BadInputException;

/**
 * Replaces nodes that call a function of the model itself by the nodes of its body, as PyTorch's
 * exporter writes modules and some operators.
 */
final class FunctionInlining {
  private static final int DEEPEST = 16;
  private static final int MOST_NODES = 1 << 20;

  private final Path file;
  private final Map<String, FunctionProto> functions = new HashMap<>();
  private final List<NodeProto> nodes = new ArrayList<>();
  private int calls;

  private FunctionInlining(Path file, ModelProto model) {
    this.file = file;
    model.getFunctionsList().forEach(f -> functions.put(key(f.getDomain(), f.getName()), f));
  }

  /**
   * The model without calls.
   *
   * @throws BadInputException if functions call each other without end
   */
  static ModelProto of(Path file, ModelProto model) {
    if (model.getFunctionsCount() == 0) {
      return model;
    }
    FunctionInlining inlining = new FunctionInlining(file, model);
    model.getGraph().getNodeList().forEach(node -> inlining.add(node, 0));
    GraphProto.Builder graph = model.getGraph().toBuilder().clearNode().addAllNode(inlining.nodes);
    return model.toBuilder().setGraph(graph).clearFunctions().build();
  }

  private static String key(String domain, String name) {
    return domain + ":" + name;
  }

  private void add(NodeProto node, int depth) {
    FunctionProto function = functions.get(key(node.getDomain(), node.getOpType()));
    if (function == null) {
      nodes.add(node);
      return;
    }
    if (depth == DEEPEST || nodes.size() > MOST_NODES) {
      throw new BadInputException(
          "%s: its functions call each other without end ('%s' among them); export the model with its functions inlined"
              .formatted(file, function.getName()));
    }
    String prefix = "%s.%d/".formatted(function.getName(), ++calls);
    Map<String, String> names = new HashMap<>();
    names.put("", "");
    for (int i = 0; i < function.getInputCount(); i++) {
      names.put(function.getInput(i), i < node.getInputCount() ? node.getInput(i) : "");
    }
    for (int i = 0; i < function.getOutputCount(); i++) {
      String made = i < node.getOutputCount() ? node.getOutput(i) : "";
      // An output of the function may be one of its inputs, or may be left out by the caller.
      if (!made.isEmpty() && names.containsKey(function.getOutput(i))) {
        nodes.add(
            NodeProto.newBuilder()
                .setOpType("Identity")
                .addInput(names.get(function.getOutput(i)))
                .addOutput(made)
                .build());
      } else if (!made.isEmpty()) {
        names.put(function.getOutput(i), made);
      }
    }
    Map<String, AttributeProto> attributes = new HashMap<>();
    function.getAttributeProtoList().forEach(a -> attributes.put(a.getName(), a));
    node.getAttributeList().forEach(a -> attributes.put(a.getName(), a));
    UnaryOperator<String> renamed = name -> names.computeIfAbsent(name, inner -> prefix + inner);
    for (NodeProto inner : function.getNodeList()) {
      NodeProto.Builder copy = inner.toBuilder().clearInput().clearOutput().clearAttribute();
      inner.getInputList().forEach(input -> copy.addInput(renamed.apply(input)));
      inner.getOutputList().forEach(output -> copy.addOutput(renamed.apply(output)));
      inner.getAttributeList().stream()
          .map(attribute -> given(attribute, attributes))
          .filter(attribute -> attribute.getType() != AttributeProto.AttributeType.UNDEFINED)
          .forEach(copy::addAttribute);
      copy.setName(
          function.getNodeCount() == 1 && !node.getName().isEmpty()
              ? node.getName()
              : inner.getName().isEmpty() ? "" : prefix + inner.getName());
      add(copy.build(), depth + 1);
    }
  }

  /** An attribute of a node of the body; one that the caller leaves out is undefined. */
  private static AttributeProto given(
      AttributeProto attribute, Map<String, AttributeProto> attributes) {
    if (attribute.getRefAttrName().isEmpty()) {
      return attribute;
    }
    AttributeProto value = attributes.get(attribute.getRefAttrName());
    return value == null
        ? AttributeProto.getDefaultInstance()
        : value.toBuilder().setName(attribute.getName()).build();
  }
}
