package lutmac.onnx.qoperator;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Set;
import java.util.stream.Stream;

/** Which nodes quantize: what tells a quantized network from a float one. */
public final class QuantizedNodes {
  /** Operator sets of QONNX's {@code Quant}, the names of earlier versions included. */
  private static final Set<String> QONNX =
      Set.of("qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas");

  private static final Set<String> QONNX_OPERATORS =
      Set.of("Quant", "IntQuant", "BipolarQuant", "Trunc", "FloatQuant");

  private QuantizedNodes() {}

  /** Whether a node is one of QONNX's quantizers. */
  public static boolean isQonnx(NodeProto node) {
    return QONNX.contains(node.getDomain()) && QONNX_OPERATORS.contains(node.getOpType());
  }

  /** Whether a model, or a part of it, is quantized. */
  public static boolean anyIn(ModelProto model) {
    return Stream.concat(
            model.getGraph().getNodeList().stream(),
            model.getFunctionsList().stream().flatMap(f -> f.getNodeList().stream()))
        .anyMatch(QuantizedNodes::quantizes);
  }

  private static boolean quantizes(NodeProto node) {
    String op = node.getOpType();
    return isQonnx(node)
        || op.endsWith("QuantizeLinear")
        || op.endsWith("DequantizeLinear")
        || op.startsWith("QLinear")
        || Set.of(
                "QGemm",
                "ConvInteger",
                "MatMulInteger",
                "MatMulIntegerToFloat",
                "DynamicQuantizeMatMul")
            .contains(op);
  }
}
