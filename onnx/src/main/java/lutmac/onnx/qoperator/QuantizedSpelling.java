package lutmac.onnx.qoperator;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Spells every operator on integer codes as what it computes: the float operator between
 * DequantizeLinear and QuantizeLinear of ONNX. So files of ONNX Runtime's operator-oriented format
 * ({@code QLinearConv}, {@code com.microsoft.QLinearAdd}, ...) and quantizers of other operator
 * sets ({@code VitisQuantizeLinear}) are read like any others.
 *
 * <p>A node that is none of these, or has an attribute that none of these has, stays as it is:
 * whoever reads the graph refuses it by name.
 */
public final class QuantizedSpelling {
  private static final String STANDARD = "";
  private static final String MICROSOFT = "com.microsoft";

  /** Operator sets of AMD's quantizers: Vitis AI, Quark, and both as functions in Python. */
  private static final Set<String> AMD =
      Set.of("com.vai.quantize", "com.vitis.customop", "com.amd.quark", "ai.onnx.contrib");

  private static final Set<String> QUANTIZE =
      Set.of("QuantizeLinear", "VitisQuantizeLinear", "ExtendedQuantizeLinear");
  private static final Set<String> DEQUANTIZE =
      Set.of("DequantizeLinear", "VitisDequantizeLinear", "ExtendedDequantizeLinear");

  private static final int BYTE_BITS = 8;
  private static final int MOST_BITS = 31;

  private final GraphProto.Builder graph;
  private final Set<String> names = new HashSet<>();
  private final List<NodeProto> nodes = new ArrayList<>();

  private QuantizedSpelling(GraphProto graph) {
    this.graph = graph.toBuilder().clearNode();
    graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
    graph.getInputList().forEach(input -> names.add(input.getName()));
    for (NodeProto node : graph.getNodeList()) {
      names.addAll(node.getInputList());
      names.addAll(node.getOutputList());
    }
  }

  /** The model in the spelling of QuantizeLinear and DequantizeLinear; itself, if it already is. */
  public static ModelProto of(ModelProto model) {
    GraphProto graph = model.getGraph();
    if (graph.getNodeList().stream().allMatch(QuantizedSpelling::stays)) {
      return model;
    }
    QuantizedSpelling spelling = new QuantizedSpelling(graph);
    graph.getNodeList().forEach(spelling::add);
    return model.toBuilder().setGraph(spelling.graph.addAllNode(spelling.nodes)).build();
  }

  /** Whether a node is not one of an operator on codes that is spelled otherwise here. */
  private static boolean stays(NodeProto node) {
    String op = node.getOpType();
    return switch (domain(node)) {
      case STANDARD ->
          !Set.of("QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger").contains(op);
      case MICROSOFT -> false;
      default -> !AMD.contains(node.getDomain());
    };
  }

  private static String domain(NodeProto node) {
    return node.getDomain().equals("ai.onnx") ? STANDARD : node.getDomain();
  }

  private void add(NodeProto node) {
    boolean done =
        node.getOutputCount() > 0
            && switch (domain(node)) {
              case STANDARD -> standard(node);
              case MICROSOFT -> microsoft(node);
              default -> AMD.contains(node.getDomain()) && quantizer(node);
            };
    if (!done) {
      nodes.add(node);
    }
  }

  private boolean standard(NodeProto node) {
    return switch (node.getOpType()) {
      case "QLinearConv" -> {
        String x = dequantized(node, 0, 0);
        String w = dequantized(node, 3, 0);
        String[] inputs = has(node, 8) ? new String[] {x, w, bias(node, 8, 1, 4)} : pair(x, w);
        quantized(node, real(node, "Conv", a -> true, inputs), 6);
        yield true;
      }
      case "QLinearMatMul" -> {
        String a = dequantized(node, 0, 1);
        String b = dequantized(node, 3, 1);
        quantized(node, real(node, "MatMul", x -> false, a, b), 6);
        yield true;
      }
      case "ConvInteger" -> {
        result(node, "Conv", a -> true, codes(node, 0, 2, 0), codes(node, 1, 3, 0));
        yield true;
      }
      case "MatMulInteger" -> {
        result(node, "MatMul", a -> false, codes(node, 0, 2, 1), codes(node, 1, 3, 1));
        yield true;
      }
      default -> false;
    };
  }

  private boolean microsoft(NodeProto node) {
    if (integer(node, "channels_last", 0) != 0) {
      return false;
    }
    return switch (node.getOpType()) {
      case "QLinearAdd", "QLinearMul" -> {
        String op = node.getOpType().substring("QLinear".length());
        quantized(
            node, real(node, op, a -> false, dequantized(node, 0, 1), dequantized(node, 3, 1)), 6);
        yield true;
      }
      case "QLinearConcat" -> {
        List<String> parts = new ArrayList<>();
        for (int i = 2; i + 1 < node.getInputCount(); i += 3) {
          parts.add(dequantized(node, i, 1));
        }
        quantized(node, real(node, "Concat", a -> true, parts.toArray(String[]::new)), 0);
        yield true;
      }
      case "QLinearGlobalAveragePool" -> ofOne(node, "GlobalAveragePool", Set.of());
      case "QLinearAveragePool" ->
          ofOne(
              node,
              "AveragePool",
              Set.of(
                  "auto_pad", "ceil_mode", "count_include_pad", "kernel_shape", "pads", "strides"));
      case "QLinearLeakyRelu" -> ofOne(node, "LeakyRelu", Set.of("alpha"));
      case "QLinearSigmoid" -> ofOne(node, "Sigmoid", Set.of());
      case "QLinearSoftmax" -> ofOne(node, "Softmax", Set.of("axis"));
      case "QGemm" -> gemm(node);
      case "MatMulIntegerToFloat" -> {
        String a = dequantized(node, 0, 2, 4, 1);
        String b = dequantized(node, 1, 3, 5, 1);
        biased(node, 6, a, b);
        yield true;
      }
      case "DynamicQuantizeMatMul" -> {
        String[] dynamic = {fresh(node, "codes"), fresh(node, "scale"), fresh(node, "zero")};
        NodeProto.Builder quantize =
            beside(node, "DynamicQuantizeLinear", "quantize").addInput(node.getInput(0));
        nodes.add(quantize.addAllOutput(List.of(dynamic)).build());
        String a = made(node, "DequantizeLinear", "a", dynamic);
        biased(node, 4, a, dequantized(node, 1, 2, 3, 1));
        yield true;
      }
      default -> quantizer(node);
    };
  }

  /** QuantizeLinear and DequantizeLinear of another operator set, ties to even like ONNX's. */
  private boolean quantizer(NodeProto node) {
    boolean quantize = QUANTIZE.contains(node.getOpType());
    if (!quantize && !DEQUANTIZE.contains(node.getOpType())) {
      return false;
    }
    long bits = integer(node, "bit_width", BYTE_BITS);
    if (bits < 1 || bits > MOST_BITS) {
      return false;
    }
    NodeProto.Builder standard =
        named(node, quantize ? "QuantizeLinear" : "DequantizeLinear")
            .addAllInput(node.getInputList());
    node.getAttributeList().stream()
        .filter(a -> Set.of("axis", "block_size", "saturate").contains(a.getName()))
        .forEach(standard::addAttribute);
    if (!quantize || bits >= BYTE_BITS) {
      nodes.add(standard.addAllOutput(node.getOutputList()).build());
      return true;
    }
    String wide = fresh(node, "wide");
    nodes.add(standard.addOutput(wide).build());
    int half = 1 << (bits - 1);
    nodes.add(
        beside(node, "Clip", "clip")
            .addInput(wide)
            .addInput(scalar(node, "least", DataType.INT8, -half))
            .addInput(scalar(node, "most", DataType.INT8, half - 1))
            .addOutput(node.getOutput(0))
            .build());
    return true;
  }

  private boolean gemm(NodeProto node) {
    String a = dequantized(node, 0, 1);
    String b = dequantized(node, 3, integer(node, "transB", 0) != 0 ? 0 : 1);
    String[] inputs = has(node, 6) ? new String[] {a, b, alphaBias(node)} : pair(a, b);
    Predicate<AttributeProto> kept = attribute -> true;
    if (has(node, 7)) {
      quantized(node, real(node, "Gemm", kept, inputs), 7);
    } else {
      result(node, "Gemm", kept, inputs);
    }
    return true;
  }

  /** The bias of QGemm counts in {@code alpha * a_scale * b_scale}. */
  private String alphaBias(NodeProto node) {
    float alpha = 1;
    for (AttributeProto attribute : node.getAttributeList()) {
      alpha = attribute.getName().equals("alpha") ? attribute.getF() : alpha;
    }
    String scale = made(node, "Mul", "bias_scale", node.getInput(1), node.getInput(4));
    if (alpha != 1) {
      scale = made(node, "Mul", "alpha_scale", scale, one(node, "alpha", alpha));
    }
    return made(node, "DequantizeLinear", "bias", 0, node.getInput(6), scale);
  }

  private void biased(NodeProto node, int bias, String a, String b) {
    if (has(node, bias)) {
      String product = real(node, "MatMul", x -> false, a, b);
      nodes.add(
          beside(node, "Add", "bias")
              .addInput(product)
              .addInput(node.getInput(bias))
              .addOutput(node.getOutput(0))
              .build());
    } else {
      result(node, "MatMul", x -> false, a, b);
    }
  }

  private boolean ofOne(NodeProto node, String op, Set<String> attributes) {
    String x = dequantized(node, 0, 1);
    quantized(node, real(node, op, a -> attributes.contains(a.getName()), x), 3);
    return true;
  }

  // ---- pieces

  private static String[] pair(String a, String b) {
    return new String[] {a, b};
  }

  private static boolean has(NodeProto node, int i) {
    return i < node.getInputCount() && !node.getInput(i).isEmpty();
  }

  private static String input(NodeProto node, int i) {
    return has(node, i) ? node.getInput(i) : "";
  }

  private static long integer(NodeProto node, String name, long fallback) {
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals(name))
        .map(AttributeProto::getI)
        .findFirst()
        .orElse(fallback);
  }

  /** A node that keeps the name of the one that it stands for. */
  private static NodeProto.Builder named(NodeProto node, String op) {
    return NodeProto.newBuilder().setOpType(op).setName(node.getName());
  }

  /** A node beside the one that keeps the name. */
  private static NodeProto.Builder beside(NodeProto node, String op, String what) {
    String name = node.getName().isEmpty() ? "" : node.getName() + "/" + what;
    return NodeProto.newBuilder().setOpType(op).setName(name);
  }

  private String fresh(NodeProto node, String what) {
    String wanted = node.getOutput(0) + "." + what;
    String name = wanted;
    for (int i = 2; !names.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  private String scalar(NodeProto node, String what, DataType type, int value) {
    String name = fresh(node, what);
    graph.addInitializer(
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber()).addInt32Data(value));
    return name;
  }

  private String one(NodeProto node, String what, float value) {
    String name = fresh(node, what);
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(DataType.FLOAT.getNumber())
            .addFloatData(value));
    return name;
  }

  private String made(NodeProto node, String op, String what, String... inputs) {
    String output = fresh(node, what);
    nodes.add(beside(node, op, what).addAllInput(List.of(inputs)).addOutput(output).build());
    return output;
  }

  private String made(NodeProto node, String op, String what, int axis, String... inputs) {
    String output = fresh(node, what);
    nodes.add(
        beside(node, op, what)
            .addAllInput(List.of(inputs))
            .addOutput(output)
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("axis")
                    .setType(AttributeProto.AttributeType.INT)
                    .setI(axis))
            .build());
    return output;
  }

  /** Inputs {@code i} to {@code i + 2}, codes, scale and zero point, as real values. */
  private String dequantized(NodeProto node, int i, int axis) {
    return dequantized(node, i, i + 1, i + 2, axis);
  }

  private String dequantized(NodeProto node, int codes, int scale, int zero, int axis) {
    String what = "input" + codes;
    return has(node, zero)
        ? made(
            node,
            "DequantizeLinear",
            what,
            axis,
            input(node, codes),
            input(node, scale),
            input(node, zero))
        : made(node, "DequantizeLinear", what, axis, input(node, codes), input(node, scale));
  }

  /** Codes less their zero point, as real values. */
  private String codes(NodeProto node, int codes, int zero, int axis) {
    String unit = one(node, "unit" + codes, 1);
    String what = "input" + codes;
    return has(node, zero)
        ? made(node, "DequantizeLinear", what, axis, input(node, codes), unit, input(node, zero))
        : made(node, "DequantizeLinear", what, axis, input(node, codes), unit);
  }

  /** An int32 bias, which counts in the product of two scales. */
  private String bias(NodeProto node, int bias, int scale, int otherScale) {
    String product = made(node, "Mul", "bias_scale", input(node, scale), input(node, otherScale));
    return made(node, "DequantizeLinear", "bias", 0, input(node, bias), product);
  }

  /** Adds the float operator and returns what it makes. */
  private String real(
      NodeProto node, String op, Predicate<AttributeProto> attributes, String... inputs) {
    String output = fresh(node, "real");
    operator(node, op, attributes, output, inputs);
    return output;
  }

  /** Adds the float operator that makes the node's own output. */
  private void result(
      NodeProto node, String op, Predicate<AttributeProto> attributes, String... inputs) {
    operator(node, op, attributes, node.getOutput(0), inputs);
  }

  private void operator(
      NodeProto node,
      String op,
      Predicate<AttributeProto> attributes,
      String output,
      String... inputs) {
    NodeProto.Builder operator = named(node, op).addAllInput(List.of(inputs)).addOutput(output);
    node.getAttributeList().stream().filter(attributes).forEach(operator::addAttribute);
    nodes.add(operator.build());
  }

  /** Adds the quantization, with the scale at input {@code i} and the zero point behind it. */
  private void quantized(NodeProto node, String real, int i) {
    NodeProto.Builder quantize =
        beside(node, "QuantizeLinear", "quantize").addInput(real).addInput(input(node, i));
    if (has(node, i + 1)) {
      quantize.addInput(node.getInput(i + 1));
    }
    nodes.add(quantize.addOutput(node.getOutput(0)).build());
  }
}
