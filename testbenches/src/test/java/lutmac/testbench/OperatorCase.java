package lutmac.testbench;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One of ONNX's own operator tests: a network of one input with its values and what must come out.
 */
final class OperatorCase {
  /** Nodes that compute no new values, or that may be left out at the end of a network. */
  private static final Set<String> NO_LAYERS =
      Set.of(
          "ArgMax",
          "Cast",
          "Constant",
          "Dropout",
          "Flatten",
          "Identity",
          "LogSoftmax",
          "Reshape",
          "Shape",
          "Sigmoid",
          "Softmax",
          "Squeeze",
          "Transpose",
          "Unsqueeze");

  private static final int OLDEST_OPSET = 7;

  private static final Set<String> ELEMENTWISE = Set.of("Add", "Div", "Mul", "PRelu", "Sub");

  /** Why a network may be refused, as far as it can be seen without the reader. */
  enum Reason {
    OPERATOR((network, supported) -> !supported.containsAll(network.operators()), "not supported") {
      @Override
      boolean isSaid(OperatorCase network, String message) {
        return network.operators().stream().anyMatch(op -> message.contains("(" + op + ")"));
      }
    },
    OPSET((network, supported) -> network.opset() < OLDEST_OPSET, "opset \\d+ is not supported"),
    DIMENSIONS((network, supported) -> network.rank() > 4, "dimensions"),
    /** Images of a batch are joined, mixed, moved, or treated unlike. */
    BATCH(
        (network, supported) -> network.mixesImages(),
        "batch|shape|image|first dimension|transA|axes"),
    CONSTANT(
        (network, supported) -> !network.dependsOnInput(), "depend on the input|start and end"),
    NO_LAYER(
        (network, supported) ->
            NO_LAYERS.containsAll(network.operators()) || network.returnsItsInput(),
        "through any layer"),
    ELEMENT_TYPE(
        (network, supported) -> !network.allFloats(), "cast|element type|quantized|UINT8|INT64"),
    TRAINING((network, supported) -> network.trains(), "training|further output"),
    EMPTY(
        (network, supported) -> network.hasNoElements(),
        "extent|empty|elements|shape|takes nothing"),
    MATRIX(
        (network, supported) -> network.constants("MatMul").anyMatch(c -> c.getDimsCount() > 2),
        "matrix .* has shape"),
    JOINED_CONSTANT(
        (network, supported) -> network.constants("Concat").findAny().isPresent(), "constant"),
    PIXEL_CONSTANT(
        (network, supported) ->
            ELEMENTWISE.stream().flatMap(network::constants).anyMatch(network::differsByPixel),
        "shape|per channel|by channel|between channels|pixel"),
    CLASS_AXIS((network, supported) -> network.classesAlongAnotherAxis(), "not the channels"),
    PAD_VALUE((network, supported) -> network.padsWithAnotherValueThanZero(), "pads with"),
    INTERPOLATION((network, supported) -> network.interpolates(), "nearest|whole|mode");

    private final BiPredicate<OperatorCase, Set<String>> applies;
    private final Pattern said;

    Reason(BiPredicate<OperatorCase, Set<String>> applies, String said) {
      this.applies = applies;
      this.said = Pattern.compile(said);
    }

    /** Whether a message is about this. */
    boolean isSaid(OperatorCase network, String message) {
      return said.matcher(message).find();
    }
  }

  private final Path folder;
  private final ModelProto proto;
  private final NumpyArray input;

  private OperatorCase(Path folder, ModelProto proto, NumpyArray input) {
    this.folder = folder;
    this.proto = proto;
    this.input = input;
  }

  static OperatorCase read(Path folder) {
    try {
      return new OperatorCase(
          folder,
          ModelProto.parseFrom(Files.readAllBytes(folder.resolve("model.onnx"))),
          NumpyArray.read(folder.resolve("input.npy")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String name() {
    return folder.getFileName().toString();
  }

  Path model() {
    return folder.resolve("model.onnx");
  }

  /** The operator that is tested: the first that is no constant. */
  String operator() {
    return operators().stream().filter(op -> !op.equals("Constant")).findFirst().orElse("Constant");
  }

  /** Values of the input, row major. */
  float[] input() {
    float[] values = new float[input.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) input.values()[i];
    }
    return values;
  }

  /**
   * What must come out: the standard's values, or, where nodes are left out, what ONNX Runtime
   * computes before them.
   *
   * @param leftOut names of nodes
   */
  List<NumpyArray> expected(Set<String> leftOut) throws OrtException {
    List<NumpyArray> outputs = new ArrayList<>();
    if (leftOut.isEmpty()) {
      for (int o = 0; o < proto.getGraph().getOutputCount(); o++) {
        outputs.add(NumpyArray.read(folder.resolve("output_%d.npy".formatted(o))));
      }
      return outputs;
    }
    return run(without(leftOut), input());
  }

  /** The network that returns what reaches the nodes. */
  private ModelProto without(Set<String> nodes) {
    ModelProto.Builder cut = proto.toBuilder();
    for (NodeProto node : proto.getGraph().getNodeList()) {
      // A node without a name is called by its operator and a number.
      if (nodes.contains(node.getName())
          || nodes.stream().anyMatch(name -> name.startsWith(node.getOpType() + "_"))) {
        for (ValueInfoProto.Builder output : cut.getGraphBuilder().getOutputBuilderList()) {
          if (node.getOutputList().contains(output.getName())) {
            output.setName(node.getInput(0)).clearType();
          }
        }
      }
    }
    return cut.build();
  }

  EnumSet<Reason> reasonsToRefuse(Set<String> supported) {
    EnumSet<Reason> reasons = EnumSet.noneOf(Reason.class);
    for (Reason reason : Reason.values()) {
      if (reason.applies.test(this, supported)) {
        reasons.add(reason);
      }
    }
    return reasons;
  }

  private List<String> operators() {
    return proto.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
  }

  private long opset() {
    return proto.getOpsetImport(0).getVersion();
  }

  private int rank() {
    return input.shape().size();
  }

  /**
   * Whether an output does not have an image for each of the input's, or is not the same with its
   * images moved by one when those of the input are.
   */
  private boolean mixesImages() {
    int images = input.shape().get(0);
    for (ValueInfoProto output : proto.getGraph().getOutputList()) {
      List<Long> dims =
          output.getType().getTensorType().getShape().getDimList().stream()
              .map(dim -> dim.getDimValue())
              .toList();
      if (dims.isEmpty() || dims.get(0) != images) {
        return true;
      }
    }
    if (!canRun()) {
      return false;
    }
    List<NumpyArray> asGiven = run(input());
    List<NumpyArray> moved = run(movedByAnImage(input(), images));
    for (int o = 0; o < asGiven.size(); o++) {
      float[] values = new float[asGiven.get(o).values().length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) asGiven.get(o).values()[i];
      }
      float[] expected = movedByAnImage(values, images);
      for (int i = 0; i < expected.length; i++) {
        if (Math.abs(expected[i] - moved.get(o).values()[i]) > 1e-4) {
          return true;
        }
      }
    }
    return false;
  }

  private static float[] movedByAnImage(float[] values, int images) {
    int size = values.length / images;
    float[] moved = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      moved[(i + size) % values.length] = values[i];
    }
    return moved;
  }

  private boolean returnsItsInput() {
    return canRun() && Arrays.equals(run(input()).get(0).values(), input.values());
  }

  private boolean dependsOnInput() {
    if (!canRun()) {
      return !operators().contains("Shape");
    }
    float[] other = input();
    for (int i = 0; i < other.length; i++) {
      other[i] = 1 - 2 * other[i];
    }
    List<NumpyArray> before = run(input());
    List<NumpyArray> after = run(other);
    for (int o = 0; o < before.size(); o++) {
      if (!Arrays.equals(before.get(o).values(), after.get(o).values())) {
        return true;
      }
    }
    return false;
  }

  /** ONNX Runtime warns of opsets as old as those that the reader refuses. */
  private boolean canRun() {
    return allFloats() && !hasNoElements() && opset() >= OLDEST_OPSET;
  }

  private boolean allFloats() {
    return proto.getGraph().getOutputList().stream()
        .allMatch(
            output ->
                output.getType().getTensorType().getElemType() == TensorProto.DataType.FLOAT_VALUE);
  }

  private boolean hasNoElements() {
    return input.values().length == 0
        || proto.getGraph().getOutputList().stream()
            .flatMap(output -> output.getType().getTensorType().getShape().getDimList().stream())
            .anyMatch(dim -> dim.getDimValue() == 0);
  }

  private boolean trains() {
    return proto.getGraph().getNodeList().stream()
        .anyMatch(
            node ->
                integer(node, "training_mode", 0) != 0
                    || (node.getOpType().equals("Dropout") && node.getInputCount() > 2));
  }

  private boolean padsWithAnotherValueThanZero() {
    return proto.getGraph().getNodeList().stream()
        .anyMatch(node -> node.getOpType().equals("Pad") && node.getInputCount() > 2);
  }

  private boolean classesAlongAnotherAxis() {
    return proto.getGraph().getNodeList().stream()
        .filter(node -> Set.of("ArgMax", "LogSoftmax", "Softmax").contains(node.getOpType()))
        .map(node -> integer(node, "axis", node.getOpType().equals("ArgMax") ? 0 : -1))
        .anyMatch(axis -> axis != 1 && axis != 1 - rank());
  }

  /** Whether an image is resized in another way than by repeating its pixels. */
  private boolean interpolates() {
    for (NodeProto node : proto.getGraph().getNodeList()) {
      if (!node.getOpType().equals("Resize") && !node.getOpType().equals("Upsample")) {
        continue;
      }
      String mode = text(node, "mode", "nearest");
      String coordinates = text(node, "coordinate_transformation_mode", "half_pixel");
      List<Integer> in = input.shape();
      List<Integer> out = expectedShape();
      boolean whole = true;
      for (int axis = 0; axis < in.size(); axis++) {
        whole &= out.get(axis) % in.get(axis) == 0;
      }
      String rounding = text(node, "nearest_mode", "round_prefer_floor");
      boolean repeats =
          switch (coordinates) {
            case "asymmetric" -> rounding.equals("floor") || node.getOpType().equals("Upsample");
            case "half_pixel", "pytorch_half_pixel" -> rounding.startsWith("round");
            default -> false;
          };
      if (!mode.equals("nearest") || !whole || !repeats) {
        return true;
      }
    }
    return false;
  }

  private List<Integer> expectedShape() {
    return NumpyArray.read(folder.resolve("output_0.npy")).shape();
  }

  private List<String> inputsOf(String operator) {
    return proto.getGraph().getNodeList().stream()
        .filter(node -> node.getOpType().equals(operator))
        .flatMap(node -> node.getInputList().stream())
        .toList();
  }

  /** The constants that nodes of an operator read next to their first input. */
  private Stream<TensorProto> constants(String operator) {
    List<String> names = inputsOf(operator);
    return proto.getGraph().getInitializerList().stream()
        .filter(constant -> names.contains(constant.getName()));
  }

  /** Whether a constant has another value at another pixel (or in another image). */
  private boolean differsByPixel(TensorProto constant) {
    int missing = rank() - constant.getDimsCount();
    for (int axis = 0; axis < constant.getDimsCount(); axis++) {
      if (axis + missing != 1 && constant.getDims(axis) > 1) {
        return true;
      }
    }
    return false;
  }

  private static long integer(NodeProto node, String name, long otherwise) {
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals(name))
        .mapToLong(AttributeProto::getI)
        .findFirst()
        .orElse(otherwise);
  }

  private static String text(NodeProto node, String name, String otherwise) {
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals(name))
        .map(attribute -> attribute.getS().toStringUtf8())
        .findFirst()
        .orElse(otherwise);
  }

  private List<NumpyArray> run(float[] values) {
    try {
      return run(proto, values);
    } catch (OrtException e) {
      throw new IllegalStateException(name(), e);
    }
  }

  private List<NumpyArray> run(ModelProto model, float[] values) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = input.shape().stream().mapToLong(Integer::longValue).toArray();
    try (OrtSession session = environment.createSession(model.toByteArray());
        OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), tensor))) {
      List<NumpyArray> outputs = new ArrayList<>();
      for (int o = 0; o < result.size(); o++) {
        OnnxTensor output = (OnnxTensor) result.get(o);
        TensorInfo info = output.getInfo();
        FloatBuffer floats = output.getFloatBuffer();
        double[] all = new double[floats.remaining()];
        Arrays.setAll(all, floats::get);
        outputs.add(
            new NumpyArray(
                "<f4", Arrays.stream(info.getShape()).mapToObj(Math::toIntExact).toList(), all));
      }
      return outputs;
    }
  }
}
