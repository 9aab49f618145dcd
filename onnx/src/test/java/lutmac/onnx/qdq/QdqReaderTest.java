package lutmac.onnx.qdq;

import static lutmac.onnx.qdq.QdqGraphs.plus;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import lutmac.network.BadInputException;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.model.TestGraph;
import lutmac.onnx.qdq.QdqGraphs.Codes;
import lutmac.runtime.exec.IntegerExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a quantized file computes in ONNX Runtime, operator by operator, its integers compute. */
class QdqReaderTest {
  private static final int IMAGES = 200;
  private static final Codes INT4 = new Codes(DataType.INT8, -8, 7);
  private static final Codes NARROW = new Codes(DataType.INT8, -127, 127);
  private static final Codes UINT4 = new Codes(DataType.UINT8, 0, 15);

  @TempDir Path directory;

  /** Brevitas: QCDQ, few bits, per-channel weight scales, int32 biases. */
  @ParameterizedTest
  @CsvSource({"1, true, true", "2, false, true", "3, true, false", "4, false, false"})
  void readsQuantizeClipDequantize(long seed, boolean perChannel, boolean integerWeights)
      throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, seed, 3, 8, 8);
    qdq.activation("x", "in", 5, Codes.INT8);
    int[] f1 = qdq.fracs(perChannel, 8, 6);
    conv(qdq, "c1", integerWeights, NARROW, f1, 8, 3, 3);
    qdq.bias("c1.b", true, plus(f1, 5), 8);
    qdq.graph()
        .node("Conv", "c1", "in c1.w c1.b", "c1.y", "pads", longs(1, 1, 1, 1))
        .node("Relu", "r1", "c1.y", "r1.y");
    qdq.activation("r1.y", "a1", 2, UINT4);
    int[] f2 = qdq.fracs(perChannel, 8, 3);
    conv(qdq, "dw", integerWeights, INT4, f2, 8, 1, 3);
    qdq.bias("dw.b", true, plus(f2, 2), 8);
    qdq.graph().node("Conv", "dw", "a1 dw.w dw.b", "dw.y", "group", 8L, "auto_pad", "SAME_UPPER");
    qdq.graph().node("Relu", "r2", "dw.y", "r2.y");
    qdq.activation("r2.y", "a2", 2, UINT4);
    int[] f3 = qdq.fracs(perChannel, 8, 3);
    conv(qdq, "c3", integerWeights, INT4, f3, 8, 8, 1);
    qdq.graph()
        .node("Conv", "c3", "a2 c3.w", "c3.y")
        .node("Add", "res", "c3.y a1", "res.y")
        .node("Relu", "r3", "res.y", "r3.y");
    qdq.activation("r3.y", "a3", 1, Codes.UINT8);
    qdq.graph()
        .node("MaxPool", "p", "a3", "p.y", "kernel_shape", longs(2, 2), "strides", longs(2, 2))
        .node("GlobalAveragePool", "g", "p.y", "g.y");
    qdq.activation("g.y", "a4", 3, Codes.UINT8);
    qdq.graph().node("Flatten", "f", "a4", "flat");
    int[] f4 = qdq.fracs(perChannel, 10, 7);
    weights(qdq, "fc.w", integerWeights, Codes.INT8, f4, 10, 8);
    qdq.bias("fc.b", true, plus(f4, 3), 10);
    qdq.graph().node("Gemm", "fc", "flat fc.w fc.b", "y", "transB", 1L);
    QuantizedNetwork network = check(qdq.graph());
    assertEquals(
        List.of("c1", "dw", "c3", "p", "a4/DQ", "fc"),
        network.layers().stream().map(layer -> layer.name()).toList());
    assertEquals(2, ((MacLayer) network.layers().get(0)).planes().size());
    assertEquals(1, ((MacLayer) network.layers().get(1)).planes().size());
    assertEquals(8, ((MacLayer) network.layers().get(1)).groups());
    assertEquals(1, ((MacLayer) network.layers().get(2)).planes().size());
    assertTrue(((MacLayer) network.layers().get(2)).skip().isPresent());
    assertEquals(new FixedFormat(4, 2, false), network.layers().get(1).output().format());
    assertEquals(OutputStage.Accumulators.class, stage(network, 5).getClass());
    assertEquals(new FixedFormat(8, 5, true), network.input().tensor().format());
    assertFalse(network.input().folded());
  }

  /** A map that is returned stays, even where the layer before it could do the next one's work. */
  @Test
  void readsSeveralOutputs() throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, 5, 3, 8, 8);
    qdq.activation("x", "in", 6, Codes.INT8);
    vitisConv(qdq, "c1", "in", 8, 3, 3, 3);
    qdq.graph().output("c1").output("r1").output("c2.f");
    qdq.graph().node("Relu", "r", "c1", "r1.f");
    qdq.activation("r1.f", "r1", 3, Codes.INT8);
    qdq.integerWeights("c2.w", Codes.INT8, new int[] {7}, 5, 8, 1, 1);
    qdq.graph().node("Conv", "c2", "r1 c2.w", "c2.f");
    qdq.integerWeights("c3.w", Codes.INT8, new int[] {7}, 6, 8, 3, 3);
    qdq.graph().node("Conv", "c3", "r1 c3.w", "c3.f");
    qdq.activation("c3.f", "y", 1, Codes.INT8);
    QuantizedNetwork network = check(qdq.graph());
    assertEquals(
        List.of("y", "c1", "r1", "c2.f"), network.outputs().stream().map(Tensor::name).toList());
    assertTrue(network.outputs().get(3).format().raw());
  }

  /** Between two quantizations any function is a table, in the layer before where it can be. */
  @Test
  void readsActivationsBetweenQuantizations() throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, 5, 3, 8, 8);
    qdq.activation("x", "in", 6, Codes.INT8);
    vitisConv(qdq, "c1", "in", 8, 3, 3, 3);
    qdq.graph().node("LeakyRelu", "l1", "c1", "l1.f", "alpha", 0.1f);
    qdq.activation("l1.f", "l1", 4, Codes.INT8);
    vitisConv(qdq, "c2", "l1", 8, 8, 3, 2);
    qdq.graph().output("c2");
    qdq.graph().node("Tanh", "t2", "c2", "t2.f").node("Relu", "r2", "t2.f", "r2.f");
    qdq.activation("r2.f", "r2", 7, Codes.UINT8);
    vitisConv(qdq, "c3", "r2", 4, 8, 1, 3);
    qdq.graph().node("HardSigmoid", "s", "c3", "s").node("Mul", "h", "c3 s", "h.f");
    qdq.activation("h.f", "y", 4, Codes.INT8);
    QuantizedNetwork network = check(qdq.graph());
    assertEquals(
        List.of("c1", "c2", "t2", "c3"), network.layers().stream().map(l -> l.name()).toList());
    assertEquals(
        List.of(true, false, true, true),
        network.macLayers().stream().map(layer -> layer.activation().isPresent()).toList());
  }

  @Test
  void refusesActivationsOfSums() {
    QdqGraphs qdq = new QdqGraphs(13, 5, 3, 8, 8);
    qdq.activation("x", "in", 6, Codes.INT8);
    qdq.integerWeights("w", Codes.INT8, new int[] {7}, 5, 3, 1, 1);
    qdq.graph().node("Conv", "c", "in w", "c.f").node("Sigmoid", "s", "c.f", "s.f");
    qdq.activation("s.f", "y", 7, Codes.UINT8);
    refuses(
        qdq.graph(),
        "'s': it computes Sigmoid(x) of values that are not quantized",
        "'lutmac quantize'");
  }

  /** Vitis AI and Quark: int8 pairs around every operator, biases of 8 bits. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void readsPairsAroundEveryOperator(long seed) throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, seed, 3, 8, 8);
    qdq.activation("x", "in", 6, Codes.INT8);
    vitisConv(qdq, "c1", "in", 8, 3, 3, 3);
    qdq.graph().node("Relu", "r1", "c1", "r1.f");
    qdq.activation("r1.f", "r1", 3, Codes.INT8);
    vitisConv(qdq, "c2", "r1", 8, 8, 1, 1);
    vitisConv(qdq, "c3", "r1", 8, 8, 3, 0);
    qdq.graph().node("Add", "add", "c2 c3", "add.f");
    qdq.activation("add.f", "add", -1, Codes.INT8);
    qdq.graph().node("Relu", "r2", "add", "r2.f");
    qdq.activation("r2.f", "r2", -1, Codes.INT8);
    qdq.graph()
        .node(
            "MaxPool",
            "p",
            "r2",
            "p.f",
            "kernel_shape",
            longs(3, 3),
            "strides",
            longs(1, 1),
            "pads",
            longs(1, 1, 1, 1));
    qdq.activation("p.f", "p", -1, Codes.INT8);
    qdq.graph().node("Concat", "cat", "p c3 r1", "cat.f", "axis", 1L);
    qdq.activation("cat.f", "cat", 0, Codes.INT8);
    qdq.graph()
        .node(
            "AveragePool",
            "avg",
            "cat",
            "avg.f",
            "kernel_shape",
            longs(2, 2),
            "strides",
            longs(2, 2));
    qdq.activation("avg.f", "avg", 1, Codes.INT8);
    qdq.graph().node("GlobalAveragePool", "gap", "avg", "gap.f");
    qdq.activation("gap.f", "gap", 2, Codes.INT8);
    qdq.graph().node("Flatten", "f", "gap", "flat.f");
    qdq.activation("flat.f", "flat", 2, Codes.INT8);
    qdq.integerWeights("fc.w", Codes.INT8, new int[] {7}, 24, 10);
    qdq.bias("fc.b", false, new int[] {6}, 10);
    qdq.graph().node("MatMul", "fc", "flat fc.w", "fc.m").node("Add", "fcb", "fc.m fc.b", "fc.f");
    qdq.activation("fc.f", "y", 0, Codes.INT8);
    QuantizedNetwork network = check(qdq.graph());
    // ReLUs and repeated quantizations of one scale have become part of the layers before them.
    assertEquals(
        List.of("c1", "c2", "c3", "add", "p", "cat.part/copy"),
        network.layers().stream()
            .map(layer -> layer.name().replaceAll("cat\\.part.*", "cat.part/copy"))
            .limit(6)
            .toList());
    assertEquals(1, network.layers().stream().filter(ConcatLayer.class::isInstance).count());
    assertEquals(1, network.layers().stream().filter(MaxPoolLayer.class::isInstance).count());
    assertEquals("y", network.output().name());
    OutputStage.Requantize first = (OutputStage.Requantize) stage(network, 0);
    assertEquals(0, first.lo());
    assertEquals(127, first.hi());
  }

  /** Random chains of layers in random spellings. */
  @ParameterizedTest
  @ValueSource(ints = {0, 100, 200, 300})
  void readsRandomSpellings(int firstSeed) throws OrtException {
    for (int seed = firstSeed; seed < firstSeed + 75; seed++) {
      check(randomGraph(seed), 3);
    }
  }

  @ParameterizedTest
  @CsvSource({"INT4, -8, 7", "UINT4, 0, 15"})
  void readsFourBitWeights(DataType type, int lo, int hi) throws OrtException {
    QdqGraphs qdq = new QdqGraphs(21, 5, 3, 5, 5);
    qdq.activation("x", "in", 4, Codes.UINT8);
    qdq.integerWeights("w", new Codes(type, lo, hi), new int[] {3, 4, 5}, 3, 3, 3, 3);
    qdq.graph().node("Conv", "c", "in w", "c.y");
    qdq.activation("c.y", "y", -1, Codes.INT8);
    QuantizedNetwork network = check(qdq.graph());
    assertEquals(1, ((MacLayer) network.layers().get(0)).planes().size());
  }

  @Test
  void maxPoolBetweenSumsAndQuantizationCommutes() throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, 7, 3, 6, 6);
    qdq.activation("x", "in", 4, Codes.INT8);
    qdq.integerWeights("w", Codes.INT8, new int[] {6}, 4, 3, 3, 3);
    qdq.graph()
        .node("Conv", "c", "in w", "c.y")
        .node("MaxPool", "p", "c.y", "p.y", "kernel_shape", longs(2, 2))
        .node("Relu", "r", "p.y", "r.y");
    qdq.activation("r.y", "y", 2, Codes.UINT8);
    assertEquals(2, check(qdq.graph()).layers().size());
  }

  @Test
  void clipIsTheClampOfItsLayer() throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, 7, 3, 6, 6);
    qdq.activation("x", "in", 4, Codes.INT8);
    qdq.integerWeights("w", Codes.INT8, new int[] {6}, 4, 3, 3, 3);
    qdq.graph()
        .floats("zero", new float[] {0})
        .floats("six", new float[] {6.3f})
        .node("Conv", "c", "in w", "c.y")
        .node("Clip", "r", "c.y zero six", "r.y");
    qdq.activation("r.y", "y", 3, Codes.UINT8);
    OutputStage.Requantize stage = (OutputStage.Requantize) stage(check(qdq.graph()), 0);
    assertEquals(50, stage.hi());
  }

  @Test
  void meanBeforeALinearLayerIsASumInIt() throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, 7, 3, 4, 4);
    qdq.activation("x", "in", 4, Codes.INT8);
    qdq.integerWeights("w", Codes.INT8, new int[] {6}, 3, 5);
    qdq.graph()
        .node("GlobalAveragePool", "g", "in", "g.y")
        .node("Flatten", "f", "g.y", "f.y")
        .node("MatMul", "l", "f.y w", "y");
    QuantizedNetwork network = check(qdq.graph());
    assertEquals(1, network.layers().size());
    assertTrue(((MacLayer) network.layers().get(0)).sumPixels());
  }

  @Test
  void integerInputsAreThePixels() throws OrtException {
    QuantizedNetwork network = QdqReader.read(pixelGraph().write(directory), Preprocessing.none());
    assertTrue(network.input().folded());
    assertEquals(new FixedFormat(8, 2, false), network.input().tensor().format());
    assertEquals(4, network.output().format().frac(0));
    int[] codes = new Random(3).ints(48, 0, 256).toArray();
    int[] result = new IntegerExecutor(network).run(codes);
    assertEquals(codes[0] + 2 * codes[16] + 3 * codes[32], result[0]);
    assertEquals(-4 * codes[15] + 5 * codes[31] - 6 * codes[47], result[31]);
  }

  /** A network whose input is uint8. */
  private static TestGraph pixelGraph() {
    TestGraph graph = new TestGraph(13, 3, 4, 4);
    graph
        .proto()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .setElemType(DataType.UINT8.getNumber());
    graph
        .floats("s", new float[] {0.25f})
        .weights("zero")
        .codes("w.c", DataType.INT8, new int[] {1, 2, 3, -4, 5, -6}, 2, 3, 1, 1)
        .node("DequantizeLinear", "in", "x s", "in")
        .node("DequantizeLinear", "wd", "w.c s", "w")
        .node("Conv", "c", "in w", "y");
    return graph;
  }

  @Test
  void rejectsPreprocessingThatTheInputCannotHave() {
    QdqGraphs reals = new QdqGraphs(13, 7, 3, 4, 4);
    reals.activation("x", "in", 4, Codes.INT8);
    reals.integerWeights("w", INT4, new int[] {2}, 2, 3, 1, 1);
    Path file = reals.graph().node("Conv", "c", "in w", "y").write(directory);
    assertRejects(file, normalized(1.0, 2.0), "model.onnx", "3 channels", "2 values");
    assertEquals(
        normalized(1.0, 2.0, 3.0),
        QdqReader.read(file, normalized(1.0, 2.0, 3.0)).input().preprocessing());
    file = pixelGraph().write(directory);
    assertRejects(file, normalized(1.0), "model.onnx", "'x'", "pixels as they are");
  }

  private static Preprocessing normalized(Double... mean) {
    return new Preprocessing(List.of(mean), List.of(1.0), false, Optional.empty(), 0);
  }

  private static void assertRejects(Path file, Preprocessing preprocessing, String... parts) {
    String message =
        assertThrows(BadInputException.class, () -> QdqReader.read(file, preprocessing))
            .getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), "'%s' in: %s".formatted(part, message));
    }
  }

  @Test
  void clippedInputIsClampedByALayer() throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, 7, 2, 3, 3);
    qdq.activation("x", "in", 7, NARROW);
    qdq.integerWeights("w", INT4, new int[] {2}, 2, 2, 1, 1);
    qdq.graph().node("Conv", "c", "in w", "y");
    QuantizedNetwork network = check(qdq.graph());
    OutputStage.Requantize clamp = (OutputStage.Requantize) stage(network, 0);
    assertEquals(-127, clamp.lo());
  }

  @Test
  void quantizedFilesOfOthersAreReadLikeOwnOnes() throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, 7, 2, 3, 3);
    qdq.activation("x", "in", 7, Codes.INT8);
    qdq.integerWeights("w", INT4, new int[] {2}, 2, 2, 1, 1);
    Path file = qdq.graph().node("Conv", "c", "in w", "y").write(directory);
    QuantizedNetwork network = QuantizedOnnx.read(file);
    assertEquals(Preprocessing.none(), network.input().preprocessing());
    Path own = directory.resolve("own.lut.onnx");
    QuantizedOnnx.write(network, own);
    assertArrayEquals(
        QuantizedOnnx.toBytes(network), QuantizedOnnx.toBytes(QuantizedOnnx.read(own)));
    assertTrue(
        assertThrows(BadInputException.class, () -> QuantizedOnnx.read(own, Preprocessing.none()))
            .getMessage()
            .contains("preprocessing"));
  }

  /** Joined maps that are joined again, however often, are one joined map. */
  @Test
  void readsLongChainsOfConcatenations() throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, 1, 2, 2, 2);
    String map = qdq.activation("x", "in", 4, Codes.INT8);
    for (int i = 0; i < 1500; i++) {
      qdq.graph().node("Concat", "cat" + i, map + " in", "j" + i, "axis", 1L);
      map = "j" + i;
    }
    qdq.activation(map, "y", 4, Codes.INT8);
    QuantizedNetwork network = QdqReader.read(qdq.graph().write(directory), Preprocessing.none());
    assertEquals(3002, network.output().shape().channels());
    qdq.graph().node("Concat", "more", "j1499 j1499 j1499", "z", "axis", 1L).output("z");
    refuses(qdq.graph(), "'more'", "more than 4096 maps");
  }

  /** What ONNX Runtime's operator-oriented files leave between: nothing of it rounds. */
  @Test
  void reluOfCodesIsAFeatureMap() throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, 7, 3, 4, 4);
    qdq.activation("x", "in", 4, Codes.INT8);
    qdq.graph().node("Relu", "r", "in", "r.y").node("GlobalAveragePool", "g", "r.y", "g.y");
    qdq.activation("g.y", "y", 5, Codes.INT8);
    assertEquals(2, check(qdq.graph()).layers().size());
  }

  // ---- refusals

  @Test
  void rejectsScalesThatAreNoPowersOfTwo() {
    refuses(
        new TestGraph(13, 1, 2, 2)
            .floats("s", new float[] {0.3f})
            .node("QuantizeLinear", "q", "x s", "t")
            .node("DequantizeLinear", "d", "t s", "y"),
        "'q' (QuantizeLinear)",
        "scale 0.3 of 's'",
        "power-of-two");
  }

  @Test
  void rejectsZeroPoints() {
    refuses(
        new TestGraph(13, 1, 2, 2)
            .floats("s", new float[] {0.5f})
            .codes("z", DataType.UINT8, new int[] {114})
            .node("QuantizeLinear", "q", "x s z", "t")
            .node("DequantizeLinear", "d", "t s z", "y"),
        "'d' (DequantizeLinear)",
        "zero point 114",
        "'lutmac quantize'");
  }

  @Test
  void rejectsMapsThatAreNotQuantized() {
    refuses(
        qdqConv().node("Conv", "second", "c.y w2", "y"),
        "'second'",
        "not quantized",
        "DequantizeLinear");
    refuses(qdqConv().node("Relu", "r", "c.y", "y"), "'y'", "result");
    refuses(
        new TestGraph(13, 2, 3, 3)
            .floats("s", new float[] {0.5f})
            .codes("c", DataType.INT8, new int[] {1, 2, 3, 4}, 2, 2, 1, 1)
            .node("DequantizeLinear", "d", "c s", "w")
            .node("Conv", "first", "x w", "y"),
        "'first'",
        "not quantized");
    refuses(
        qdqConv().node("Relu", "r", "c.y", "r.y").node("Add", "a", "r.y c.y", "y"),
        "'a'",
        "adds sums");
  }

  @Test
  void rejectsWeightsOfMoreThanEightBits() {
    TestGraph graph = qdqConv();
    graph.weights("real", 2, 2, 1, 1);
    refuses(graph.node("Conv", "second", "in real", "y"), "'second'", "channel 0", "8 bits");
  }

  @Test
  void rejectsBiasesOfMoreThan32Bits() {
    TestGraph graph = qdqConv();
    graph.floats("b", new float[] {0.5f, 1e9f}, 2);
    refuses(graph.node("Conv", "second", "in w2 b", "y"), "'second'", "bias 1.0E9", "channel 1");
  }

  @Test
  void rejectsMeansOfOddPixelCounts() {
    refuses(qdqConv().node("GlobalAveragePool", "gap", "in", "y"), "'y", "mean of 9 pixels");
  }

  @Test
  void rejectsJoinedMapsOfDifferentScales() {
    QdqGraphs qdq = new QdqGraphs(13, 1, 2, 3, 3);
    qdq.activation("x", "in", 4, Codes.INT8);
    qdq.graph().node("Relu", "r", "in", "r.f");
    qdq.activation("r.f", "r", 2, Codes.INT8);
    qdq.integerWeights("w", INT4, new int[] {2}, 2, 4, 1, 1);
    refuses(
        qdq.graph()
            .node("Concat", "cat", "in r", "cat.y", "axis", 1L)
            .node("Conv", "c", "cat.y w", "y"),
        "'c'",
        "'cat.y'",
        "2^-4",
        "2^-2");
  }

  @Test
  void rejectsCodesInFloatOperators() {
    refuses(
        new TestGraph(13, 1, 2, 2)
            .floats("s", new float[] {0.5f})
            .node("QuantizeLinear", "q", "x s", "t")
            .node("Relu", "r", "t", "y"),
        "'r' (Relu)",
        "DequantizeLinear");
  }

  @Test
  void rejectsWideCodesAndBlockScales() {
    refuses(
        new TestGraph(13, 1, 2, 2)
            .floats("s", new float[] {0.5f})
            .codes("z", DataType.INT32, new int[] {0})
            .node("QuantizeLinear", "q", "x s z", "y"),
        "'q' (QuantizeLinear)",
        "INT32",
        "8 bits");
    refuses(
        new TestGraph(21, 1, 2, 2)
            .floats("s", new float[] {0.5f, 0.25f}, 2)
            .node("QuantizeLinear", "q", "x s", "y"),
        "'q' (QuantizeLinear)",
        "2 scales for a feature map");
    refuses(
        new TestGraph(21, 1, 2, 2)
            .floats("s", new float[] {0.5f, 0.5f, 1f, 2f}, 2, 2)
            .node("QuantizeLinear", "q", "x s", "y", "block_size", 2L),
        "'q' (QuantizeLinear)",
        "per channel or block");
  }

  // ---- graphs

  /** x -> in (int8, 2^-4) -> Conv c -> c.y, and weights w2 for another one. */
  private static TestGraph qdqConv() {
    QdqGraphs qdq = new QdqGraphs(13, 1, 2, 3, 3);
    qdq.activation("x", "in", 4, Codes.INT8);
    qdq.integerWeights("w", INT4, new int[] {2}, 2, 2, 1, 1);
    qdq.integerWeights("w2", INT4, new int[] {2}, 2, 2, 1, 1);
    return qdq.graph().node("Conv", "c", "in w", "c.y");
  }

  private static void conv(
      QdqGraphs qdq, String name, boolean integers, Codes codes, int[] fracs, long... shape) {
    weights(qdq, name + ".w", integers, codes, fracs, shape[0], shape[1], shape[2], shape[2]);
  }

  private static void weights(
      QdqGraphs qdq, String name, boolean integers, Codes codes, int[] fracs, long... dims) {
    if (integers) {
      qdq.integerWeights(name, codes, fracs, dims);
    } else {
      qdq.floatWeights(name, codes, fracs, dims);
    }
  }

  /** Quantized weights and 8-bit bias, and a quantized result. */
  private static void vitisConv(
      QdqGraphs qdq, String name, String input, int out, int in, int kernel, int frac) {
    qdq.floatWeights(name + ".w", Codes.INT8, new int[] {7}, out, in, kernel, kernel);
    qdq.graph().weights(name + ".bf", out);
    qdq.activation(name + ".bf", name + ".b", 7, Codes.INT8);
    long pad = kernel / 2;
    qdq.graph()
        .node(
            "Conv",
            name,
            input + " " + name + ".w " + name + ".b",
            name + ".f",
            "pads",
            longs(pad, pad, pad, pad));
    qdq.activation(name + ".f", name, frac, Codes.INT8);
  }

  private static TestGraph randomGraph(int seed) {
    Random random = new Random(seed);
    int channels = 1 + random.nextInt(4);
    QdqGraphs qdq = new QdqGraphs(13, seed, channels, 6, 5);
    int frac = 3 + random.nextInt(4);
    String map = qdq.activation("x", "m0", frac, codes(random));
    int count = 1 + random.nextInt(4);
    for (int i = 1; i <= count; i++) {
      String name = "m" + i;
      int out = 1 + random.nextInt(5);
      boolean depthwise = random.nextInt(3) == 0;
      out = depthwise ? channels * (1 + random.nextInt(2)) : out;
      int[] fracs = qdq.fracs(random.nextBoolean(), out, 4);
      Codes weightCodes = random.nextBoolean() ? INT4 : random.nextBoolean() ? NARROW : Codes.INT8;
      long in = depthwise ? 1 : channels;
      weights(qdq, name + ".w", random.nextBoolean(), weightCodes, fracs, out, in, 3, 3);
      boolean biased = random.nextBoolean();
      if (biased) {
        qdq.bias(name + ".b", random.nextBoolean(), plus(fracs, frac), out);
      }
      qdq.graph()
          .node(
              "Conv",
              name,
              map + " " + name + ".w" + (biased ? " " + name + ".b" : ""),
              name + ".c",
              "auto_pad",
              "SAME_UPPER",
              "group",
              depthwise ? (long) channels : 1L);
      String sums = name + ".c";
      if (out == channels && random.nextBoolean()) {
        qdq.graph().node("Add", name + ".add", map + " " + sums, name + ".a");
        sums = name + ".a";
      }
      int next = random.nextInt(4);
      if (random.nextInt(3) == 0) {
        sums = qdq.activation(sums, name + ".pre", next, Codes.INT8);
      }
      if (random.nextBoolean()) {
        qdq.graph().node("Relu", name + ".relu", sums, name + ".r");
        sums = name + ".r";
      }
      boolean last = i == count;
      map = qdq.activation(sums, last ? "y" : name, next, codes(random));
      if (!last && random.nextInt(3) == 0) {
        qdq.graph().node("Concat", name + ".cat", map + " " + map, name + ".two", "axis", 1L);
        map = name + ".two";
        out *= 2;
      }
      frac = next;
      channels = out;
    }
    return qdq.graph();
  }

  private static Codes codes(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Codes.UINT8;
      case 1 -> NARROW;
      case 2 -> UINT4;
      default -> Codes.INT8;
    };
  }

  // ---- comparisons

  private QuantizedNetwork check(TestGraph graph) throws OrtException {
    return check(graph, IMAGES);
  }

  private QuantizedNetwork check(TestGraph graph, int images) throws OrtException {
    QuantizedNetwork network = QdqReader.read(graph.write(directory), Preprocessing.none());
    // A quantized file of our own can be made of it.
    QuantizedOnnx.toBytes(network);
    float[] batch = graph.images(images);
    for (int i = 0; i < batch.length; i++) {
      batch[i] *= 4;
    }
    List<float[]> expected = graph.onnxRuntimeOutputs(batch, images, OptLevel.NO_OPT);
    IntegerExecutor executor = new IntegerExecutor(network);
    FixedFormat format = (FixedFormat) network.input().tensor().format();
    int size = batch.length / images;
    assertEquals(expected.size(), network.outputs().size());
    for (int n = 0; n < images; n++) {
      float[] image = Arrays.copyOfRange(batch, n * size, (n + 1) * size);
      int[] codes = new int[size];
      Arrays.setAll(codes, i -> format.encode(image[i]));
      List<int[]> results = executor.outputs(codes);
      for (int o = 0; o < results.size(); o++) {
        float[] ofImages = expected.get(o);
        int each = ofImages.length / images;
        assertReals(
            Arrays.copyOfRange(ofImages, n * each, (n + 1) * each),
            network.outputs().get(o),
            results.get(o));
      }
    }
    return network;
  }

  private static void assertReals(float[] expected, Tensor output, int[] result) {
    assertEquals(expected.length, result.length);
    for (int i = 0; i < result.length; i++) {
      int channel = i / output.shape().pixels();
      double real = Math.scalb((double) result[i], -output.format().frac(channel));
      assertEquals(expected[i], real, "element %d of %s".formatted(i, output));
    }
  }

  private void refuses(TestGraph graph, String... parts) {
    Path file = graph.write(directory);
    String message =
        assertThrows(BadInputException.class, () -> QdqReader.read(file, Preprocessing.none()))
            .getMessage();
    assertTrue(message.startsWith(file.toString()), message);
    for (String part : parts) {
      assertTrue(message.contains(part), "'%s' in: %s".formatted(part, message));
    }
    assertFalse(message.contains("\n"), message);
  }

  private static OutputStage stage(QuantizedNetwork network, int layer) {
    return ((MacLayer) network.layers().get(layer)).stage();
  }

  private static long[] longs(long... values) {
    return values;
  }
}
