package lutmac.onnx.writer;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;

/** Collects the nodes and initializers of an ONNX graph; every name it hands out is unique. */
public final class GraphBuilder {
  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final Set<String> names = new HashSet<>();
  private final Map<String, String> sharedScalars = new HashMap<>();

  /**
   * An empty graph.
   *
   * @param name the graph's
   */
  public GraphBuilder(String name) {
    graph.setName(name);
  }

  /** Keeps a name for a later {@link #node} that must carry exactly this one. */
  public void reserve(String name) {
    names.add(name);
  }

  /** {@code wanted}, or, where that is taken, the first free {@code wanted_2}, {@code wanted_3}. */
  public String fresh(String wanted) {
    String name = wanted;
    for (int i = 2; !names.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  /** Adds a node with one new output, and returns that output's name. */
  public String node(
      String op, String wantedOutput, List<String> inputs, AttributeProto... attributes) {
    String output = fresh(wantedOutput);
    nodeTo(op, output, inputs, attributes);
    return output;
  }

  /** Adds a node whose output has a reserved name. */
  public void nodeTo(String op, String output, List<String> inputs, AttributeProto... attributes) {
    customTo("", op, output, inputs, attributes);
  }

  /** Adds a node of another operator set, whose output has a reserved name. */
  public void customTo(
      String domain, String op, String output, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setDomain(domain)
            .setName(output + "/" + op)
            .setOpType(op)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
  }

  /** Adds a uint8 initializer, row major, and returns its name. */
  public String uint8(String wanted, byte[] data, long... dims) {
    return initializer(wanted, DataType.UINT8, ByteBuffer.wrap(data), dims);
  }

  /** Adds an int8 initializer, row major, and returns its name. */
  public String int8(String wanted, byte[] data, long... dims) {
    return initializer(wanted, DataType.INT8, ByteBuffer.wrap(data), dims);
  }

  /** Adds an int32 initializer, row major, and returns its name. */
  public String int32(String wanted, int[] data, long... dims) {
    ByteBuffer bytes = littleEndian(4 * data.length);
    bytes.asIntBuffer().put(data);
    return initializer(wanted, DataType.INT32, bytes, dims);
  }

  /** Adds a list of int64 and returns its name. */
  public String int64(String wanted, long... data) {
    ByteBuffer bytes = littleEndian(8 * data.length);
    bytes.asLongBuffer().put(data);
    return initializer(wanted, DataType.INT64, bytes, data.length);
  }

  /** Adds a float32 initializer, row major, and returns its name. */
  public String floats(String wanted, float[] data, long... dims) {
    ByteBuffer bytes = littleEndian(4 * data.length);
    bytes.asFloatBuffer().put(data);
    return initializer(wanted, DataType.FLOAT, bytes, dims);
  }

  /** Adds a float64 initializer, row major, and returns its name. */
  public String doubles(String wanted, double[] data, long... dims) {
    ByteBuffer bytes = littleEndian(8 * data.length);
    bytes.asDoubleBuffer().put(data);
    return initializer(wanted, DataType.DOUBLE, bytes, dims);
  }

  /** A float scalar, one initializer for all its uses. */
  public String floatScalar(String name, float value) {
    return sharedScalars.computeIfAbsent(name, n -> floats(n, new float[] {value}));
  }

  /** A double scalar, one initializer for all its uses. */
  public String doubleScalar(String name, double value) {
    return sharedScalars.computeIfAbsent(name, n -> doubles(n, new double[] {value}));
  }

  /** {@code 2^exponent} as a float scalar. */
  public String powerOfTwo(int exponent) {
    return floatScalar("two_to_the_%d_float".formatted(exponent), Math.scalb(1f, exponent));
  }

  /** {@code 2^exponent} as a double scalar. */
  public String doublePowerOfTwo(int exponent) {
    return doubleScalar("two_to_the_%d_double".formatted(exponent), Math.scalb(1.0, exponent));
  }

  /** An int64 scalar, one initializer for all its uses. */
  public String int64Scalar(String name, long value) {
    return sharedScalars.computeIfAbsent(
        name, n -> initializer(n, DataType.INT64, littleEndian(8).putLong(0, value)));
  }

  /** A uint8 or int8 scalar, one initializer for all its uses. */
  public String byteScalar(String name, boolean signed, int value) {
    byte[] data = {(byte) value};
    return sharedScalars.computeIfAbsent(name, n -> signed ? int8(n, data) : uint8(n, data));
  }

  /** Zero point 0 of codes that are int8 or uint8. */
  public String zeroPoint(boolean signed) {
    return byteScalar(signed ? "zero_int8" : "zero_uint8", signed, 0);
  }

  /** A one-dimensional int64 constant, one initializer for all its uses. */
  public String axes(String name, long... axes) {
    return sharedScalars.computeIfAbsent(name, n -> int64(n, axes));
  }

  /** Adds a Cast and returns its output's name. */
  public String cast(String wanted, String value, DataType type) {
    return node("Cast", wanted, List.of(value), attribute("to", type.getNumber()));
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private String initializer(String wanted, DataType type, ByteBuffer bytes, long... dims) {
    String name = fresh(wanted);
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(bytes.rewind()));
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    graph.addInitializer(tensor);
    return name;
  }

  /** Declares a graph input; {@code dims} follow the batch dimension N. */
  public void input(String name, DataType type, int... dims) {
    graph.addInput(valueInfo(name, type, dims));
  }

  /** Declares a graph output; {@code dims} follow the batch dimension N. */
  void output(String name, DataType type, int... dims) {
    graph.addOutput(valueInfo(name, type, dims));
  }

  /**
   * Makes a value an output of the graph: {@code [N, C]} for a feature map of one pixel, else
   * {@code [N, C, H, W]}.
   *
   * @param tensor an output of the network, whose name the output carries
   * @param value its real values
   */
  public void result(Tensor tensor, String value, DataType type) {
    Shape shape = tensor.shape();
    if (shape.pixels() == 1) {
      nodeTo("Flatten", tensor.name(), List.of(value), attribute("axis", 1));
      output(tensor.name(), type, shape.channels());
    } else {
      nodeTo("Identity", tensor.name(), List.of(value));
      output(tensor.name(), type, dims(shape));
    }
  }

  /** Extents behind the batch dimension, {@code C, H, W}. */
  public static int[] dims(Shape shape) {
    return new int[] {shape.channels(), shape.height(), shape.width()};
  }

  /** States type and shape of an inner value, for whoever looks at the graph. */
  public void describe(String name, DataType type, int... dims) {
    graph.addValueInfo(valueInfo(name, type, dims));
  }

  private static ValueInfoProto valueInfo(String name, DataType type, int... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam("N");
    for (int dim : dims) {
      shape.addDimBuilder().setDimValue(dim);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }

  /** An integer attribute. */
  public static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  /** A text attribute. */
  public static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  /** A list of integers as an attribute. */
  public static AttributeProto attribute(String name, List<Long> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(values)
        .build();
  }

  /** The graph with everything that was added, in that order. */
  public GraphProto build() {
    return graph.build();
  }
}
