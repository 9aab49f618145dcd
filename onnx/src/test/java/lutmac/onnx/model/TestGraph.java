package lutmac.onnx.model;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A small ONNX model under construction: input {@code x}, output {@code y} and what is added. */
public final class TestGraph {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
  private final Random random = new Random(11);
  private final int opset;
  private int[] inputShape;

  public TestGraph(int opset, int... inputShape) {
    this.opset = opset;
    this.inputShape = inputShape;
    Object[] dims = new Object[inputShape.length + 1];
    dims[0] = "N";
    for (int i = 0; i < inputShape.length; i++) {
      dims[i + 1] = (long) inputShape[i];
    }
    input("x", dims);
    output("y");
  }

  /** Declares a further graph output. */
  public TestGraph output(String name) {
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(
                        TypeProto.Tensor.newBuilder()
                            .setElemType(TensorProto.DataType.FLOAT_VALUE))));
    return this;
  }

  public GraphProto.Builder proto() {
    return graph;
  }

  /** Declares a graph input; a dimension is a number or the name of an open one. */
  public TestGraph input(String name, Object... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dim : dims) {
      shape.addDim(
          dim instanceof Long fixed
              ? TensorShapeProto.Dimension.newBuilder().setDimValue(fixed)
              : TensorShapeProto.Dimension.newBuilder().setDimParam((String) dim));
    }
    graph.addInput(
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(
                        TypeProto.Tensor.newBuilder()
                            .setElemType(TensorProto.DataType.FLOAT_VALUE)
                            .setShape(shape))));
    return this;
  }

  /** Random weights in -1..1. */
  public TestGraph weights(String name, long... dims) {
    float[] values = new float[volume(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return floats(name, values, dims);
  }

  /** Random values in 0.5..1.5. */
  public TestGraph positive(String name, long... dims) {
    float[] values = new float[volume(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5f + random.nextFloat();
    }
    return floats(name, values, dims);
  }

  /** A constant. */
  public TestGraph floats(String name, float[] values, long... dims) {
    graph.addInitializer(tensor(name, values, dims));
    return this;
  }

  /** As {@code float_data} instead of raw bytes. */
  public TestGraph typedFloats(String name, float[] values, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE);
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    for (float value : values) {
      tensor.addFloatData(value);
    }
    graph.addInitializer(tensor);
    return this;
  }

  public static TensorProto tensor(String name, float[] values, long... dims) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .setRawData(ByteString.copyFrom(bytes.flip()));
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor.build();
  }

  /** Integers of any element type of one byte or four; 4-bit ones are packed two a byte. */
  public TestGraph codes(String name, TensorProto.DataType type, int[] values, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    boolean packed = type == TensorProto.DataType.INT4 || type == TensorProto.DataType.UINT4;
    int bytes = type == TensorProto.DataType.INT32 ? 4 * values.length : values.length;
    ByteBuffer raw = ByteBuffer.allocate(packed ? (bytes + 1) / 2 : bytes);
    raw.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      if (packed) {
        raw.put(i / 2, (byte) (raw.get(i / 2) | (values[i] & 0xf) << (4 * (i % 2))));
      } else if (type == TensorProto.DataType.INT32) {
        raw.putInt(values[i]);
      } else {
        raw.put((byte) values[i]);
      }
    }
    graph.addInitializer(tensor.setRawData(ByteString.copyFrom(raw.rewind())));
    return this;
  }

  public TestGraph integers(String name, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addDims(values.length);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    graph.addInitializer(tensor);
    return this;
  }

  /**
   * Adds a node.
   *
   * @param inputs names separated by blanks; {@code -} is an absent optional input
   * @param output likewise
   * @param attributes name, value, name, value, ...: Long, Float, String, long[] or TensorProto
   */
  public TestGraph node(
      String op, String name, String inputs, String output, Object... attributes) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(op).setName(name).addAllOutput(List.of(output.split(" ")));
    for (String input : inputs.isEmpty() ? new String[0] : inputs.split(" ")) {
      node.addInput(input.equals("-") ? "" : input);
    }
    for (int i = 0; i < attributes.length; i += 2) {
      AttributeProto.Builder attribute =
          AttributeProto.newBuilder().setName((String) attributes[i]);
      Object value = attributes[i + 1];
      if (value instanceof Long number) {
        attribute.setType(AttributeProto.AttributeType.INT).setI(number);
      } else if (value instanceof Float number) {
        attribute.setType(AttributeProto.AttributeType.FLOAT).setF(number);
      } else if (value instanceof String text) {
        attribute.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
      } else if (value instanceof TensorProto tensor) {
        attribute.setType(AttributeProto.AttributeType.TENSOR).setT(tensor);
      } else {
        attribute.setType(AttributeProto.AttributeType.INTS);
        for (long number : (long[]) value) {
          attribute.addInts(number);
        }
      }
      node.addAttribute(attribute);
    }
    graph.addNode(node);
    return this;
  }

  /** The same of another operator set. */
  public TestGraph custom(
      String domain, String op, String name, String inputs, String output, Object... attributes) {
    node(op, name, inputs, output, attributes);
    graph.getNodeBuilder(graph.getNodeCount() - 1).setDomain(domain);
    return this;
  }

  public ModelProto model() {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(opset < 15 ? 7 : 9)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
            .setGraph(graph);
    graph.getNodeList().stream()
        .map(NodeProto::getDomain)
        .filter(domain -> !domain.isEmpty())
        .distinct()
        .forEach(
            domain ->
                model.addOpsetImport(
                    OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1)));
    return model.build();
  }

  /** Writes {@code model.onnx}. */
  public Path write(Path directory) {
    try {
      return Files.write(directory.resolve("model.onnx"), model().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A batch of images with values in -2..2. */
  public float[] images(int count) {
    int size = count;
    for (int extent : inputShape) {
      size *= extent;
    }
    float[] batch = new float[size];
    for (int i = 0; i < size; i++) {
      batch[i] = 4 * random.nextFloat() - 2;
    }
    return batch;
  }

  /** What ONNX Runtime computes. */
  public float[] onnxRuntime(float[] batch, int count) throws OrtException {
    return onnxRuntime(batch, count, OrtSession.SessionOptions.OptLevel.ALL_OPT);
  }

  /**
   * What ONNX Runtime computes. Without optimization every operator does what the standard says:
   * quantized convolutions stay float ones.
   */
  public float[] onnxRuntime(float[] batch, int count, OrtSession.SessionOptions.OptLevel level)
      throws OrtException {
    return onnxRuntimeOutputs(batch, count, level).get(0);
  }

  /** Every output that ONNX Runtime computes. */
  public List<float[]> onnxRuntimeOutputs(
      float[] batch, int count, OrtSession.SessionOptions.OptLevel level) throws OrtException {
    return onnxRuntimeOutputs(model(), batch, count, level);
  }

  /** Every output of another model of the same input. */
  public List<float[]> onnxRuntimeOutputs(
      ModelProto model, float[] batch, int count, OrtSession.SessionOptions.OptLevel level)
      throws OrtException {
    long[] shape = new long[inputShape.length + 1];
    shape[0] = count;
    for (int i = 0; i < inputShape.length; i++) {
      shape[i + 1] = inputShape[i];
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(level);
      try (OrtSession session = environment.createSession(model.toByteArray(), options);
          OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(batch), shape);
          OrtSession.Result result = session.run(Map.of("x", tensor))) {
        List<float[]> outputs = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> made : result) {
          FloatBuffer values = ((OnnxTensor) made.getValue()).getFloatBuffer();
          float[] output = new float[values.remaining()];
          values.get(output);
          outputs.add(output);
        }
        return outputs;
      }
    }
  }

  /** Number of values of a shape; 1 for a scalar. */
  public static int volume(long... dims) {
    long volume = 1;
    for (long dim : dims) {
      volume *= dim;
    }
    return Math.toIntExact(volume);
  }
}
