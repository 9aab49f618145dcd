package lutmac.onnx.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.List;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.onnx.model.TestGraph;
import lutmac.runtime.exec.FloatExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rewrite of the reader computes what ONNX Runtime computes on the original graph. */
class OnnxReaderRewritesTest {
  private static final int IMAGES = 3;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "NOTSET, 1, 2, 0 1 2 1, 1 1",
    "NOTSET, 2, 1, 2 0 0 1, 2 1",
    "NOTSET, 3, 2, 1 1 1 1, 1 2",
    "VALID, 2, 2, '', 1 1",
    "SAME_UPPER, 2, 3, '', 1 1",
    "SAME_LOWER, 2, 3, '', 1 1",
    "SAME_UPPER, 1, 1, '', 1 1",
    "SAME_LOWER, 1, 1, '', 1 1"
  })
  void convolution(String autoPad, long sy, long sx, String pads, String dilations)
      throws OrtException {
    TestGraph graph = new TestGraph(13, 3, 10, 11).weights("w", 5, 3, 3, 2).weights("b", 5);
    if (pads.isEmpty()) {
      graph.node("Conv", "c", "x w b", "y", "auto_pad", autoPad, "strides", new long[] {sy, sx});
    } else {
      graph.node(
          "Conv",
          "c",
          "x w b",
          "y",
          "pads",
          longs(pads),
          "strides",
          new long[] {sy, sx},
          "dilations",
          longs(dilations),
          "kernel_shape",
          new long[] {3, 2});
    }
    assertEquals(List.of("Conv"), operators(check(graph)));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 2 2, 2 2, 0 0 0 0, 0 0, 1 1",
    "1, 3 3, 2 2, 1 1 1 1, 1 1, 1 1",
    "1, 4 4, 2 2, 1 1 1 1, 0 0, 1 1",
    "2, 3 2, 3 2, 1 0 0 1, 2 1, 1 1",
    "4, 3 3, 2 1, 2 1 1 0, 1 0, 2 1",
    "1, 1 1, 3 2, 0 0 0 0, 1 1, 1 1",
    "1, 3 3, 1 1, 1 1 1 1, 0 0, 1 1",
    "2, 2 2, 2 3, 2 1 1 2, 0 0, 1 1"
  })
  void transposedConvolution(
      int groups, String kernel, String strides, String pads, String longer, String dilations)
      throws OrtException {
    long[] k = longs(kernel);
    TestGraph graph =
        new TestGraph(13, 4, 5, 6)
            .weights("w", 4, 3, k[0], k[1])
            .weights("b", 3L * groups)
            .node(
                "ConvTranspose",
                "t",
                "x w b",
                "y",
                "strides",
                longs(strides),
                "pads",
                longs(pads),
                "output_padding",
                longs(longer),
                "dilations",
                longs(dilations),
                "group",
                (long) groups);
    assertEquals(List.of("Conv"), operators(check(graph)));
  }

  @ParameterizedTest
  @CsvSource({"SAME_UPPER, ''", "SAME_LOWER, ''", "VALID, ''", "NOTSET, 10 12", "NOTSET, 12 14"})
  void transposedConvolutionOfAWantedSize(String auto, String size) throws OrtException {
    TestGraph graph = new TestGraph(13, 2, 5, 6).weights("w", 2, 3, 3, 3);
    if (size.isEmpty()) {
      graph.node("ConvTranspose", "t", "x w", "y", "strides", new long[] {2, 2}, "auto_pad", auto);
    } else {
      graph.node(
          "ConvTranspose",
          "t",
          "x w",
          "y",
          "strides",
          new long[] {2, 2},
          "output_shape",
          longs(size));
    }
    check(graph);
  }

  @ParameterizedTest
  @CsvSource({"12, 2, DCR", "12, 2, CRD", "9, 3, DCR", "18, 3, CRD"})
  void depthToSpaceCopiesChannelsIntoBlocks(int channels, long block, String mode)
      throws OrtException {
    TestGraph graph =
        new TestGraph(13, channels, 3, 4)
            .node("DepthToSpace", "d", "x", "y", "blocksize", block, "mode", mode);
    FloatNetwork network = check(graph);
    assertTrue(network.nodes().get(0).op().conv().orElseThrow().copies());
  }

  @Test
  void spaceToDepthCopiesBlocksIntoChannels() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 3, 6, 4).node("SpaceToDepth", "s", "x", "y", "blocksize", 2L);
    FloatNetwork network = check(graph);
    assertTrue(network.nodes().get(0).op().conv().orElseThrow().copies());
  }

  @Test
  void transposedConvolutionOfASignalWithBatchNormalization() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 7)
            .weights("w", 2, 3, 4)
            .node("ConvTranspose", "t", "x w", "a", "strides", new long[] {2})
            .weights("scale", 3)
            .weights("shift", 3)
            .weights("mean", 3)
            .positive("variance", 3)
            .node("BatchNormalization", "n", "a scale shift mean variance", "y");
    assertEquals(List.of("Conv"), operators(check(graph)));
  }

  @ParameterizedTest
  @CsvSource({
    "2, 6, 4, 1 1, 0 0 0 0, 1 1",
    "3, 6, 6, 2 1, 1 0 1 2, 1 1",
    "2, 2, 6, 1 2, 2 1 0 3, 2 1",
    "6, 6, 6, 1 1, 1 1 1 1, 1 1",
    "6, 6, 12, 2 3, 0 4 1 0, 1 2",
    "6, 6, 6, 1 1, 0 9 0 9, 1 1"
  })
  void convolutionInGroups(
      long group, int in, int out, String strides, String pads, String dilations)
      throws OrtException {
    TestGraph graph =
        new TestGraph(13, in, 9, 8).weights("w", out, in / group, 3, 2).weights("b", out);
    normalization(graph, "n", out)
        .node(
            "Conv",
            "c",
            "x w b",
            "t",
            "group",
            group,
            "strides",
            longs(strides),
            "pads",
            longs(pads),
            "dilations",
            longs(dilations))
        .node("BatchNormalization", "n", "t n.g n.b n.m n.v", "y");
    FloatNetwork network = check(graph);
    assertEquals(List.of("Conv"), operators(network));
    assertEquals(group, groups(network, 0));
  }

  @Test
  void severalOutputsOfWhichOneIsReadToo() throws OrtException {
    TestGraph graph = new TestGraph(13, 2, 5, 4).weights("w", 3, 2, 3, 3).weights("v", 4, 3, 1, 1);
    normalization(graph, "n", 3)
        .output("t")
        .output("r")
        .node("Conv", "c", "x w", "t", "auto_pad", "SAME_UPPER")
        .node("BatchNormalization", "n", "t n.g n.b n.m n.v", "u")
        .node("Relu", "relu", "u", "r")
        .node("Conv", "d", "r v", "y");
    FloatNetwork network = check(graph);
    assertEquals(List.of("y", "t", "r"), network.outputNames());
  }

  @Test
  void softmaxOfEveryOutputIsLeftOut() {
    TestGraph graph =
        new TestGraph(13, 2, 1, 1)
            .weights("w", 3, 2, 1, 1)
            .weights("v", 4, 2, 1, 1)
            .output("p")
            .output("q")
            .node("Conv", "c", "x w", "y")
            .node("Softmax", "s", "y", "p", "axis", 1L)
            .node("Conv", "d", "x v", "z")
            .node("Softmax", "t", "z", "q", "axis", 1L);
    OnnxReader.Imported imported = OnnxReader.readWithNotes(graph.write(directory));
    assertEquals(List.of("y", "z"), imported.network().outputNames());
    assertTrue(imported.notes().stream().anyMatch(note -> note.contains("'p' has the values of")));
  }

  @Test
  void concatenationJoinsChannels() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 5, 4)
            .weights("w", 3, 2, 3, 3)
            .node("Conv", "c", "x w", "t", "auto_pad", "SAME_UPPER")
            .node("Concat", "j", "x t x", "u", "axis", 1L)
            .node("Concat", "k", "u t", "y", "axis", -3L);
    FloatNetwork network = check(graph);
    assertEquals(List.of("Conv", "Concat", "Concat"), operators(network));
    assertEquals(new Shape(10, 5, 4), network.shapes().get(network.outputName()));
  }

  @Test
  void concatenationOfFlattenedMapsIsOneOfChannels() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 3, 4)
            .weights("w", 48, 5)
            .node("Relu", "r", "x", "t")
            .node("Flatten", "f", "x", "u")
            .node("Flatten", "g", "t", "v")
            .node("Concat", "j", "u v", "z", "axis", -1L)
            .node("MatMul", "l", "z w", "y");
    assertEquals(List.of("Relu", "Concat", "Conv"), operators(check(graph)));
  }

  @Test
  void concatenationOfAPaddedMapMakesThePaddingReal() throws OrtException {
    TestGraph graph = new TestGraph(13, 2, 3, 4).weights("w", 3, 2, 1, 1);
    pad(graph, 13, "x", "t", 0, 0, 1, 0, 0, 0, 1, 2)
        .node("Conv", "c", "x w", "u", "pads", new long[] {1, 1, 1, 1})
        .node("Concat", "j", "u t", "y", "axis", 1L);
    assertEquals(List.of("Conv", "Conv", "Concat"), operators(check(graph)));
  }

  @Test
  void concatenationOfOneMapIsThatMap() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 3, 4)
            .node("Concat", "j", "x", "t", "axis", 1L)
            .node("Relu", "r", "t", "y");
    assertEquals(List.of("Relu"), operators(check(graph)));
  }

  @Test
  void paddingOfConcatenatedRelusFoldsIntoTheMaxPool() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 6, 6)
            .node("Relu", "r", "x", "t")
            .node("Concat", "j", "t t", "u", "axis", 1L);
    pad(graph, 13, "u", "v", 0, 0, 1, 1, 0, 0, 1, 1)
        .node("MaxPool", "p", "v", "y", "kernel_shape", new long[] {3, 3});
    assertEquals(List.of("Relu", "Concat", "MaxPool"), operators(check(graph)));
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 13, 15, 21})
  void batchNormalizationFoldsIntoItsConvolution(int opset) throws OrtException {
    TestGraph graph = new TestGraph(opset, 3, 6, 6).weights("w", 4, 3, 3, 3).weights("b", 4);
    normalization(graph, "n", 4)
        .node("Conv", "c", "x w b", "t")
        .node("BatchNormalization", "n", "t n.g n.b n.m n.v", "u", "epsilon", 1e-3f)
        .node("Relu", "r", "u", "y");
    assertEquals(List.of("Conv", "Relu"), operators(check(graph)));
  }

  @Test
  void batchNormalizationWithoutAConvolutionBecomesADepthwiseOne() throws OrtException {
    TestGraph graph = new TestGraph(13, 3, 4, 5).weights("w", 3, 3, 1, 1);
    normalization(graph, "n", 3);
    normalization(graph, "m", 3)
        .node("BatchNormalization", "n", "x n.g n.b n.m n.v", "t")
        .node("Conv", "c", "t w", "u")
        .node("BatchNormalization", "m", "u m.g m.b m.m m.v", "v")
        .node("Add", "a", "u v", "y");
    // The convolution's own output is read too, so the second one cannot fold either.
    FloatNetwork network = check(graph);
    assertEquals(List.of("Conv", "Conv", "Conv", "Add"), operators(network));
    assertEquals(3, groups(network, 0));
    assertEquals(1, groups(network, 1));
    assertEquals(3, groups(network, 2));
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 10, 11, 13, 21})
  void clipIsReluOrRelu6(int opset) throws OrtException {
    TestGraph graph = new TestGraph(opset, 2, 3, 3);
    if (opset < 11) {
      graph
          .node("Clip", "six", "x", "t", "min", 0f, "max", 1.5f)
          .node("Clip", "open", "t", "y", "min", 0f, "max", Float.MAX_VALUE);
    } else {
      graph
          .floats("zero", new float[] {0})
          .floats("top", new float[] {1.5f})
          .node("Clip", "six", "x zero top", "t")
          .node("Clip", "open", "t zero", "y");
    }
    // The second one changes nothing.
    FloatNetwork network = check(graph);
    assertEquals(List.of("Relu"), operators(network));
    assertEquals(new FloatOp.Relu(1.5f), network.nodes().get(0).op());
  }

  @ParameterizedTest
  @CsvSource({"0, 7 9", "1, 7 9", "1, 8 8", "1, 10 7"})
  void maxPoolWithPaddingDilationAndCeilMode(long ceil, String size) throws OrtException {
    long[] extents = longs(size);
    TestGraph graph =
        new TestGraph(13, 2, (int) extents[0], (int) extents[1])
            .node(
                "MaxPool",
                "p",
                "x",
                "y",
                "kernel_shape",
                new long[] {3, 2},
                "strides",
                new long[] {2, 3},
                "pads",
                new long[] {1, 0, 1, 1},
                "ceil_mode",
                ceil);
    assertEquals(List.of("MaxPool"), operators(check(graph)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SAME_UPPER", "SAME_LOWER", "VALID"})
  void maxPoolWithAutomaticPadding(String autoPad) throws OrtException {
    check(
        new TestGraph(13, 2, 8, 7)
            .node(
                "MaxPool",
                "p",
                "x",
                "y",
                "kernel_shape",
                new long[] {3, 3},
                "strides",
                new long[] {2, 2},
                "auto_pad",
                autoPad));
  }

  @Test
  void averagePoolOverTheWholeMapIsGlobal() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 3, 4, 5)
            .node("AveragePool", "p", "x", "y", "kernel_shape", new long[] {4, 5});
    assertEquals(List.of("GlobalAveragePool"), operators(check(graph)));
  }

  @Test
  void averagePoolOverAWindowIsAConvolution() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 3, 7, 8)
            .node(
                "AveragePool",
                "p",
                "x",
                "y",
                "kernel_shape",
                new long[] {3, 2},
                "strides",
                new long[] {2, 2},
                "pads",
                new long[] {1, 0, 1, 1},
                "count_include_pad",
                1L);
    assertEquals(List.of("Conv"), operators(check(graph)));
  }

  @ParameterizedTest
  @CsvSource({"13, 1, 2 3", "13, 0, -1 -2", "18, 1, 3 2", "18, 0, 2 3"})
  void meanOverPixelsIsAGlobalAveragePool(int opset, long keep, String axes) throws OrtException {
    TestGraph graph = new TestGraph(opset, 3, 4, 5).weights("w", 3, 4);
    if (opset < 18) {
      graph.node("ReduceMean", "m", "x", "t", "axes", longs(axes), "keepdims", keep);
    } else {
      graph.integers("axes", longs(axes)).node("ReduceMean", "m", "x axes", "t", "keepdims", keep);
    }
    if (keep == 1) {
      graph.node("Flatten", "f", "t", "u");
    } else {
      graph.node("Identity", "f", "t", "u");
    }
    graph.node("MatMul", "l", "u w", "y");
    assertEquals(List.of("GlobalAveragePool", "Conv"), operators(check(graph)));
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "1, 1, 1", "1, 0.5, 2", "0, 2, 0"})
  void gemmOnAFlattenedMapCoversTheMap(long transposed, float alpha, float beta)
      throws OrtException {
    TestGraph graph = new TestGraph(13, 2, 3, 4).weights("c", 1, 5);
    graph.weights("w", transposed == 1 ? 5 : 24, transposed == 1 ? 24 : 5);
    graph
        .node("Flatten", "f", "x", "t")
        .node("Gemm", "g", "t w c", "y", "transB", transposed, "alpha", alpha, "beta", beta);
    assertEquals(List.of("Conv"), operators(check(graph)));
  }

  @Test
  void gemmOnAVectorInputIsAOneByOneConvolution() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 6)
            .weights("w", 6, 4)
            .weights("v", 4, 3)
            .weights("b", 4)
            .node("MatMul", "l", "x w", "t")
            .node("Add", "a", "b t", "u")
            .node("Relu", "r", "u", "v1")
            .node("Gemm", "g", "v1 v", "y");
    assertEquals(List.of("Conv", "Relu", "Conv"), operators(check(graph)));
  }

  @Test
  void addedConstantsFoldIntoTheConvolutionBefore() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 4, 4)
            .weights("w", 3, 2, 1, 1)
            .weights("b", 1, 3, 1, 1)
            .weights("s")
            .node("Conv", "c", "x w", "t")
            .node("Add", "a", "t b", "u")
            .node("Add", "d", "s u", "y");
    assertEquals(List.of("Conv"), operators(check(graph)));
  }

  @Test
  void residualAddKeepsBothMaps() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 3, 4, 4)
            .weights("w", 3, 3, 3, 3)
            .node("Conv", "c", "x w", "t", "pads", new long[] {1, 1, 1, 1})
            .node("Add", "a", "t x", "u")
            .node("Add", "b", "u u", "y");
    assertEquals(List.of("Conv", "Add", "Add"), operators(check(graph)));
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 11, 13})
  void paddingFoldsIntoTheConvolutionAndItsOwnPadding(int opset) throws OrtException {
    TestGraph graph = new TestGraph(opset, 2, 6, 5).weights("w", 3, 2, 3, 3);
    pad(graph, opset, "x", "t", 0, 0, 1, 2, 0, 0, 0, 1)
        .node("Conv", "c", "t w", "y", "auto_pad", "SAME_UPPER", "strides", new long[] {2, 2});
    assertEquals(List.of("Conv"), operators(check(graph)));
  }

  @Test
  void paddingAfterReluFoldsIntoTheMaxPool() throws OrtException {
    TestGraph graph = new TestGraph(13, 2, 6, 6).node("Relu", "r", "x", "t");
    pad(graph, 13, "t", "u", 0, 0, 0, 0, 0, 0, 1, 1)
        .node(
            "MaxPool",
            "p",
            "u",
            "y",
            "kernel_shape",
            new long[] {3, 3},
            "strides",
            new long[] {2, 2});
    assertEquals(List.of("Relu", "MaxPool"), operators(check(graph)));
  }

  @Test
  void paddingFoldsIntoTheAveragePoolAndPassesThroughRelu() throws OrtException {
    TestGraph graph = new TestGraph(13, 2, 6, 6);
    pad(graph, 13, "x", "t", 0, 0, 1, 0, 0, 0, 1, 2)
        .node("Relu", "r", "t", "u")
        .node("AveragePool", "p", "u", "y", "kernel_shape", new long[] {2, 2});
    FloatNetwork network = check(graph);
    assertEquals(List.of("Relu", "Conv"), operators(network));
    assertEquals(2, groups(network, 1));
  }

  @Test
  void paddingBeforeAnythingElseBecomesAPaddedIdentity() throws OrtException {
    TestGraph graph = new TestGraph(13, 2, 3, 3);
    pad(graph, 13, "x", "t", 0, 0, 1, 0, 0, 0, 1, 2).node("Add", "a", "t t", "y");
    assertEquals(List.of("Conv", "Add"), operators(check(graph)));
    TestGraph last = new TestGraph(13, 2, 3, 3).node("Relu", "r", "x", "t");
    assertEquals(
        List.of("Relu", "Conv"), operators(check(pad(last, 13, "t", "y", 0, 0, 1, 0, 0, 0, 1, 2))));
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 13})
  void shapeOperatorsMoveNoData(int opset) throws OrtException {
    TestGraph graph =
        new TestGraph(opset, 4, 2, 3)
            .weights("w", 4, 5)
            .weights("v", 24, 4)
            .integers("flat", -1, 24)
            .integers("square", 0, 4, 1, 1);
    graph.node("Reshape", "flatten", "x flat", "a").node("MatMul", "l1", "a v", "b");
    graph.node("Reshape", "unflatten", "b square", "c");
    if (opset < 13) {
      graph.node("Squeeze", "squeeze", "c", "d", "axes", new long[] {2, 3});
      graph.node("Unsqueeze", "unsqueeze", "d", "e", "axes", new long[] {2, -1});
    } else {
      graph.integers("axes", -2, -1).node("Squeeze", "squeeze", "c axes", "d");
      graph.integers("more", 3, 2).node("Unsqueeze", "unsqueeze", "d more", "e");
    }
    graph
        .node("Transpose", "last", "e", "f", "perm", new long[] {0, 2, 3, 1})
        .node("Flatten", "again", "f", "g")
        .node("Dropout", "drop", "g", "h")
        .node("Cast", "cast", "h", "i", "to", 1L)
        .node("MatMul", "l2", "i w", "y");
    assertEquals(List.of("Conv", "Conv"), operators(check(graph)));
  }

  @Test
  void flatteningByComputedShapeIsFlattening() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 3, 4)
            .weights("w", 24, 5)
            .integers("zero", 0)
            .node("Shape", "shape", "x", "s")
            .node("Gather", "batch", "s zero", "n", "axis", 0L)
            .node("Constant", "rest", "", "r", "value_ints", new long[] {-1})
            .node("Concat", "join", "n r", "t", "axis", 0L)
            .node("Reshape", "flatten", "x t", "u")
            .node("MatMul", "l", "u w", "y");
    assertEquals(List.of("Conv"), operators(check(graph)));
  }

  @Test
  void constantsFlowThroughIdentityReshapeAndTranspose() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 5, 5)
            .weights("w", 2, 3, 6)
            .integers("shape", 2, 3, 2, 3)
            .node("Constant", "bias", "", "b", "value", TestGraph.tensor("", bias(), 3))
            .node("Reshape", "r", "w shape", "w1")
            .node("Transpose", "t", "w1", "w2", "perm", new long[] {1, 0, 3, 2})
            .node("Identity", "i", "w2", "w3")
            .node("Conv", "c", "x w3 b", "y");
    assertEquals(List.of("Conv"), operators(check(graph)));
  }

  @Test
  void finalSoftmaxIsLeftOutWithANote() {
    TestGraph graph =
        new TestGraph(13, 4)
            .typedFloats("w", new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2)
            .node("MatMul", "l", "x w", "t")
            .node("Softmax", "s", "t", "y");
    OnnxReader.Imported imported = OnnxReader.readWithNotes(graph.write(directory));
    assertEquals(List.of("Conv"), operators(imported.network()));
    assertEquals(1, imported.notes().size());
    assertTrue(imported.notes().get(0).contains("'s' (Softmax)"), imported.notes().get(0));
  }

  @ParameterizedTest
  @CsvSource({
    "Mul, t k, 3 1 1, Conv",
    "Mul, k t, 1, Conv",
    "Div, t k, 1 3 1 1, Conv",
    "Sub, t k, 3 1 1, Conv",
    "Sub, k t, 1 3 1 1, Conv",
    "Add, k t, 1 1 1 1, Conv"
  })
  void constantsPerChannelFoldIntoTheConvolutionBefore(
      String op, String inputs, String dims, String left) throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 5, 4)
            .weights("w", 3, 2, 3, 3)
            .weights("b", 3)
            .positive("k", longs(dims))
            .node("Conv", "c", "x w b", "t", "pads", new long[] {1, 1, 1, 1})
            .node(op, "n", inputs, "y");
    assertEquals(List.of(left), operators(check(graph)));
  }

  @Test
  void normalizationOfTheInputIsOneDepthwiseConvolution() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 3, 5, 4)
            .floats("all", new float[] {255})
            .positive("mean", 1, 3, 1, 1)
            .positive("std", 3, 1, 1)
            .weights("w", 2, 3, 3, 3)
            .node("Div", "d", "x all", "t")
            .node("Sub", "s", "t mean", "u")
            .node("Div", "e", "u std", "v")
            .node("Conv", "c", "v w", "y", "pads", new long[] {1, 1, 1, 1});
    FloatNetwork network = check(graph);
    assertEquals(List.of("Conv", "Conv"), operators(network));
    assertEquals(3, groups(network, 0));
  }

  @Test
  void scalesBehindAReluFoldIntoAllConvolutionsThatReadThem() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 4, 6, 5)
            .weights("k", 4, 1, 1)
            .weights("s", 4, 1, 1)
            .weights("w", 4, 2, 3, 3)
            .weights("v", 4, 4, 1, 1)
            .node("Relu", "r", "x", "t")
            .node("Mul", "m", "t k", "u")
            .node("Conv", "c", "u w", "a", "pads", new long[] {1, 1, 1, 1}, "group", 2L)
            .node("Conv", "d", "u v", "b")
            .node("Add", "e", "a b", "f")
            .node("Relu", "q", "f", "g")
            .node("Sub", "n", "g s", "h")
            .node("Conv", "i", "h v", "y");
    assertEquals(List.of("Relu", "Conv", "Conv", "Add", "Relu", "Conv"), operators(check(graph)));
  }

  @Test
  void aShiftInFrontOfPaddingIsNoBias() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 4, 6, 5)
            .weights("s", 4, 1, 1)
            .weights("w", 4, 4, 3, 3)
            .node("Relu", "r", "x", "t")
            .node("Add", "n", "t s", "u")
            .node("Conv", "c", "u w", "y", "pads", new long[] {1, 0, 1, 1});
    assertEquals(List.of("Relu", "Conv", "Conv"), operators(check(graph)));
  }

  @Test
  void mapsAreSubtractedAndSummed() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 3, 5, 4)
            .weights("w", 3, 3, 1, 1)
            .weights("k", 3, 1, 1)
            .node("Conv", "c", "x w", "t")
            .node("Sub", "s", "x t", "u")
            .node("Sum", "m", "k u x t", "v")
            .node("Neg", "n", "v", "y");
    check(graph);
  }

  @ParameterizedTest
  @CsvSource({
    "Relu, Min six",
    "Max zero, Min six",
    "Min six, Relu",
    "Min six, Max zero",
    "Clip, Min six"
  })
  void reluSixIsWrittenWithMinAndMax(String first, String second) throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 5, 4)
            .floats("zero", new float[] {0})
            .typedFloats("six", new float[] {0.75f}, 1, 1, 1, 1);
    clamp(graph, first, "x", "t");
    clamp(graph, second, "t", "y");
    FloatNetwork network = check(graph);
    assertEquals(List.of("Relu"), operators(network));
    assertEquals(new FloatOp.Relu(0.75f), network.nodes().get(0).op());
  }

  private static void clamp(TestGraph graph, String spelling, String from, String to) {
    String[] words = spelling.split(" ");
    String inputs =
        words[0].equals("Clip") ? from + " zero" : words.length == 1 ? from : words[1] + " " + from;
    graph.node(words[0], "clamp." + to, inputs, to);
  }

  @Test
  void globalMaxPoolIsOneWindow() throws OrtException {
    TestGraph graph = new TestGraph(13, 2, 5, 4).node("GlobalMaxPool", "p", "x", "y");
    assertEquals(List.of("MaxPool"), operators(check(graph)));
  }

  @ParameterizedTest
  @CsvSource({
    "ReduceSum, 2 3, 0", "ReduceSum, 3, 1", "ReduceMean, -2, 1", "ReduceMean, 1, 1",
    "ReduceMean, 1 2 3, 1", "ReduceMax, 2 3, 1", "ReduceMax, -1, 1", "ReduceSum, 1 -1, 1"
  })
  void reductionsOverPixelsAndChannels(String op, String axes, long keep) throws OrtException {
    TestGraph graph = new TestGraph(13, 3, 5, 4);
    if (op.equals("ReduceSum")) {
      graph.integers("axes", longs(axes)).node(op, "r", "x axes", "y", "keepdims", keep);
    } else {
      graph.node(op, "r", "x", "y", "axes", longs(axes), "keepdims", keep);
    }
    check(graph);
  }

  @Test
  void meanOverFlattenedPixelsIsAGlobalAveragePool() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 3, 5, 4)
            .integers("dims", 0, 3, -1)
            .node("Reshape", "f", "x dims", "t")
            .node("ReduceMean", "m", "t", "y", "axes", new long[] {-1}, "keepdims", 0L);
    assertEquals(List.of("GlobalAveragePool"), operators(check(graph)));
  }

  /** Convolutions: the mean, and two for every row or column with fewer pixels. */
  @ParameterizedTest
  @CsvSource({
    "7 6, 3 3, 1 1, 1 1 1 1, 0, 0, 9",
    "7 6, 3 3, 2 2, 1 1 1 1, 0, 0, 7",
    "8 6, 3 3, 2 2, 1 1 1 1, 0, 0, 5",
    "7 5, 2 2, 2 2, 0 0 0 0, 1, 0, 5",
    "7 5, 2 2, 2 2, 0 0 0 0, 1, 1, 5",
    "7 6, 2 2, 2 2, 1 0 0 0, 1, 0, 3",
    "7 6, 5 3, 1 1, 2 1 2 1, 0, 0, 13",
    "7 6, 5 3, 1 1, 2 1 2 1, 0, 1, 1"
  })
  void averagePoolsThatCountFewerPixelsAtTheBorder(
      String size, String kernel, String strides, String pads, long ceil, long include, int convs)
      throws OrtException {
    long[] extents = longs(size);
    TestGraph graph =
        new TestGraph(13, 3, (int) extents[0], (int) extents[1])
            .node(
                "AveragePool",
                "p",
                "x",
                "y",
                "kernel_shape",
                longs(kernel),
                "strides",
                longs(strides),
                "pads",
                longs(pads),
                "ceil_mode",
                ceil,
                "count_include_pad",
                include);
    FloatNetwork network = check(graph);
    assertEquals(convs, operators(network).stream().filter(name -> name.equals("Conv")).count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"SAME_UPPER", "SAME_LOWER"})
  void averagePoolsOfTensorFlow(String pad) throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 7, 8)
            .node(
                "AveragePool",
                "p",
                "x",
                "y",
                "kernel_shape",
                new long[] {2, 3},
                "strides",
                new long[] {2, 2},
                "auto_pad",
                pad);
    check(graph);
  }

  @ParameterizedTest
  @CsvSource({
    "13, 2, 2, half_pixel, round_prefer_floor",
    "13, 2, 3, asymmetric, floor",
    "19, 3, 1, pytorch_half_pixel, round_prefer_ceil",
    "13, 4, 2, tf_half_pixel_for_nn, floor"
  })
  void resizingToTheNearestRepeatsPixels(
      int opset, float down, float across, String coordinates, String rounding)
      throws OrtException {
    TestGraph graph =
        new TestGraph(opset, 2, 3, 5)
            .floats("scales", new float[] {1, 1, down, across}, 4)
            .node(
                "Resize",
                "r",
                "x - scales",
                "y",
                "coordinate_transformation_mode",
                coordinates,
                "nearest_mode",
                rounding);
    assertEquals(List.of("MaxPool"), operators(check(graph)));
  }

  @Test
  void sizesAndOlderSpellingsRepeatPixels() throws OrtException {
    TestGraph sizes =
        new TestGraph(13, 2, 3, 5)
            .integers("sizes", 1, 2, 6, 15)
            .node(
                "Resize",
                "r",
                "x - - sizes",
                "y",
                "coordinate_transformation_mode",
                "asymmetric",
                "nearest_mode",
                "floor");
    assertEquals(List.of("MaxPool"), operators(OnnxReader.read(sizes.write(directory))));
    TestGraph upsample =
        new TestGraph(9, 2, 3, 5)
            .typedFloats("scales", new float[] {1, 1, 2, 3}, 4)
            .node("Upsample", "u", "x scales", "y");
    check(upsample);
    TestGraph ten =
        new TestGraph(10, 2, 3, 5)
            .typedFloats("scales", new float[] {1, 1, 2, 2}, 4)
            .node("Resize", "u", "x scales", "y");
    check(ten);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3, 1, 1, Conv",
    "-3, -1, 1, 1, Conv",
    "-1, -99, 1, -2, Conv",
    "0, 99, 2, 2, MaxPool",
    "1, 6, 2, 1, Conv",
    "1, 99, 2, 3, Conv",
    "2, 5, -1, 2, Conv",
    "0, 3, 3, 1, Conv"
  })
  void slicesOfChannelsAndPixels(long start, long end, long axis, long step, String left)
      throws OrtException {
    TestGraph graph =
        new TestGraph(13, 4, 7, 6)
            .integers("start", start)
            .integers("end", end)
            .integers("axis", axis)
            .integers("step", step)
            .node("Slice", "s", "x start end axis step", "y");
    assertEquals(List.of(left), operators(check(graph)));
  }

  @Test
  void slicesInARowAreOne() throws OrtException {
    TestGraph graph =
        new TestGraph(9, 3, 7, 6)
            .node(
                "Slice",
                "a",
                "x",
                "t",
                "starts",
                new long[] {1, 0},
                "ends",
                new long[] {3, 6},
                "axes",
                new long[] {1, 3})
            .node(
                "Slice",
                "b",
                "t",
                "u",
                "starts",
                new long[] {1, 2},
                "ends",
                new long[] {6, 5},
                "axes",
                new long[] {2, 3})
            .node(
                "Slice",
                "c",
                "u",
                "y",
                "starts",
                new long[] {1},
                "ends",
                new long[] {99},
                "axes",
                new long[] {1});
    assertEquals(List.of("Conv"), operators(check(graph)));
  }

  @Test
  void aConvolutionTakesInTheSplitThatItReads() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 6, 5, 4)
            .integers("parts", 2, 3, 1)
            .weights("w", 4, 2, 3, 3)
            .weights("v", 4, 3, 1, 1)
            .node("Relu", "r", "x", "t")
            .node("Split", "s", "t parts", "a b c", "axis", 1L)
            .node("Conv", "p", "a w", "d", "pads", new long[] {1, 1, 1, 1})
            .node("Conv", "q", "b v", "e")
            .node("Concat", "j", "d c e", "y", "axis", 1L);
    FloatNetwork network = check(graph);
    assertEquals(List.of("Relu", "Conv", "Conv", "Conv", "Concat"), operators(network));
    assertEquals(
        2,
        network.nodes().stream()
            .filter(n -> n.op().conv().filter(c -> c.copies()).isEmpty())
            .filter(n -> n.op().conv().isPresent())
            .count());
  }

  @Test
  void theShortcutOfCifarResNetsIsOneLayer() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 4, 6, 8)
            .integers("from", 0, 0)
            .integers("to", 99, 99)
            .integers("axes", 2, 3)
            .integers("steps", 2, 2)
            .weights("w", 8, 4, 3, 3)
            .node("Relu", "r", "x", "t")
            .node(
                "Conv",
                "c",
                "t w",
                "a",
                "pads",
                new long[] {1, 1, 1, 1},
                "strides",
                new long[] {2, 2})
            .node("Slice", "s", "t from to axes steps", "u");
    pad(graph, 13, "u", "b", 0, 2, 0, 0, 0, 2, 0, 0).node("Add", "add", "a b", "y");
    FloatNetwork network = check(graph);
    assertEquals(List.of("Relu", "Conv", "Conv", "Add"), operators(network));
  }

  @ParameterizedTest
  @CsvSource({
    "4, 0 0 -1 -2 0 0 0 0",
    "4, 0 0 -1 2 0 0 -1 -1",
    "4, 0 1 1 0 0 -1 0 -3",
    "3, 0 -1 0 0 0 0 2 0"
  })
  void negativePadsCrop(long channels, String pads) throws OrtException {
    TestGraph graph = new TestGraph(13, 4, 7, 6).weights("w", 3, channels, 2, 2);
    pad(graph, 13, "x", "t", longs(pads)).node("Conv", "c", "t w", "y");
    check(graph);
  }

  @Test
  void gatherTakesChannelsInAnyOrder() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 4, 3, 5)
            .integers("which", 2, -1, 0, 2)
            .node("Gather", "g", "x which", "y", "axis", 1L);
    assertEquals(List.of("Conv"), operators(check(graph)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Sigmoid", "ArgMax"})
  void whatOnlyNamesTheClassIsLeftOutAtTheEnd(String op) {
    TestGraph graph =
        new TestGraph(13, 4)
            .typedFloats("w", new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2)
            .node("MatMul", "l", "x w", "t");
    if (op.equals("ArgMax")) {
      graph.node(op, "s", "t", "y", "axis", -1L, "keepdims", 0L);
    } else {
      graph.node(op, "s", "t", "y");
    }
    OnnxReader.Imported imported = OnnxReader.readWithNotes(graph.write(directory));
    assertEquals(List.of("Conv"), operators(imported.network()));
    assertTrue(imported.notes().get(0).contains("'s' (" + op + ")"), imported.notes().get(0));
  }

  @Test
  void nodesThatTheOutputDoesNotNeedAreIgnored() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 2, 3, 3).node("Sigmoid", "unused", "x", "z").node("Relu", "r", "x", "y");
    assertEquals(List.of("Relu"), operators(check(graph)));
  }

  @Test
  void nodesOutOfOrderAreSorted() {
    TestGraph graph =
        new TestGraph(13, 2, 3, 3)
            .node("Relu", "second", "t", "y")
            .node("Add", "first", "x x", "t");
    FloatNetwork network = OnnxReader.read(graph.write(directory));
    assertEquals(List.of("Add", "Relu"), operators(network));
  }

  private static TestGraph normalization(TestGraph graph, String name, long channels) {
    return graph
        .positive(name + ".g", channels)
        .weights(name + ".b", channels)
        .weights(name + ".m", channels)
        .positive(name + ".v", channels);
  }

  private static TestGraph pad(
      TestGraph graph, int opset, String input, String output, long... pads) {
    return opset < 11
        ? graph.node("Pad", "pad", input, output, "pads", pads, "mode", "constant")
        : graph.integers("pads", pads).node("Pad", "pad", input + " pads", output);
  }

  private static float[] bias() {
    return new float[] {0.5f, -1f, 0.25f};
  }

  private static long[] longs(String text) {
    return java.util.Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
  }

  /** Pads of pixels of the map, before an ordinary convolution. */
  @ParameterizedTest
  @CsvSource({
    "reflect, 1 1 1 1",
    "reflect, 0 2 3 1",
    "reflect, 3 0 0 0",
    "edge,    1 1 1 1",
    "edge,    5 0 1 2",
    "wrap,    1 2 0 1",
    "wrap,    4 0 0 4"
  })
  void padsThatRepeatPixels(String mode, String around) throws OrtException {
    long[] pads = longs(around);
    TestGraph graph =
        new TestGraph(19, 3, 4, 5)
            .integers("pads", 0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3])
            .node("Pad", "pad", "x pads", "p", "mode", mode)
            .weights("w", 4, 3, 2, 2)
            .node("Conv", "c", "p w", "y", "pads", longs("0 1 1 0"));
    check(graph);
  }

  /** Of zeros around the map, too: they are pixels of what is reflected. */
  @Test
  void padsThatRepeatPixelsOfAPaddedSignal() throws OrtException {
    check(
        new TestGraph(13, 3, 6)
            .integers("zeros", 0, 0, 1, 0, 0, 0)
            .integers("more", 0, 0, 2, 0, 0, 3)
            .node("Pad", "pad", "x zeros", "p")
            .node("Pad", "mirror", "p more", "q", "mode", "reflect")
            .weights("w", 4, 3, 3)
            .node("Conv", "c", "q w", "y"));
  }

  /** A dense layer makes a map, channels first or last, which windows slide over. */
  @ParameterizedTest
  @CsvSource({"3 4 5, 0 1 2 3", "3 4 5, 0 3 1 2", "6 10, 0 1 2", "6 10, 0 2 1"})
  void denseOutputSeenAsAMap(String shape, String order) throws OrtException {
    long[] dims = longs("0 " + shape);
    long[] perm = longs(order);
    boolean signal = perm.length == 3;
    TestGraph graph =
        new TestGraph(13, 7)
            .weights("v", 7, 60)
            .node("MatMul", "dense", "x v", "a")
            .node("Relu", "r", "a", "b")
            .integers("dims", dims)
            .node("Reshape", "see", "b dims", "c")
            .node("Transpose", "turn", "c", "d", "perm", perm);
    long channels = dims[(int) perm[1]];
    if (signal) {
      graph.weights("w", 2, channels, 3).node("Conv", "conv", "d w", "y", "pads", longs("1 1"));
    } else {
      graph.weights("w", 2, channels, 3, 2).node("Conv", "conv", "d w", "y");
    }
    assertEquals(List.of("Conv", "Relu", "Conv", "Conv"), operators(check(graph)));
  }

  /** Rows of a matrix that a dense layer made, reduced along either axis. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void denseOutputSeenAsRowsAndReduced(long axis) throws OrtException {
    check(
        new TestGraph(13, 7)
            .weights("v", 7, 30)
            .node("MatMul", "dense", "x v", "a")
            .integers("dims", 0, 6, 5)
            .node("Reshape", "see", "a dims", "b")
            .node("ReduceMean", "mean", "b", "y", "axes", new long[] {axis}, "keepdims", 0L));
  }

  private FloatNetwork check(TestGraph graph) throws OrtException {
    FloatNetwork network = OnnxReader.read(graph.write(directory));
    float[] batch = graph.images(IMAGES);
    List<float[]> expected =
        graph.onnxRuntimeOutputs(batch, IMAGES, OrtSession.SessionOptions.OptLevel.ALL_OPT);
    List<float[]> actual = new FloatExecutor(network).outputs(batch, IMAGES);
    assertEquals(expected.size(), actual.size());
    for (int n = 0; n < actual.size(); n++) {
      assertAlike(expected.get(n), actual.get(n));
    }
    return network;
  }

  private static void assertAlike(float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length);
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-5f * largest, "value " + i);
    }
  }

  private static int groups(FloatNetwork network, int node) {
    return ((FloatOp.Conv) network.nodes().get(node).op()).groups();
  }

  private static List<String> operators(FloatNetwork network) {
    return network.nodes().stream().map(node -> node.op().getClass().getSimpleName()).toList();
  }
}
