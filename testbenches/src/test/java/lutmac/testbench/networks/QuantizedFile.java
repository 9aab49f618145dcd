package lutmac.testbench.networks;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.util.Map;
import java.util.Random;
import lutmac.onnx.model.TestGraph;
import lutmac.onnx.qdq.QdqGraphs;
import lutmac.onnx.qdq.QdqGraphs.Codes;
import lutmac.onnx.qdq.QonnxGraphs;
import lutmac.onnx.qdq.QuantDefinition;

/**
 * Files of small networks that other tools have quantized, as those spell them: a residual block, a
 * mean of 49 pixels, a dense layer. Scales are powers of two.
 */
public enum QuantizedFile {
  /** Brevitas' QONNX: Quant of 4-bit weights and 6-bit maps, biases of floats. */
  QONNX {
    @Override
    TestGraph graph() {
      TestGraph graph = new TestGraph(13, INPUT);
      QonnxGraphs.map(graph, "x", "in", 5, 1, 0, 8, "ROUND");
      conv(graph, "in", "a", 3, 2);
      QonnxGraphs.map(graph, relu(graph, "a"), "aq", 3, 0, 0, 6, "ROUND");
      conv(graph, "aq", "b", 8, 1);
      graph.node("Add", "add", "b aq", "s");
      QonnxGraphs.map(graph, relu(graph, "s"), "sq", 2, 0, 0, 6, "ROUND");
      graph.node("MaxPool", "pool", "sq", "p", "kernel_shape", longs(2, 2), "strides", longs(2, 2));
      conv(graph, "p", "c", 8, 1);
      QonnxGraphs.map(graph, "c", "cq", 1, 1, 1, 5, "FLOOR");
      QonnxGraphs.weights(graph, "w.f", "w", 5, 4, ints(5 * 8 * 9, 4), 5, 8, 3, 3);
      return graph.node("Conv", "fc", "cq w", "map").node("Flatten", "flatten", "map", "y");
    }

    private void conv(TestGraph graph, String from, String to, int in, int stride) {
      String weights = to + ".w";
      QonnxGraphs.weights(
          graph, weights + ".f", weights, 5, 4, ints(8 * in * 9, to.hashCode()), 8, in, 3, 3);
      graph
          .weights(to + ".b", 8)
          .node(
              "Conv",
              to + "/conv",
              "%s %s %s.b".formatted(from, weights, to),
              to,
              "pads",
              longs(1, 1, 1, 1),
              "strides",
              longs(stride, stride));
    }

    private int[] ints(int count, long seed) {
      return new Random(seed).ints(count, -128, 128).toArray();
    }

    @Override
    ModelProto standard() {
      return QuantDefinition.spelledOut(model());
    }
  },

  /** ONNX Runtime's QuantizeLinear and DequantizeLinear, and other tools' with the same names. */
  QDQ,

  /** Quark and Vitis AI, in an operator set of their own. */
  VITIS {
    @Override
    public ModelProto model() {
      return renamed(
          "com.vai.quantize",
          Map.of(
              "QuantizeLinear", "VitisQuantizeLinear",
              "DequantizeLinear", "VitisDequantizeLinear"));
    }
  },

  /** ONNX Runtime's own operator set, which its 16-bit and 4-bit quantizers need. */
  MICROSOFT {
    @Override
    public ModelProto model() {
      return renamed(
          "com.microsoft",
          Map.of(
              "QuantizeLinear", "QuantizeLinear",
              "DequantizeLinear", "DequantizeLinear"));
    }
  };

  private static final int[] INPUT = {3, 14, 14};

  /** Extents of an image in its file, without the batch. */
  public int[] input() {
    return INPUT.clone();
  }

  /** The file's model. */
  public ModelProto model() {
    return graph().model();
  }

  /** The same in operators of the standard. */
  ModelProto standard() {
    return graph().model();
  }

  /** What ONNX Runtime makes of real inputs. */
  public float[] onnxRuntime(float[] batch, int count) throws OrtException {
    return graph().onnxRuntimeOutputs(standard(), batch, count, OptLevel.NO_OPT).get(0);
  }

  TestGraph graph() {
    QdqGraphs qdq = new QdqGraphs(13, 3, INPUT);
    TestGraph graph = qdq.graph();
    qdq.activation("x", "in", 5, Codes.INT8);
    qdq.integerWeights("w1", Codes.INT8, new int[] {8}, 8, 3, 3, 3);
    qdq.integerWeights("w2", Codes.INT8, new int[] {9}, 8, 8, 3, 3);
    qdq.integerWeights("w3", Codes.INT8, new int[] {7}, 8, 3, 1, 1);
    qdq.integerWeights("w4", Codes.INT8, new int[] {7}, 5, 8);
    graph
        .weights("b1", 8)
        .node("Conv", "conv1", "in w1 b1", "a", "pads", longs(1, 1, 1, 1), "strides", longs(2, 2));
    qdq.activation(relu(graph, "a"), "aq", 5, Codes.UINT8);
    graph
        .weights("b2", 8)
        .node("Conv", "conv2", "aq w2 b2", "b", "pads", longs(1, 1, 1, 1))
        .node("Conv", "shortcut", "in w3", "c", "strides", longs(2, 2));
    qdq.activation("c", "cq", 4, Codes.INT8);
    graph.node("Add", "add", "b cq", "s");
    qdq.activation(relu(graph, "s"), "sq", 5, Codes.UINT8);
    graph
        .floats("k", new float[] {49 * 21 / 1024f})
        .node("GlobalAveragePool", "mean", "sq", "m")
        .node("Mul", "as_hardware", "m k", "mk");
    qdq.activation("mk", "mq", 6, Codes.UINT8);
    graph
        .weights("b4", 5)
        .node("Flatten", "flatten", "mq", "f")
        .node("Gemm", "fc", "f w4 b4", "g", "transB", 1L);
    qdq.activation("g", "y", 4, Codes.INT8);
    return graph;
  }

  /** The same with quantizers of another operator set. */
  ModelProto renamed(String domain, Map<String, String> names) {
    ModelProto.Builder model = standard().toBuilder();
    for (NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList()) {
      String name = names.get(node.getOpType());
      if (name != null) {
        node.setOpType(name).setDomain(domain);
      }
    }
    return model
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1))
        .build();
  }

  private static String relu(TestGraph graph, String map) {
    graph.node("Relu", map + "/relu", map, map + ".r");
    return map + ".r";
  }

  private static long[] longs(long... values) {
    return values;
  }
}
