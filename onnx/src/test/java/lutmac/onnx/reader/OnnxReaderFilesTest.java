package lutmac.onnx.reader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.onnx.model.TestGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What files hold besides float32 graphs of one opset and fixed size. */
class OnnxReaderFilesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT16", "BFLOAT16", "DOUBLE"})
  void otherRealTypesAreReadAsFloats(DataType type) {
    TestGraph graph = new TestGraph(13, 1, 1, 1);
    typeOfInput(graph, type);
    graph.proto().addInitializer(numbers(type, "w", 1.5f, -0.25f));
    graph.node("Conv", "c", "x w", "t").node("Cast", "back", "t", "y", "to", 1L);
    assertArrayEquals(new float[] {1.5f, -0.25f}, weights(graph));
  }

  private static TensorProto numbers(DataType type, String name, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (type) {
        case DOUBLE -> bytes.putDouble(value);
        case BFLOAT16 -> bytes.putShort((short) (Float.floatToIntBits(value) >> 16));
        // 1.5 and -0.25 in IEEE 754 binary16.
        default -> bytes.putShort((short) (value > 0 ? 0x3e00 : 0xb400));
      }
    }
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(type.getNumber())
        .addAllDims(List.of((long) values.length, 1L, 1L, 1L))
        .setRawData(ByteString.copyFrom(bytes.flip()))
        .build();
  }

  @Test
  void pixelsThatTheGraphCastsAreRealNumbers() {
    TestGraph graph = new TestGraph(13, 3, 4, 2).weights("w", 3, 2, 1, 1);
    typeOfInput(graph, DataType.UINT8);
    graph
        .node("Transpose", "first", "x", "s", "perm", new long[] {0, 3, 1, 2})
        .node("Cast", "real", "s", "t", "to", 1L)
        .node("Conv", "c", "t w", "y");
    assertEquals(new Shape(2, 3, 4), OnnxReader.read(graph.write(directory)).inputShape());
  }

  private static void typeOfInput(TestGraph graph, DataType type) {
    graph
        .proto()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .setElemType(type.getNumber());
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 8, 22, 25, 28})
  void opsetsBeyondThoseOfCommonExporters(int opset) {
    TestGraph graph =
        new TestGraph(opset, 2, 4, 4).weights("w", 3, 2, 3, 3).node("Conv", "c", "x w", "y");
    assertEquals(54, weights(graph).length);
  }

  @Test
  void openHeightAndWidthAreThoseGiven() {
    TestGraph graph = new TestGraph(13, 2, 4, 4).weights("w", 3, 2, 3, 3);
    graph.proto().clearInput();
    graph.input("x", "N", 2L, "height", "width").node("Conv", "c", "x w", "y");
    Path file = graph.write(directory);
    for (List<Integer> given : List.of(List.of(2, 5, 6), List.of(1, 2, 5, 6))) {
      FloatNetwork network = OnnxReader.readWithNotes(file, Optional.of(given)).network();
      assertEquals(new Shape(2, 5, 6), network.inputShape());
    }
    assertTrue(message(file, List.of(3, 5, 6)).contains("extent 2 in dimension C"));
    assertTrue(message(file, List.of(5, 6)).contains("4 dimensions with the batch"));
    assertTrue(message(file, List.of(2, 0, 6)).contains("extent 0 in dimension H"));
  }

  private static String message(Path file, List<Integer> shape) {
    return assertThrows(
            BadInputException.class, () -> OnnxReader.readWithNotes(file, Optional.of(shape)))
        .getMessage();
  }

  @Test
  void functionsOfTheModelAreTheirBodies() throws IOException {
    NodeProto.Builder call =
        NodeProto.newBuilder()
            .setOpType("block")
            .setDomain("own")
            .setName("blk")
            .addInput("x")
            .addInput("w")
            .addOutput("y")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("rows")
                    .setType(AttributeProto.AttributeType.INTS)
                    .addInts(2)
                    .addInts(1));
    TestGraph graph = new TestGraph(13, 2, 6, 6).weights("w", 3, 2, 3, 3);
    graph.proto().addNode(call);
    NodeProto.Builder conv =
        NodeProto.newBuilder()
            .setOpType("Conv")
            .addInput("in")
            .addInput("kernel")
            .addOutput("t")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("strides")
                    .setRefAttrName("rows")
                    .setType(AttributeProto.AttributeType.INTS));
    FunctionProto.Builder function =
        FunctionProto.newBuilder()
            .setName("block")
            .setDomain("own")
            .addInput("in")
            .addInput("kernel")
            .addOutput("out")
            .addAttribute("rows")
            .addNode(conv)
            .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("t").addOutput("out"));
    FloatNetwork network = OnnxReader.read(written(graph, function));
    assertEquals(2, ((FloatOp.Conv) network.nodes().get(0).op()).window().strideHeight());
    assertEquals(new Shape(3, 2, 4), network.shapes().get(network.outputName()));
  }

  @Test
  void rejectsFunctionsThatCallThemselves() throws IOException {
    NodeProto.Builder call =
        NodeProto.newBuilder().setOpType("f").setDomain("own").addInput("x").addOutput("y");
    TestGraph graph = new TestGraph(13, 2, 6, 6);
    graph.proto().addNode(call);
    FunctionProto.Builder function =
        FunctionProto.newBuilder().setName("f").setDomain("own").addInput("x").addOutput("y");
    for (int i = 0; i < 3; i++) {
      function.addNode(call.clone().clearOutput().addOutput("y" + i));
    }
    Path file = written(graph, function);
    String message =
        assertThrows(BadInputException.class, () -> OnnxReader.read(file)).getMessage();
    assertTrue(message.contains("call each other without end"), message);
  }

  private Path written(TestGraph graph, FunctionProto.Builder function) throws IOException {
    ModelProto model =
        graph.model().toBuilder()
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("own").setVersion(1))
            .addFunctions(function)
            .build();
    return Files.write(directory.resolve("functions.onnx"), model.toByteArray());
  }

  private float[] weights(TestGraph graph) {
    FloatNetwork network = OnnxReader.read(graph.write(directory));
    return ((FloatOp.Conv) network.nodes().get(0).op()).weights();
  }
}
