package lutmac.onnx.folding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxModel;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;
import lutmac.onnx.model.TestGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule gives what ONNX Runtime computes. */
class ConstantFoldingTest {
  private static final long FLOAT = 1;
  private static final long INT32 = 6;
  private static final long INT64 = 7;
  private static final long BOOL = 9;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Add",
        "Sub",
        "Mul",
        "Div",
        "Min",
        "Max",
        "Mod",
        "Equal",
        "Greater",
        "LessOrEqual"
      })
  void twoIntegers(String op) throws OrtException {
    check(
        new TestGraph(13, 1)
            .integers("a", 7, 8, 5, 4, 9, 2)
            .integers("two", 2, 3)
            .integers("b", 2, 5, 4)
            .node("Reshape", "r", "a two", "c")
            .node(op, "o", "c b", "t"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Less"})
  void twoReals(String op) throws OrtException {
    check(new TestGraph(13, 1).positive("a", 2, 3).positive("b", 2, 1).node(op, "o", "a b", "t"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Neg",
        "Abs",
        "Sign",
        "Floor",
        "Ceil",
        "Round",
        "Sqrt",
        "Reciprocal",
        "Exp",
        "Log",
        "Relu",
        "Sigmoid",
        "Tanh"
      })
  void oneReal(String op) throws OrtException {
    check(
        new TestGraph(13, 1)
            .floats("a", new float[] {0.25f, 2.5f, 1.75f, 3.5f}, 4)
            .node(op, "o", "a", "t"));
  }

  @Test
  void floatMathOnNegativeNumbers() throws OrtException {
    check(
        new TestGraph(13, 1)
            .floats("a", new float[] {-0.5f, -2.5f, -1.75f, 0f}, 4)
            .floats("lo", new float[] {-2})
            .node("Round", "o", "a", "t1")
            .node("Clip", "p", "t1 lo", "t"));
  }

  @ParameterizedTest
  @CsvSource({
    "'0', '2', '1', ''",
    "'-1', '-9223372036854775807', '0', '-1'",
    "'3,0', '0,9', '1,0', '-2,2'",
    "'-3', '-1', '-1', '2'",
    "'2', '2', '0', ''"
  })
  void slices(String starts, String ends, String axes, String steps) throws OrtException {
    TestGraph graph =
        new TestGraph(13, 1)
            .weights("a", 4, 5)
            .integers("s", longs(starts))
            .integers("e", longs(ends))
            .integers("x1", longs(axes));
    if (steps.isEmpty()) {
      check(graph.node("Slice", "o", "a s e x1", "t"));
    } else {
      check(graph.integers("p", longs(steps)).node("Slice", "o", "a s e x1 p", "t"));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, '1,-1'", "1, '2'", "-1, '0,0,3'"})
  void gathers(long axis, String indices) throws OrtException {
    check(
        new TestGraph(13, 1)
            .weights("a", 2, 3, 4)
            .integers("i", longs(indices))
            .node("Gather", "o", "a i", "t", "axis", axis));
  }

  @Test
  void paddingsAsPyTorchReversesThem() throws OrtException {
    check(
        new TestGraph(13, 1)
            .integers("given", 1, 2, 3, 4)
            .integers("four", 4)
            .integers("pairs", -1, 2)
            .integers("minus", -1)
            .integers("least", -9223372036854775807L)
            .integers("zero", 0)
            .node("ConstantOfShape", "zeros", "four", "z", "value", number(0))
            .node("Concat", "join", "given z", "all", "axis", 0L)
            .node("Reshape", "r", "all pairs", "p")
            .node("Slice", "s", "p minus least zero minus", "q")
            .node("Transpose", "turn", "q", "v")
            .node("Reshape", "flat", "v minus", "t"));
  }

  @Test
  void masksAsPyTorchExpandsWithThem() throws OrtException {
    check(
        new TestGraph(13, 1)
            .integers("shape", 2, -1, 4)
            .integers("three", 3)
            .integers("minus", -1)
            .weights("a", 2, 1, 1)
            .node("ConstantOfShape", "ones", "three", "o", "value", number(1))
            .node("Equal", "open", "shape minus", "m")
            .node("Where", "chosen", "m o shape", "s")
            .node("Expand", "e", "a s", "t"));
  }

  @Test
  void rangesTilesAndReductions() throws OrtException {
    check(
        new TestGraph(13, 1)
            .integers("from", 5)
            .integers("to", -4)
            .integers("step", -2)
            .integers("none", new long[] {})
            .integers("repeats", 2, 3)
            .integers("first", 0)
            .integers("rows", 1, 5)
            .node("Squeeze", "s1", "from", "f1")
            .node("Squeeze", "s2", "to", "f2")
            .node("Squeeze", "s3", "step", "f3")
            .node("Range", "r", "f1 f2 f3", "n")
            .node("Reshape", "two", "n rows", "m")
            .node("Tile", "tile", "m repeats", "l")
            .node("ReduceSum", "sum", "l first", "t", "keepdims", 0L));
    check(
        new TestGraph(13, 1)
            .weights("a", 2, 3, 4)
            .node("ReduceMean", "m", "a", "b", "axes", new long[] {0, 2})
            .node("ReduceMax", "x1", "a", "c", "axes", new long[] {-1}, "keepdims", 1L)
            .node("ReduceProd", "p", "a", "d")
            .node("Sum", "s", "b c d", "t"));
  }

  @Test
  void shapesOfConstantsAndTheirCasts() throws OrtException {
    check(
        new TestGraph(15, 1)
            .weights("a", 2, 3, 4)
            .integers("two", 2)
            .node("Shape", "s", "a", "n", "start", -2L)
            .node("Cast", "c", "n", "m", "to", INT32)
            .node("Cast", "d", "m", "l", "to", FLOAT)
            .floats("scale", new float[] {1.5f}, 1)
            .node("Mul", "p", "l scale", "k")
            .node("Floor", "f", "k", "j")
            .node("Cast", "e", "j", "t1", "to", INT64)
            .node("Cast", "g", "t1", "h", "to", BOOL)
            .node("Size", "size", "a", "i")
            .node("Cast", "q", "h", "o", "to", INT64)
            .node("Mul", "r", "o i", "u")
            .node("Add", "v", "u t1", "t"));
  }

  @Test
  void productOfMatricesFlattenedAndUnsqueezed() throws OrtException {
    check(
        new TestGraph(13, 1)
            .weights("a", 2, 3, 2)
            .weights("b", 6, 4)
            .integers("axes", 0, -1)
            .node("Flatten", "f", "a", "m")
            .node("MatMul", "p", "m b", "q")
            .node("Unsqueeze", "u", "q axes", "t"));
  }

  @ParameterizedTest
  @CsvSource({"13, '2,3'", "18, ''"})
  void splits(int opset, String sizes) throws OrtException {
    TestGraph graph = new TestGraph(opset, 1).weights("a", 2, 5);
    if (!sizes.isEmpty()) {
      graph.integers("sizes", longs(sizes));
    }
    graph.node("Split", "o", sizes.isEmpty() ? "a" : "a sizes", "p", "axis", 1L);
    NodeProto.Builder made = graph.proto().getNodeBuilder(graph.proto().getNodeCount() - 1);
    made.addOutput("q");
    if (opset == 18) {
      made.addAttribute(
          AttributeProto.newBuilder()
              .setName("num_outputs")
              .setType(AttributeProto.AttributeType.INT)
              .setI(2));
    }
    check(graph.node("Concat", "c", "q p", "t", "axis", 1L));
  }

  @Test
  void batchSizePassesThroughWhatMovesItAndStopsWhatComputesWithIt() {
    long batch = Constant.Integers.BATCH;
    Constant shape = integers(batch, 3, 4);
    Constant one = integers(1);
    assertArrayEquals(
        new long[] {batch, 1, 1}, values(node("Mul"), integers(batch, 1, 1), integers(1)));
    assertArrayEquals(new long[] {0, 0, 0}, values(node("Equal"), shape, integers(-1)));
    assertArrayEquals(new long[] {batch, 3, 4, 1}, values(node("Concat", "axis", 0L), shape, one));
    assertTrue(refusal(node("Add"), shape, one).contains("batch size"));
    assertTrue(refusal(node("Equal"), shape, integers(1)).contains("batch size"));
  }

  @Test
  void refusesWhatASmallFileMustNotAskFor() {
    assertTrue(
        refusal(node("ConstantOfShape"), integers(1 << 20, 1 << 20)).contains("constant of shape"));
    assertTrue(refusal(node("Div"), integers(1), integers(0)).contains("divides by 0"));
    assertTrue(refusal(node("Mul"), integers(1L << 62), integers(4)).contains("overflow"));
    assertTrue(refusal(node("Add"), integers(1, 2), integers(1, 2, 3)).contains("fit together"));
  }

  private OnnxNode node(String op, Object... attributes) {
    TestGraph graph = new TestGraph(13, 1).node(op, "n", "x", "y", attributes);
    return OnnxModel.read(graph.write(directory), Set.of(TensorProto.DataType.FLOAT), empty())
        .nodes()
        .get(0);
  }

  private static Optional<List<Integer>> empty() {
    return Optional.empty();
  }

  private static Constant integers(long... values) {
    return new Constant.Integers("n", new long[] {values.length}, values);
  }

  private static long[] values(OnnxNode node, Constant... inputs) {
    return ConstantFolding.outputs(node, List.of(inputs), 13)
        .get(0)
        .fold(reals -> new long[0], Constant.Integers::values);
  }

  private static String refusal(OnnxNode node, Constant... inputs) {
    return assertThrows(Refusal.class, () -> ConstantFolding.outputs(node, List.of(inputs), 13))
        .getMessage();
  }

  private static TensorProto number(long value) {
    return TensorProto.newBuilder()
        .setDataType(TensorProto.DataType.INT64_VALUE)
        .addDims(1)
        .addInt64Data(value)
        .build();
  }

  private static long[] longs(String text) {
    return Arrays.stream(text.split(",")).mapToLong(Long::parseLong).toArray();
  }

  /** The chain that ends in {@code t}, held to ONNX Runtime as real numbers. */
  private void check(TestGraph graph) throws OrtException {
    graph.node("Cast", "toReal", "t", "y", "to", FLOAT);
    float[] expected = graph.onnxRuntime(new float[1], 1);
    Map<String, Constant> known = new HashMap<>();
    graph
        .proto()
        .getInitializerList()
        .forEach(t -> known.put(t.getName(), Constant.of(t, t.getName())));
    OnnxModel model =
        OnnxModel.read(graph.write(directory), Set.of(TensorProto.DataType.FLOAT), empty());
    for (OnnxNode node : model.nodes()) {
      assertTrue(ConstantFolding.knows(node.op()), node.label());
      List<Constant> inputs = node.proto().getInputList().stream().map(known::get).toList();
      List<Constant> outputs = ConstantFolding.outputs(node, inputs, model.opset());
      for (int i = 0; i < outputs.size(); i++) {
        known.put(node.proto().getOutput(i), outputs.get(i));
      }
    }
    float[] actual = known.get("y").fold(Constant.Floats::values, integers -> new float[0]);
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < actual.length; i++) {
      assertEquals(expected[i], actual[i], 1e-6f * Math.abs(expected[i]), "value " + i);
    }
  }
}
