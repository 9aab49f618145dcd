package lutmac.onnx.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import lutmac.network.BadInputException;
import lutmac.onnx.model.TestGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxReaderRefusalsTest {
  private static final int LONG_CHAIN = 20_000;

  @TempDir Path directory;

  @Test
  void namesAllOffendingNodesAtOnce() {
    TestGraph graph =
        new TestGraph(13, 4, 6, 6)
            .weights("w3", 4, 4, 1, 1, 1)
            .weights("w", 4, 4, 1, 1)
            .node("Conv", "volume", "x w3", "a")
            .node("Sin", "gate", "x", "b")
            .node("Conv", "fine", "b w", "c")
            .node("Concat", "join", "x x", "d", "axis", 2L)
            .node("Resize", "grow", "x", "e")
            .node("Concat", "all", "a b c d e", "y", "axis", 1L);
    refuses(graph, "'volume' (Conv)", "'gate' (Sin)", "'join' (Concat)", "'grow' (Resize)");
    assertFalse(message(graph.write(directory)).contains("'fine'"));
    assertFalse(message(graph.write(directory)).contains("'all'"));
  }

  /** What could be computed from constants is judged, too, where it depends on the images. */
  @Test
  void namesOffendingNodesBehindOthers() {
    TestGraph graph =
        new TestGraph(13, 4, 6, 6)
            .integers("twice", 1, 1, 2, 2)
            .integers("first", 0)
            .node("Sin", "gate", "x", "a")
            .node("Shape", "shape", "a", "s")
            .node("Gather", "batch", "s first", "n")
            .node("Tile", "tile", "a twice", "b")
            .node("Sqrt", "root", "b", "c")
            .node("Relu", "fine", "c", "d")
            .node("Expand", "expand", "d n", "y");
    refuses(graph, "'gate' (Sin)", "'tile' (Tile)", "'root' (Sqrt)", "'expand' (Expand)");
    assertFalse(message(graph.write(directory)).contains("'fine'"));
    assertFalse(message(graph.write(directory)).contains("'batch'"));
  }

  @ParameterizedTest
  @CsvSource({
    "reflect, 0 0 4 0 0 0 0 0, repeats 4 rows of a map that has 4",
    "wrap,    0 0 0 5 0 0 0 0, repeats 5 columns of a map that has 4",
    "edge,    0 0 5 0 0 0 4 0, at most 8 are copied; pad with zeros",
    "edge,    0 1 0 0 0 0 0 0, only height and width",
    "reflect, 0 0 1 0 0 0 -1 0, takes pixels off",
    "mirror,  0 0 1 0 0 0 0 0, mode 'mirror' is not supported"
  })
  void rejectsPadsThatRepeatWhatIsNotThere(String mode, String pads, String reason) {
    long[] all = Arrays.stream(pads.split(" ")).mapToLong(Long::parseLong).toArray();
    refuses(
        new TestGraph(19, 3, 4, 4)
            .integers("pads", all)
            .node("Pad", "pad", "x pads", "p", "mode", mode)
            .node("Relu", "r", "p", "y"),
        "'pad' (Pad)",
        reason);
  }

  @Test
  void rejectsATruncatedFileWhereverItIsCut() throws IOException {
    TestGraph graph = new TestGraph(13, 2, 4, 4).weights("w", 3, 2, 3, 3);
    byte[] whole = graph.node("Conv", "c", "x w", "y").model().toByteArray();
    for (int length = 0; length < whole.length; length++) {
      Path file = Files.write(directory.resolve("cut.onnx"), Arrays.copyOf(whole, length));
      assertTrue(message(file).contains("cut.onnx: not "), "cut at " + length);
    }
  }

  @Test
  void rejectsWhatIsNoOnnxFile() throws IOException {
    Path text = Files.writeString(directory.resolve("notes.txt"), "this is not a network\n");
    assertTrue(message(text).contains("notes.txt: not an ONNX file"));
    assertTrue(message(directory.resolve("absent.onnx")).contains("no such file"));
    assertTrue(message(directory).contains("cannot be read"));
  }

  /** Twenty thousand nodes, without names, the last one first. */
  @Test
  @Timeout(20)
  void readsLongChainsOfNodesInAnyOrder() {
    TestGraph graph = new TestGraph(13, 1, 2, 2).weights("w", 2, 1, 1, 1);
    graph.node("Conv", "", "x w", "t0");
    for (int i = 0; i < LONG_CHAIN; i++) {
      graph.node("Relu", "", "t" + i, i + 1 == LONG_CHAIN ? "y" : "t" + (i + 1));
    }
    List<NodeProto> backwards = new ArrayList<>(graph.proto().getNodeList());
    Collections.reverse(backwards);
    graph.proto().clearNode().addAllNode(backwards);
    assertEquals("y", OnnxReader.read(graph.write(directory)).outputName());
  }

  /** What a file of a few bytes asks for is held against what can be computed. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AveragePool | kernel_shape | 30000,30000 | pads | 15000,15000,15000,15000 | taps",
        "MaxPool | kernel_shape | 3,3 | pads | 20000,20000,20000,20000 | elements",
        "MaxPool | kernel_shape | 1000,1000 | pads | 4000,4000,4000,4000 | compared",
        "SpaceToDepth | blocksize | 2 | mode | 2 | weights",
      })
  void refusesMoreThanCanBeComputed(
      String op, String name, String values, String other, String others, String part) {
    TestGraph graph =
        op.equals("SpaceToDepth")
            ? new TestGraph(13, 8192, 2, 2).node(op, "big", "x", "y", name, 2L)
            : new TestGraph(13, 1, 8, 8)
                .node(op, "big", "x", "y", name, longs(values), other, longs(others));
    refuses(graph, "'big' (%s)".formatted(op), part);
  }

  private static long[] longs(String text) {
    return Arrays.stream(text.split(",")).mapToLong(Long::parseLong).toArray();
  }

  /** Every node doubles what the one before it has made. */
  @Test
  @Timeout(20)
  void refusesConstantsThatDouble() {
    TestGraph graph = new TestGraph(13, 1, 2, 2).weights("c0", 2);
    for (int i = 0; i < 30; i++) {
      graph.node("Concat", "cat" + i, "c%d c%d".formatted(i, i), "c" + (i + 1), "axis", 0L);
    }
    graph.node("Add", "add", "x c30", "y");
    refuses(graph, "'cat2", "constants");
  }

  @Test
  void rejectsGraphWithCycle() {
    refuses(
        new TestGraph(13, 2, 4, 4)
            .node("Add", "one", "x b", "a")
            .node("Relu", "two", "a", "b")
            .node("Relu", "three", "b", "y"),
        "cycle",
        "'one' (Add)",
        "'two' (Relu)");
  }

  @Test
  void rejectsMissingInitializer() {
    refuses(new TestGraph(13, 2, 4, 4).node("Conv", "c", "x lost", "y"), "'c' (Conv)", "'lost'");
  }

  @Test
  void rejectsTensorThatIsMadeTwice() {
    refuses(
        new TestGraph(13, 2, 4, 4).node("Relu", "one", "x", "y").node("Relu", "two", "x", "y"),
        "'one' (Relu)",
        "'two' (Relu)",
        "'y'");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void rejectsWeightsThatAreNotNumbers(float bad) {
    refuses(
        new TestGraph(13, 1, 2, 2)
            .floats("w", new float[] {1, bad}, 2, 1, 1, 1)
            .node("Conv", "c", "x w", "y"),
        "'c' (Conv)",
        "'w'",
        String.valueOf(bad),
        "position 1");
  }

  @Test
  void rejectsNegativeVariance() {
    refuses(
        new TestGraph(13, 1, 2, 2)
            .floats("g", new float[] {1}, 1)
            .floats("v", new float[] {-1}, 1)
            .node("BatchNormalization", "n", "x g g g v", "y"),
        "'n' (BatchNormalization)",
        "variance");
  }

  @Test
  void rejectsSeveralInputsAndAnInputAsOutput() {
    TestGraph inputs = new TestGraph(13, 2, 4, 4).input("z", "N", 2L, 4L, 4L);
    refuses(inputs.node("Add", "a", "x z", "y"), "2 inputs", "'x', 'z'");
    TestGraph outputs = new TestGraph(13, 2, 4, 4).node("Relu", "r", "x", "y");
    outputs.proto().addOutput(outputs.proto().getOutput(0).toBuilder().setName("x"));
    refuses(outputs, "no node makes", "'x'");
  }

  @Test
  void rejectsOpenImageSizeByName() {
    TestGraph graph = new TestGraph(13, 2, 4, 4);
    graph.proto().clearInput();
    graph.input("x", "N", 2L, "height", "width").node("Relu", "r", "x", "y");
    refuses(graph, "'x'", "H ('height')", "W ('width')");
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 29})
  void rejectsOpsetsOutsideTheSupportedOnes(int opset) {
    refuses(new TestGraph(opset, 1, 2, 2).node("Relu", "r", "x", "y"), "opset " + opset, "7 to 28");
  }

  @Test
  void rejectsInitializerWhoseDataDoNotFillItsShape() {
    refuses(
        new TestGraph(13, 1, 2, 2)
            .floats("w", new float[] {1, 2, 3}, 2, 1, 1, 1)
            .node("Conv", "c", "x w", "y"),
        "'w'",
        "12 bytes",
        "8");
    refuses(
        new TestGraph(13, 1, 2, 2)
            .typedFloats("w", new float[] {1}, 2, 1, 1, 1)
            .node("Conv", "c", "x w", "y"),
        "'w'",
        "1 values");
  }

  @Test
  void rejectsAveragePoolOfManyUnlikeBorders() {
    refuses(
        new TestGraph(13, 1, 40, 40)
            .node(
                "AveragePool",
                "p",
                "x",
                "y",
                "kernel_shape",
                new long[] {15, 15},
                "pads",
                new long[] {7, 7, 7, 7}),
        "'p' (AveragePool)",
        "count_include_pad");
  }

  @Test
  void rejectsResizingThatMixesPixels() {
    for (String[] wrong :
        new String[][] {
          {"mode", "linear", "linear"},
          {"coordinate_transformation_mode", "align_corners", "align_corners"},
          {"nearest_mode", "ceil", "ceil"}
        }) {
      refuses(
          new TestGraph(13, 1, 4, 4)
              .typedFloats("scales", new float[] {1, 1, 3, 3}, 4)
              .node("Resize", "r", "x - scales", "y", wrong[0], wrong[1]),
          "'r' (Resize)",
          wrong[2]);
    }
    refuses(
        new TestGraph(13, 1, 4, 4)
            .typedFloats("scales", new float[] {1, 1, 1.5f, 2}, 4)
            .node("Resize", "r", "x - scales", "y"),
        "'r' (Resize)",
        "whole factors");
  }

  @Test
  void rejectsPadBeforeMaxPoolWhereZeroCouldWin() {
    refuses(
        new TestGraph(13, 1, 4, 4)
            .integers("pads", 0, 0, 1, 1, 0, 0, 1, 1)
            .node("Pad", "border", "x pads", "t")
            .node("MaxPool", "p", "t", "y", "kernel_shape", new long[] {2, 2}),
        "'p' (MaxPool)",
        "Pad");
  }

  @Test
  void rejectsMaxPoolWindowsThatSeeOnlyPadding() {
    refuses(
        new TestGraph(13, 1, 4, 4)
            .node(
                "MaxPool",
                "p",
                "x",
                "y",
                "kernel_shape",
                new long[] {2, 2},
                "pads",
                new long[] {2, 0, 0, 0}),
        "'p' (MaxPool)",
        "padding");
  }

  @Test
  void rejectsSoftmaxInTheMiddle() {
    refuses(
        new TestGraph(13, 4).node("Softmax", "s", "x", "t").node("Relu", "r", "t", "y"),
        "'s' (Softmax)",
        "last node");
  }

  @Test
  void rejectsClipThatHoldsNothing() {
    refuses(
        new TestGraph(13, 1, 2, 2)
            .floats("low", new float[] {-1})
            .floats("high", new float[] {-1})
            .node("Clip", "c", "x low high", "y"),
        "'c' (Clip)",
        "[-1.0, -1.0]");
  }

  @Test
  void rejectsConstantsThatDifferFromPixelToPixel() {
    refuses(
        new TestGraph(13, 2, 3, 3).weights("b", 1, 2, 3, 3).node("Add", "a", "x b", "y"),
        "'a' (Add)",
        "per channel");
  }

  @Test
  void rejectsKernelsThatDoNotFitTheMap() {
    refuses(
        new TestGraph(13, 2, 3, 3).weights("w", 4, 3, 1, 1).node("Conv", "c", "x w", "y"),
        "'c' (Conv)",
        "reads 3 channels but the map has 2");
    refuses(
        new TestGraph(13, 2, 3, 3).weights("w", 4, 2, 5, 5).node("Conv", "c", "x w", "y"),
        "'c' (Conv)",
        "does not fit");
    refuses(
        new TestGraph(13, 2, 3, 3)
            .weights("w", 17, 4)
            .node("Flatten", "f", "x", "t")
            .node("Gemm", "g", "t w", "y"),
        "'g' (Gemm)",
        "17");
  }

  @Test
  void rejectsGroupsThatDoNotDivideTheChannels() {
    refuses(
        new TestGraph(13, 4, 3, 3)
            .weights("w", 5, 2, 1, 1)
            .node("Conv", "c", "x w", "y", "group", 2L),
        "'c' (Conv)",
        "group=2 does not divide the 5 output channels");
    refuses(
        new TestGraph(13, 4, 3, 3)
            .weights("w", 6, 1, 1, 1)
            .node("Conv", "c", "x w", "y", "group", 3L),
        "'c' (Conv)",
        "reads 3 groups of 1 channels but the map has 4");
  }

  @Test
  void rejectsConcatenationsOfWhatDoesNotLieSideBySide() {
    refuses(
        new TestGraph(13, 2, 3, 3)
            .node("MaxPool", "p", "x", "t", "kernel_shape", new long[] {2, 2})
            .node("Concat", "c", "x t", "y", "axis", 1L),
        "'c' (Concat)",
        "[N, 2, 3, 3]",
        "[N, 2, 2, 2]",
        "pad or pool");
    refuses(
        new TestGraph(13, 2, 3, 3).node("Concat", "c", "x x", "y", "axis", 3L),
        "'c' (Concat)",
        "axis=3",
        "axis 1");
    refuses(
        new TestGraph(13, 2, 3, 3)
            .weights("k", 1, 2, 3, 3)
            .node("Concat", "c", "x k", "y", "axis", 1L),
        "'c' (Concat)",
        "constant 'k'");
    refuses(
        new TestGraph(13, 2, 3, 3)
            .node("Flatten", "f", "x", "t")
            .node("Concat", "c", "t x", "y", "axis", 1L),
        "'c' (Concat)",
        "[N, 18]",
        "[N, 2, 3, 3]");
  }

  private void refuses(TestGraph graph, String... parts) {
    String message = message(graph.write(directory));
    assertTrue(message.startsWith(directory.resolve("model.onnx").toString()), message);
    for (String part : parts) {
      assertTrue(message.contains(part), "'%s' in: %s".formatted(part, message));
    }
  }

  private static String message(Path file) {
    String message =
        assertThrows(BadInputException.class, () -> OnnxReader.read(file)).getMessage();
    assertFalse(message.contains("\n"), message);
    return message;
  }
}
