package lutmac.onnx.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.onnx.model.TestGraph;
import lutmac.runtime.exec.FloatExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Graphs that see their maps by other axes than [N, C, H, W], against ONNX Runtime. */
class OnnxReaderLayoutsTest {
  private static final int IMAGES = 3;
  private static final long[] TO_FIRST = {0, 3, 1, 2};
  private static final long[] TO_LAST = {0, 2, 3, 1};

  @TempDir Path directory;

  @Test
  void channelsLastInputAndFlatteningAsKerasWritesThem() throws OrtException {
    TestGraph graph =
        new TestGraph(15, 6, 8, 3)
            .weights("w", 4, 3, 3, 3)
            .integers("flat", -1, 48)
            .weights("m", 48, 5)
            .weights("b", 5)
            .node("Transpose", "in", "x", "t", "perm", TO_FIRST)
            .node("Conv", "c", "t w", "u", "auto_pad", "SAME_UPPER")
            .node("MaxPool", "p", "u", "v", "kernel_shape", new long[] {2, 2}, "strides", two())
            .node("Transpose", "out", "v", "s", "perm", TO_LAST)
            .node("Reshape", "flatten", "s flat", "f")
            .node("MatMul", "dense", "f m", "d")
            .node("Add", "bias", "d b", "y");
    FloatNetwork network = check(graph, true);
    assertEquals(new Shape(3, 6, 8), network.inputShape());
    assertEquals(List.of("Conv", "MaxPool", "Conv"), operators(network));
  }

  @Test
  void flatteningChannelsLastAfterAChannelsFirstNetwork() throws OrtException {
    TestGraph graph =
        new TestGraph(15, 3, 6, 4)
            .weights("m", 72, 5)
            .node("Relu", "r", "x", "t")
            .node("Transpose", "out", "t", "u", "perm", TO_LAST)
            .node("Flatten", "flatten", "u", "v")
            .node("Gemm", "dense", "v m", "y");
    assertEquals(List.of("Relu", "Conv"), operators(check(graph, false)));
  }

  @Test
  void layersBetweenTransposesWorkOnChannelsLast() throws OrtException {
    TestGraph graph =
        new TestGraph(15, 3, 6, 4)
            .weights("w", 4, 3, 1, 1)
            .weights("b", 4)
            .weights("e", 1, 1, 1, 4)
            .weights("m", 8, 5)
            .node("Conv", "c", "x w", "t")
            .node("Transpose", "last", "t", "u", "perm", TO_LAST)
            .node("Add", "bias", "u b", "v")
            .node("Relu", "r", "v", "s")
            .node("Add", "more", "e u", "q")
            .node("Concat", "join", "s q", "j", "axis", 3L)
            .node("Add", "same", "j j", "k")
            .node("ReduceMean", "mean", "k", "l", "axes", new long[] {1, 2}, "keepdims", 0L)
            .node("MatMul", "dense", "l m", "y");
    check(graph, false);
  }

  @Test
  void denseLayerOnChannelsThatComeLastIsAOneByOneConvolution() throws OrtException {
    TestGraph graph =
        new TestGraph(15, 6, 4, 3)
            .weights("w", 2, 3, 1, 1)
            .weights("m", 2, 5)
            .weights("b", 5)
            .node("Transpose", "first", "x", "t", "perm", TO_FIRST)
            .node("Conv", "c", "t w", "u")
            .node("Transpose", "last", "u", "v", "perm", TO_LAST)
            .node("MatMul", "dense", "v m", "s")
            .node("Add", "bias", "s b", "q")
            .node("Transpose", "back", "q", "y", "perm", TO_FIRST);
    FloatNetwork network = check(graph, true);
    assertEquals(List.of("Conv", "Conv"), operators(network));
  }

  @Test
  void outputWithChannelsLastIsReturnedChannelsFirstWithANote() {
    TestGraph graph =
        new TestGraph(15, 3, 6, 4)
            .weights("w", 2, 3, 1, 1)
            .node("Conv", "c", "x w", "t")
            .node("Transpose", "last", "t", "y", "perm", TO_LAST);
    OnnxReader.Imported imported = OnnxReader.readWithNotes(graph.write(directory));
    assertEquals(new Shape(2, 6, 4), imported.network().nodes().get(0).shape());
    assertTrue(imported.notes().get(0).contains("'y' is [N, 6, 4, 2]"), imported.notes().get(0));
  }

  @Test
  void channelShuffleMovesWeightsInsteadOfData() throws OrtException {
    TestGraph graph = shuffled(new TestGraph(13, 6, 4, 5).weights("v", 4, 6, 3, 2), "x", "t");
    graph
        .node("MaxPool", "p", "t", "u", "kernel_shape", new long[] {2, 2})
        .node("Relu", "r", "u", "s")
        .node("Conv", "c", "s v", "y");
    assertEquals(List.of("MaxPool", "Relu", "Conv"), operators(check(graph, false)));
  }

  @Test
  void depthwiseAndGroupedConvolutionsOfShuffledChannels() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 6, 4, 5)
            .weights("d", 6, 1, 3, 3)
            .weights("e", 6)
            .weights("g", 4, 3, 1, 1)
            .weights("n", 6)
            .positive("q", 6);
    shuffled(graph, "x", "t")
        .node("Conv", "dw", "t d e", "u", "group", 6L, "pads", new long[] {1, 1, 1, 1})
        .node("BatchNormalization", "norm", "u q n n q", "v")
        .node("Conv", "pw", "v g", "y", "group", 2L);
    FloatNetwork network = check(graph, false);
    assertEquals(List.of("Conv", "Conv"), operators(network));
    assertEquals(6, ((FloatOp.Conv) network.nodes().get(0).op()).groups());
  }

  @Test
  void shuffledChannelsOfAnOutputArePutInOrder() throws OrtException {
    TestGraph graph = new TestGraph(13, 6, 4, 5).node("Relu", "r", "x", "t");
    assertEquals(List.of("Relu", "Conv"), operators(check(shuffled(graph, "t", "y"), false)));
  }

  @ParameterizedTest
  @CsvSource({"NOTSET, 1, 2, 1 2", "NOTSET, 2, 1, 0 1", "SAME_UPPER, 2, 1, ''", "VALID, 1, 1, ''"})
  void convolutionOfASignal(String autoPad, long stride, long dilation, String pads)
      throws OrtException {
    TestGraph graph =
        new TestGraph(13, 3, 17)
            .weights("w", 4, 3, 3)
            .weights("n", 4)
            .positive("q", 4)
            .weights("m", 4, 2);
    if (pads.isEmpty()) {
      graph.node("Conv", "c", "x w n", "t", "auto_pad", autoPad, "strides", new long[] {stride});
    } else {
      graph.node(
          "Conv",
          "c",
          "x w n",
          "t",
          "pads",
          longs(pads),
          "strides",
          new long[] {stride},
          "dilations",
          new long[] {dilation},
          "kernel_shape",
          new long[] {3});
    }
    graph
        .node("BatchNormalization", "norm", "t q n n q", "u")
        .node("MaxPool", "p", "u", "v", "kernel_shape", new long[] {2}, "pads", new long[] {0, 1})
        .node("AveragePool", "a", "v", "s", "kernel_shape", new long[] {2})
        .node("ReduceMean", "mean", "s", "l", "axes", new long[] {2}, "keepdims", 0L)
        .node("MatMul", "dense", "l m", "y");
    FloatNetwork network = check(graph, false);
    assertEquals(new Shape(3, 1, 17), network.inputShape());
  }

  @Test
  void paddedSignalFlattenedAndPooled() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 3, 9)
            .integers("pads", 0, 0, 2, 0, 0, 1)
            .weights("w", 4, 3, 3)
            .weights("m", 40, 2)
            .node("Pad", "p", "x pads", "t")
            .node("Conv", "c", "t w", "u")
            .node("Flatten", "f", "u", "v")
            .node("Gemm", "g", "v m", "y");
    assertEquals(List.of("Conv", "Conv"), operators(check(graph, false)));
    TestGraph pooled = new TestGraph(13, 3, 9).node("GlobalAveragePool", "p", "x", "y");
    check(pooled, false);
  }

  @Test
  void signalOfOneColumnIsConvolvedDownwards() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 3, 9, 1)
            .integers("three", 3)
            .weights("w", 4, 3, 3)
            .node("Relu", "r", "x", "r1")
            .node("Squeeze", "s", "r1 three", "t")
            .node("Conv", "c", "t w", "u", "pads", new long[] {2, 1})
            .node("MaxPool", "p", "u", "y", "kernel_shape", new long[] {3});
    check(graph, false);
  }

  @Test
  void channelsLastSignal() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 9, 3)
            .weights("w", 4, 3, 3)
            .node("Transpose", "t", "x", "t", "perm", new long[] {0, 2, 1})
            .node("Conv", "c", "t w", "y");
    assertEquals(new Shape(3, 1, 9), check(graph, true).inputShape());
  }

  @Test
  void flatInputThatIsReshapedIsDeclaredAsThatMap() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 24)
            .integers("map", -1, 1, 4, 6)
            .weights("half")
            .weights("w", 2, 1, 3, 3)
            .node("Add", "shift", "x half", "s")
            .node("Reshape", "r", "s map", "t")
            .node("Conv", "c", "t w", "y");
    assertEquals(new Shape(1, 4, 6), check(graph, false).inputShape());
  }

  @Test
  void inputWithoutAChannelAxisGetsOne() throws OrtException {
    TestGraph graph =
        new TestGraph(13, 5, 6)
            .integers("one", 1)
            .weights("w", 2, 1, 3, 3)
            .node("Unsqueeze", "u", "x one", "t")
            .node("Conv", "c", "t w", "y");
    assertEquals(new Shape(1, 5, 6), check(graph, false).inputShape());
  }

  @Test
  void grayPicturesWithChannelsLastAreReshaped() throws OrtException {
    TestGraph graph =
        new TestGraph(15, 5, 6, 1)
            .integers("map", -1, 1, 5, 6)
            .weights("w", 2, 1, 3, 3)
            .node("Reshape", "r", "x map", "t")
            .node("Conv", "c", "t w", "y");
    assertEquals(new Shape(1, 5, 6), check(graph, false).inputShape());
  }

  @Test
  void fixedBatchIsNoPartOfTheNetwork() {
    TestGraph graph = new TestGraph(13, 2, 3, 4).weights("m", 24, 5).integers("flat", 8, 24);
    graph.proto().clearInput();
    graph
        .input("x", 8L, 2L, 3L, 4L)
        .node("Reshape", "r", "x flat", "t")
        .node("MatMul", "g", "t m", "y");
    assertEquals(new Shape(2, 3, 4), OnnxReader.read(graph.write(directory)).inputShape());
  }

  /** Dense layers along the last axis, [N, P, C]: rows are pixels, and the input channels last. */
  @Test
  void denseLayersOfRowsAreOneByOneConvolutions() throws OrtException {
    FloatNetwork network =
        check(
            new TestGraph(13, 6, 10)
                .weights("v", 10, 8)
                .weights("b", 8)
                .weights("w", 8, 5)
                .node("MatMul", "first", "x v", "a")
                .node("Add", "bias", "a b", "c")
                .node("Relu", "r", "c", "d")
                .node("MatMul", "second", "d w", "e")
                .node("Transpose", "turn", "e", "y", "perm", new long[] {0, 2, 1}),
            true);
    assertEquals(new Shape(10, 1, 6), network.inputShape());
    assertEquals(List.of("Conv", "Relu", "Conv"), operators(network));
  }

  /** MLP-Mixer's dense layers across the pixels, the same for every channel, and back. */
  @Test
  void denseLayersAcrossPixelsAreGroupedConvolutions() throws OrtException {
    FloatNetwork network =
        check(
            new TestGraph(13, 3, 8, 8)
                .weights("p", 6, 3, 4, 4)
                .integers("rows", 0, 6, 4)
                .weights("v", 4, 5)
                .weights("u", 6, 7)
                .weights("k", 35, 3)
                .node("Conv", "patches", "x p", "a", "strides", new long[] {4, 4})
                .node("Reshape", "r", "a rows", "b")
                .node("MatMul", "across", "b v", "c")
                .node("Relu", "relu", "c", "d")
                .node("Transpose", "turn", "d", "e", "perm", new long[] {0, 2, 1})
                .node("MatMul", "channels", "e u", "f")
                .node("Flatten", "flat", "f", "g")
                .node("MatMul", "classes", "g k", "y"),
            false);
    assertEquals(new Shape(3, 8, 8), network.inputShape());
  }

  @Test
  void rejectsPixelsThatJoinTheBatch() {
    refuses(
        new TestGraph(13, 3, 4, 4)
            .integers("rows", -1, 3)
            .weights("v", 3, 5)
            .node("Transpose", "last", "x", "t", "perm", TO_LAST)
            .node("Reshape", "r", "t rows", "a")
            .node("MatMul", "m", "a v", "y"),
        "'r' (Reshape)",
        "joins the pixels of an image with the batch",
        "[0, -1, 3]");
  }

  @Test
  void rejectsRowsAndColumnsThatChangePlaces() {
    refuses(
        new TestGraph(13, 2, 4, 4)
            .weights("w", 2, 2, 3, 3)
            .node("Relu", "r", "x", "t")
            .node("Transpose", "flip", "t", "u", "perm", new long[] {0, 1, 3, 2})
            .node("Conv", "c", "u w", "y"),
        "'c' (Conv)",
        "[N, 2, 4, 4]");
    refuses(
        new TestGraph(13, 2, 4, 4)
            .node("Transpose", "last", "x", "t", "perm", TO_LAST)
            .integers("odd", 0, 8, 4)
            .weights("v", 4, 3)
            .node("Reshape", "cut", "t odd", "u")
            .node("Transpose", "turn", "u", "s", "perm", new long[] {0, 2, 1})
            .node("Add", "a", "s s", "q")
            .node("Add", "b", "q t", "y"),
        "'b' (Add)",
        "layout");
  }

  private static TestGraph shuffled(TestGraph graph, String from, String to) {
    return graph
        .integers("groups", 0, 2, 3, 4, 5)
        .integers("joined", 0, 6, 4, 5)
        .node("Reshape", "split", from + " groups", "shuffle.a")
        .node("Transpose", "shuffle", "shuffle.a", "shuffle.b", "perm", new long[] {0, 2, 1, 3, 4})
        .node("Reshape", "join", "shuffle.b joined", to);
  }

  private static long[] two() {
    return new long[] {2, 2};
  }

  private static long[] longs(String text) {
    return java.util.Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
  }

  private void refuses(TestGraph graph, String... parts) {
    Path file = graph.write(directory);
    String message =
        assertThrows(BadInputException.class, () -> OnnxReader.read(file)).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), "'%s' in: %s".formatted(part, message));
    }
  }

  /** The network of a graph, held to ONNX Runtime on the same images. */
  private FloatNetwork check(TestGraph graph, boolean channelsLast) throws OrtException {
    FloatNetwork network = OnnxReader.read(graph.write(directory));
    float[] batch = graph.images(IMAGES);
    List<float[]> expected =
        graph.onnxRuntimeOutputs(batch, IMAGES, OrtSession.SessionOptions.OptLevel.ALL_OPT);
    float[] maps = channelsLast ? channelsFirst(batch, network.inputShape()) : batch;
    List<float[]> actual = new FloatExecutor(network).outputs(maps, IMAGES);
    assertEquals(expected.size(), actual.size());
    for (int n = 0; n < actual.size(); n++) {
      float largest = 0;
      for (float value : expected.get(n)) {
        largest = Math.max(largest, Math.abs(value));
      }
      assertEquals(expected.get(n).length, actual.get(n).length);
      for (int i = 0; i < expected.get(n).length; i++) {
        assertEquals(expected.get(n)[i], actual.get(n)[i], 1e-5f * largest, "value " + i);
      }
    }
    return network;
  }

  private static float[] channelsFirst(float[] batch, Shape shape) {
    float[] maps = new float[batch.length];
    int pixels = shape.pixels();
    for (int i = 0; i < maps.length; i++) {
      int image = i / shape.size();
      int channel = i / pixels % shape.channels();
      int pixel = i % pixels;
      maps[i] = batch[(image * pixels + pixel) * shape.channels() + channel];
    }
    return maps;
  }

  private static List<String> operators(FloatNetwork network) {
    return network.nodes().stream().map(node -> node.op().getClass().getSimpleName()).toList();
  }
}
