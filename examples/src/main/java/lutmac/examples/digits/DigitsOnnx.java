package lutmac.examples.digits;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The trained example network as a float ONNX model, opset 13: {@code image [N, 1, 20, 20]}, {@code
 * (pixel - mean) / std}, to {@code logits [N, 10]}.
 */
final class DigitsOnnx {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("digits");

  private DigitsOnnx() {}

  /**
   * @param parameters values of every weight and bias of {@link DigitsLayer#ALL}
   */
  static ModelProto model(Map<String, float[]> parameters) {
    return new DigitsOnnx().build(parameters);
  }

  private ModelProto build(Map<String, float[]> parameters) {
    for (DigitsLayer layer : DigitsLayer.ALL) {
      long kernel = layer.kernel();
      float[] weights = parameters.get(layer.weights());
      if (kernel == 1) {
        initializer(layer.weights(), weights, layer.outChannels(), layer.inChannels());
      } else {
        initializer(
            layer.weights(), weights, layer.outChannels(), layer.inChannels(), kernel, kernel);
      }
      initializer(layer.bias(), parameters.get(layer.bias()), layer.outChannels());
    }
    graph.addInput(value("image", 1, DigitImages.SIZE, DigitImages.SIZE));
    String a = halved("pool1", relu("relu1", convolution(0, "image")));
    String branch = convolution(2, relu("relu2", convolution(1, a)));
    String b = relu("relu3", node("Add", "add", List.of(branch, a)));
    String c = relu("relu4", convolution(3, b));
    String d = relu("relu5", convolution(4, halved("pool2", c)));
    String mean = node("GlobalAveragePool", "mean", List.of(d));
    String row = node("Flatten", "flatten", List.of(mean), ints("axis", 1));
    DigitsLayer fc = DigitsLayer.ALL.get(5);
    node("Gemm", "logits", List.of(row, fc.weights(), fc.bias()), ints("transB", 1));
    graph.addOutput(value("logits", 10));
    return ModelProto.newBuilder()
        .setIrVersion(7)
        .setProducerName("lutmac")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .setGraph(graph)
        .build();
  }

  private String convolution(int index, String input) {
    DigitsLayer layer = DigitsLayer.ALL.get(index);
    long kernel = layer.kernel();
    long pad = kernel / 2;
    return node(
        "Conv",
        layer.name(),
        List.of(input, layer.weights(), layer.bias()),
        ints("kernel_shape", kernel, kernel),
        ints("pads", pad, pad, pad, pad));
  }

  private String relu(String name, String input) {
    return node("Relu", name, List.of(input));
  }

  private String halved(String name, String input) {
    return node("MaxPool", name, List.of(input), ints("kernel_shape", 2, 2), ints("strides", 2, 2));
  }

  private String node(String op, String name, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setName(name)
            .setOpType(op)
            .addAllInput(inputs)
            .addOutput(name)
            .addAllAttribute(List.of(attributes)));
    return name;
  }

  /** One value is an INT attribute, several are INTS. */
  private static AttributeProto ints(String name, long... values) {
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
    if (values.length == 1) {
      return attribute.setType(AttributeProto.AttributeType.INT).setI(values[0]).build();
    }
    Arrays.stream(values).forEach(attribute::addInts);
    return attribute.setType(AttributeProto.AttributeType.INTS).build();
  }

  private void initializer(String name, float[] values, long... dims) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .setRawData(ByteString.copyFrom(bytes));
    Arrays.stream(dims).forEach(tensor::addDims);
    graph.addInitializer(tensor);
  }

  private static ValueInfoProto value(String name, int... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam("N");
    Arrays.stream(dims).forEach(dim -> shape.addDimBuilder().setDimValue(dim));
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT.getNumber())
                        .setShape(shape)))
        .build();
  }
}
