package lutmac.onnx.qdq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lutmac.network.BadInputException;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
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

/**
 * Spellings of other tools than QuantizeLinear and DequantizeLinear with zero points 0. The oracle
 * is ONNX Runtime, for QONNX on the definition of its operators.
 */
class OtherToolsTest {
  private static final int IMAGES = 100;
  private static final String MICROSOFT = "com.microsoft";

  @TempDir Path directory;

  private final Random random = new Random(7);

  // ---- zero points

  /** 128 makes a signed format of uint8, -128 an unsigned one of int8. */
  @ParameterizedTest
  @CsvSource({"UINT8, 128", "INT8, -128"})
  void readsZeroPointsThatOnlyMoveTheRange(DataType type, int zero) throws OrtException {
    TestGraph graph = new TestGraph(13, 3, 6, 6);
    activation(graph, "x", "in", 4, type, zero);
    weights(graph, "w", 6, 5, 3, 3, 3);
    graph.node("Conv", "c", "in w", "c.y", "pads", longs(1, 1, 1, 1));
    activation(graph, "c.y", "a", 2, type, zero);
    graph.node("MaxPool", "p", "a.q", "p.q", "kernel_shape", longs(2, 2));
    graph.node("DequantizeLinear", "p/D", "p.q a.s a.z", "p");
    weights(graph, "v", 6, 4, 5, 1, 1);
    graph.node("Conv", "d", "p v", "d.y");
    activation(graph, "d.y", "y", 1, type, zero);
    QuantizedNetwork network = check(graph);
    assertEquals(new FixedFormat(8, 4, type == DataType.UINT8), network.input().tensor().format());
  }

  // ---- operators on codes

  /** ONNX Runtime's operator-oriented format, with all its operators that a layer can hold. */
  @Test
  void readsOperatorsOnCodes() throws OrtException {
    TestGraph graph = new TestGraph(13, 3, 8, 8);
    step(graph, "x", 5, DataType.INT8);
    graph.node("QuantizeLinear", "x/Q", "x x.s x.z", "x.q");
    qConv(graph, "c1", "x", 8, 3, 3, 3, "pads", longs(1, 1, 1, 1));
    qConv(graph, "c2", "c1", 8, 8, 3, 2, "pads", longs(1, 1, 1, 1));
    step(graph, "add", 2, DataType.INT8);
    graph.custom(
        MICROSOFT, "QLinearAdd", "add", "c2.q c2.s c2.z c1.q c1.s c1.z add.s add.z", "add.q");
    step(graph, "leaky", 3, DataType.INT8);
    graph.custom(
        MICROSOFT,
        "QLinearLeakyRelu",
        "leaky",
        "add.q add.s add.z leaky.s leaky.z",
        "leaky.q",
        "alpha",
        0.125f);
    graph.node(
        "MaxPool", "p", "leaky.q", "p.q", "kernel_shape", longs(2, 2), "strides", longs(2, 2));
    step(graph, "avg", 4, DataType.INT8);
    graph.custom(
        MICROSOFT,
        "QLinearAveragePool",
        "avg",
        "p.q leaky.s leaky.z avg.s avg.z",
        "avg.q",
        "kernel_shape",
        longs(2, 2),
        "strides",
        longs(1, 1),
        "pads",
        longs(0, 0, 1, 1),
        "count_include_pad",
        1L);
    step(graph, "cat", 3, DataType.INT8);
    graph.custom(
        MICROSOFT,
        "QLinearConcat",
        "cat",
        "cat.s cat.z avg.q avg.s avg.z p.q leaky.s leaky.z",
        "cat.q",
        "axis",
        1L);
    step(graph, "gap", 4, DataType.INT8);
    graph.custom(
        MICROSOFT, "QLinearGlobalAveragePool", "gap", "cat.q cat.s cat.z gap.s gap.z", "gap.q");
    graph.node("Flatten", "flat", "gap.q", "flat.q");
    step(graph, "fc.w", 6, DataType.INT8);
    graph.codes("fc.w.c", DataType.INT8, ints(16 * 6), 16, 6);
    step(graph, "fc", 2, DataType.INT8);
    graph.node("QLinearMatMul", "fc", "flat.q gap.s gap.z fc.w.c fc.w.s fc.w.z fc.s fc.z", "fc.q");
    step(graph, "gemm.w", 6, DataType.INT8);
    graph.codes("gemm.w.c", DataType.INT8, ints(5 * 6), 5, 6);
    graph.codes("gemm.b", DataType.INT32, ints(5), 5);
    graph.custom(
        MICROSOFT,
        "QGemm",
        "gemm",
        "fc.q fc.s fc.z gemm.w.c gemm.w.s gemm.w.z gemm.b - -",
        "y",
        "transB",
        1L);
    check(graph);
  }

  /** Products of codes, which the graph scales itself. */
  @Test
  void readsIntegerProducts() throws OrtException {
    TestGraph graph = new TestGraph(13, 3, 6, 6);
    step(graph, "x", 4, DataType.UINT8);
    graph
        .node("QuantizeLinear", "x/Q", "x x.s x.z", "x.q")
        .codes("w", DataType.INT8, ints(4 * 27), 4, 3, 3, 3)
        .node("ConvInteger", "c", "x.q w", "c.i")
        .node("Cast", "cast", "c.i", "c.f", "to", 1L)
        .floats("scale", new float[] {Math.scalb(1f, -10)})
        .floats("b", new float[] {0.5f, -0.25f, 0, 1}, 4, 1, 1)
        .node("Mul", "m", "c.f scale", "m")
        .node("Add", "bias", "m b", "b.y");
    activation(graph, "b.y", "y", 2, DataType.INT8, 0);
    check(graph);
  }

  // ---- quantizers of other operator sets

  @Test
  void readsQuantizersOfMicrosoft() throws OrtException {
    check(quantizers(MICROSOFT, "QuantizeLinear", "DequantizeLinear"));
  }

  /** AMD's are not in ONNX Runtime: they compute what the same nodes of ONNX do. */
  @ParameterizedTest
  @CsvSource({
    "com.vai.quantize, VitisQuantizeLinear, VitisDequantizeLinear",
    "com.vitis.customop, VitisQuantizeLinear, VitisDequantizeLinear",
    "com.amd.quark, ExtendedQuantizeLinear, ExtendedDequantizeLinear",
    "ai.onnx.contrib, QuantizeLinear, DequantizeLinear"
  })
  void readsQuantizersOfAmd(String domain, String quantize, String dequantize) throws OrtException {
    TestGraph standard = quantizers("", "QuantizeLinear", "DequantizeLinear");
    ModelProto other = quantizers(domain, quantize, dequantize).model();
    assertComputes(read(other).network(), standard.model(), images(standard));
  }

  private static TestGraph quantizers(String domain, String quantize, String dequantize) {
    TestGraph graph = new TestGraph(13, 3, 6, 6);
    OtherToolsTest test = new OtherToolsTest();
    test.step(graph, "in", 4, DataType.INT8);
    graph
        .custom(domain, quantize, "in/Q", "x in.s in.z", "in.q")
        .custom(domain, dequantize, "in/D", "in.q in.s in.z", "in");
    test.weights(graph, "w", 6, 5, 3, 3, 3);
    test.step(graph, "y", 2, DataType.UINT8);
    return graph
        .node("Conv", "c", "in w", "c.y")
        .node("Relu", "r", "c.y", "r.y")
        .custom(domain, quantize, "y/Q", "r.y y.s y.z", "y.q")
        .custom(domain, dequantize, "y/D", "y.q y.s y.z", "y");
  }

  /** Vitis AI and Quark multiply a mean of 49 by 49 * 21 / 1024: so many pixels are no obstacle. */
  @Test
  void readsMeansThatAreMultipliedAsHardwareDoes() throws OrtException {
    TestGraph graph = new TestGraph(13, 4, 7, 7);
    activation(graph, "x", "in", 5, DataType.INT8, 0);
    graph
        .floats("k", new float[] {49 * 21 / 1024f})
        .node("GlobalAveragePool", "g", "in", "g.y")
        .node("Mul", "m", "g.y k", "m.y");
    activation(graph, "m.y", "y", 6, DataType.INT8, 0);
    check(graph);
  }

  /** Other counts are divided digit by digit, in tables. */
  @ParameterizedTest
  @CsvSource({
    "7, 7, UINT8, 4, 4",
    "7, 7, UINT8, 4, 5",
    "7, 7, INT8, 5, 5",
    "7, 7, UINT8, 5, 4",
    "7, 7, UINT8, 5, 7",
    "25, 5, UINT8, 4, 4",
    "3, 3, INT8, 4, 4",
    "1, 3, UINT8, 4, 5",
    "6, 6, UINT8, 4, 5",
    "6, 2, UINT8, 4, 3",
    "5, 3, INT8, 4, 2",
  })
  void readsMeansOfAnyNumberOfPixels(int height, int width, DataType type, int from, int to)
      throws OrtException {
    TestGraph graph = new TestGraph(13, 3, height, width);
    activation(graph, "x", "in", from, type, 0);
    graph.node("GlobalAveragePool", "g", "in", "g.y");
    activation(graph, "g.y", "y", to, type, 0);
    QuantizedNetwork network = check(graph, 2000);
    assertEquals(6, network.layers().size());
    assertEquals(Rounding.HALF_EVEN, network.rounding());
  }

  @Test
  void refusesMeansWhoseNumbersAreTooLarge() {
    TestGraph graph = new TestGraph(13, 3, 19, 19);
    activation(graph, "x", "in", 4, DataType.UINT8, 0);
    graph.node("GlobalAveragePool", "g", "in", "g.y");
    activation(graph, "g.y", "y", 4, DataType.UINT8, 0);
    refuses(graph, "mean of 361 pixels", "tables of 256 entries", "'lutmac quantize'");
  }

  // ---- QONNX

  @ParameterizedTest
  @CsvSource({
    "ROUND, 1, 0, 8, HALF_EVEN",
    "ROUND, 0, 1, 5, HALF_EVEN",
    "FLOOR, 1, 1, 8, HALF_UP",
    "CEIL, 1, 0, 6, HALF_UP",
    "HALF_UP, 0, 0, 8, HALF_UP",
    "HALF_DOWN, 0, 0, 7, HALF_UP",
    "DOWN, 0, 0, 8, HALF_UP",
    "up, 0, 0, 8, HALF_UP",
  })
  void readsQuantOfEveryRounding(String mode, long signed, long narrow, int bits, Rounding expected)
      throws OrtException {
    TestGraph graph = quantized(mode, signed, narrow, bits, 8);
    assertEquals(expected, checkDefinition(graph).rounding());
  }

  /** A network rounds in one way: with a bit to spare, an odd bias does what another way does. */
  @Test
  void readsRoundingsThatDifferFromMapToMap() throws OrtException {
    TestGraph graph = new TestGraph(13, 3, 5, 5);
    QonnxGraphs.map(graph, "x", "in", 4, 1, 0, 8, "ROUND");
    QonnxGraphs.weights(graph, "w.f", "w", 4, 5, ints(4 * 27), 4, 3, 3, 3);
    graph.node("Conv", "c", "in w", "c.y");
    QonnxGraphs.map(graph, "c.y", "f", 1, 1, 0, 8, "FLOOR");
    QonnxGraphs.weights(graph, "v.f", "v", 5, 8, ints(16), 4, 4, 1, 1);
    graph.node("Conv", "g", "f v", "g.y");
    QonnxGraphs.map(graph, "g.y", "y", 1, 1, 0, 8, "ROUND");
    assertEquals(Rounding.HALF_EVEN, checkDefinition(graph).rounding());
  }

  @Test
  void readsBipolarWeights() throws OrtException {
    TestGraph graph = new TestGraph(13, 3, 5, 5);
    QonnxGraphs.map(graph, "x", "in", 4, 1, 0, 8, "ROUND");
    graph
        .weights("w.f", 4, 3, 3, 3)
        .floats("w.s", new float[] {0.25f})
        .custom(QonnxGraphs.DOMAIN, "BipolarQuant", "w/Q", "w.f w.s", "w")
        .node("Conv", "c", "in w", "y");
    checkDefinition(graph);
  }

  @Test
  void refusesRoundingsOfMagnitudes() {
    refuses(quantized("DOWN", 1, 0, 8, 8), "'y/Q' (Quant)", "rounding_mode DOWN", "ROUND, FLOOR");
  }

  @Test
  void refusesMapsOfTwoValues() {
    TestGraph graph = new TestGraph(13, 3, 5, 5);
    graph
        .floats("s", new float[] {0.25f})
        .custom(QonnxGraphs.DOMAIN, "BipolarQuant", "b", "x s", "y");
    refuses(graph, "'b' (BipolarQuant)", "two values");
  }

  private TestGraph quantized(String mode, long signed, long narrow, int bits, int weightBits) {
    TestGraph graph = new TestGraph(13, 3, 5, 5);
    QonnxGraphs.map(graph, "x", "in", 4, 1, 0, 8, "ROUND");
    QonnxGraphs.weights(graph, "w.f", "w", 4, weightBits, ints(4 * 27), 4, 3, 3, 3);
    graph.node("Conv", "c", "in w", "c.y");
    QonnxGraphs.map(graph, "c.y", "y", 1, signed, narrow, bits, mode);
    return graph;
  }

  // ---- sums of sums

  /** A shortcut beside a convolution of the same map: two copies of it are one layer's input. */
  @Test
  void readsTheSumOfTwoConvolutionsOfOneMap() throws OrtException {
    TestGraph graph = new TestGraph(13, 3, 6, 6);
    activation(graph, "x", "in", 4, DataType.INT8, 0);
    weights(graph, "w", 6, 8, 3, 3, 3);
    weights(graph, "v", 6, 8, 3, 1, 1);
    graph
        .node("Conv", "c", "in w", "c.y", "pads", longs(1, 1, 1, 1))
        .node("Conv", "d", "in v", "d.y")
        .node("Add", "a", "c.y d.y", "a.y")
        .node("Relu", "r", "a.y", "r.y");
    activation(graph, "r.y", "y", 1, DataType.UINT8, 0);
    assertEquals(2, check(graph).layers().size());
  }

  /** Where the sums of the weights have 8 bits, it is one convolution of the map itself. */
  @Test
  void twoConvolutionsOfOneMapAreOneWhereTheirWeightsAllow() throws OrtException {
    QdqGraphs qdq = new QdqGraphs(13, 5, 4, 6, 6);
    qdq.activation("x", "in", 4, Codes.INT8);
    Codes fewBits = new Codes(DataType.INT8, -60, 60);
    qdq.integerWeights("w", fewBits, new int[] {6}, 4, 1, 3, 1);
    qdq.integerWeights("v", fewBits, new int[] {6}, 4, 4, 1, 3);
    TestGraph graph = qdq.graph();
    graph
        .node("Conv", "c", "in w", "c.y", "group", 4L, "pads", longs(1, 0, 1, 0))
        .node("Conv", "d", "in v", "d.y", "pads", longs(0, 1, 0, 1))
        .node("Add", "a", "c.y d.y", "a.y");
    activation(graph, "a.y", "y", 1, DataType.INT8, 0);
    assertEquals(1, check(graph).layers().size());
  }

  /** The shortcut of a residual block that halves the map. */
  @Test
  void readsTheSumOfConvolutionsOfTwoMaps() throws OrtException {
    TestGraph graph = new TestGraph(13, 3, 7, 7);
    activation(graph, "x", "in", 2, DataType.INT8, 0);
    weights(graph, "u", 6, 5, 3, 3, 3);
    graph.node("Conv", "b", "in u", "b.y", "strides", longs(2, 2), "pads", longs(1, 1, 1, 1));
    activation(graph, "b.y", "b", 2, DataType.INT8, 0);
    weights(graph, "w", 6, 5, 5, 3, 3);
    weights(graph, "v", 6, 5, 3, 1, 1);
    graph
        .floats("bias", new float[] {0.5f, 0.25f, -1, 0, 2}, 5)
        .node("Conv", "c", "b w bias", "c.y", "pads", longs(1, 1, 1, 1))
        .node("Conv", "d", "in v", "d.y", "strides", longs(2, 2))
        .node("Add", "a", "d.y c.y", "a.y");
    activation(graph, "a.y", "y", 1, DataType.INT8, 0);
    check(graph);
  }

  @Test
  void refusesSumsOfUnlikeConvolutions() {
    TestGraph graph = new TestGraph(13, 3, 6, 6);
    activation(graph, "x", "in", 4, DataType.INT8, 0);
    weights(graph, "w", 6, 8, 3, 3, 3);
    weights(graph, "v", 7, 8, 3, 3, 3);
    graph
        .node("Conv", "c", "in w", "c.y", "pads", longs(1, 1, 1, 1))
        .node("Conv", "d", "in v", "d.y", "pads", longs(2, 2, 2, 2), "dilations", longs(2, 2))
        .node("Add", "a", "c.y d.y", "a.y");
    activation(graph, "a.y", "y", 1, DataType.UINT8, 0);
    refuses(graph, "'a'", "adds sums");
  }

  @Test
  void refusesSumsWhoseWeightsHaveOtherSteps() {
    TestGraph graph = new TestGraph(13, 3, 6, 6);
    activation(graph, "x", "in", 4, DataType.INT8, 0);
    weights(graph, "w", 6, 8, 3, 3, 3);
    weights(graph, "v", 9, 8, 3, 1, 1);
    graph
        .node("Conv", "c", "in w", "c.y", "pads", longs(1, 1, 1, 1))
        .node("Conv", "d", "in v", "d.y")
        .node("Add", "a", "c.y d.y", "a.y");
    activation(graph, "a.y", "y", 1, DataType.UINT8, 0);
    refuses(graph, "'a'", "other steps", "before one of its inputs");
  }

  @Test
  void refusesSumsOfSignedAndUnsignedMaps() {
    TestGraph graph = new TestGraph(13, 3, 6, 6);
    activation(graph, "x", "in", 4, DataType.INT8, 0);
    weights(graph, "u", 6, 8, 3, 1, 1);
    graph.node("Conv", "b", "in u", "b.y");
    activation(graph, "b.y", "b", 4, DataType.UINT8, 0);
    weights(graph, "w", 6, 8, 8, 1, 1);
    weights(graph, "v", 6, 8, 3, 1, 1);
    graph
        .node("Conv", "c", "b w", "c.y")
        .node("Conv", "d", "in v", "d.y")
        .node("Add", "a", "c.y d.y", "a.y");
    activation(graph, "a.y", "y", 1, DataType.UINT8, 0);
    refuses(graph, "'a'", "signed and unsigned", "all unsigned");
  }

  // ---- biases between the steps

  /** Where all maps round sums with such biases, no sum is a tie: rounding upwards is exact. */
  @Test
  void biasesBetweenTheStepsAreExactWhereHardwareRoundsUp() throws OrtException {
    QuantizedNetwork network = check(biased(Codes.INT8));
    assertEquals(Rounding.HALF_UP, network.rounding());
  }

  /** With weights of 7 bits the sums have a bit to spare. */
  @Test
  void biasesBetweenTheStepsAreExactWithABitToSpare() throws OrtException {
    TestGraph graph = biased(new Codes(DataType.INT8, -63, 63));
    graph.output("p");
    graph.node("AveragePool", "p", "y", "p.y", "kernel_shape", longs(2, 2));
    activation(graph, "p.y", "p", 1, DataType.INT8, 0);
    assertEquals(Rounding.HALF_EVEN, check(graph).rounding());
  }

  @Test
  void biasesThatHaveToBeRoundedAreTold() {
    TestGraph graph = biased(Codes.INT8);
    graph.output("p");
    graph.node("AveragePool", "p", "y", "p.y", "kernel_shape", longs(2, 2));
    activation(graph, "p.y", "p", 1, DataType.INT8, 0);
    QdqReader.Imported read = read(graph.model());
    assertEquals(1, read.notes().size());
    assertTrue(
        read.notes().get(0).contains("'c': biases lie between the steps"), read.notes()::toString);
  }

  private TestGraph biased(Codes weights) {
    QdqGraphs qdq = new QdqGraphs(13, 5, 3, 6, 6);
    qdq.activation("x", "in", 4, Codes.INT8);
    qdq.integerWeights("w", weights, new int[] {6}, 8, 3, 3, 3);
    TestGraph graph = qdq.graph();
    graph.weights("b", 8);
    graph.node("Conv", "c", "in w b", "c.y");
    activation(graph, "c.y", "y", 2, DataType.INT8, 0);
    return graph;
  }

  // ---- graphs

  private void step(TestGraph graph, String name, int frac, DataType type) {
    graph.floats(name + ".s", new float[] {Math.scalb(1f, -frac)});
    graph.codes(name + ".z", type, new int[1]);
  }

  private static void activation(
      TestGraph graph, String from, String to, int frac, DataType type, int zero) {
    graph
        .floats(to + ".s", new float[] {Math.scalb(1f, -frac)})
        .codes(to + ".z", type, new int[] {zero})
        .node("QuantizeLinear", to + "/Q", from + " " + to + ".s " + to + ".z", to + ".q")
        .node("DequantizeLinear", to + "/D", to + ".q " + to + ".s " + to + ".z", to);
  }

  private void weights(TestGraph graph, String name, int frac, int... dims) {
    int count = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    graph
        .floats(name + ".s", new float[] {Math.scalb(1f, -frac)})
        .codes(
            name + ".c", DataType.INT8, ints(count), Arrays.stream(dims).asLongStream().toArray())
        .node("DequantizeLinear", name + "/D", name + ".c " + name + ".s", name);
  }

  /** QLinearConv with a scale a channel and an int32 bias. */
  private void qConv(
      TestGraph graph,
      String name,
      String from,
      int out,
      int in,
      int kernel,
      int frac,
      Object... attributes) {
    float[] scales = new float[out];
    for (int o = 0; o < out; o++) {
      scales[o] = Math.scalb(1f, -6 - o % 2);
    }
    step(graph, name, frac, DataType.INT8);
    graph
        .floats(name + ".w.s", scales, out)
        .codes(name + ".w.z", DataType.INT8, new int[out], out)
        .codes(
            name + ".w", DataType.INT8, ints(out * in * kernel * kernel), out, in, kernel, kernel)
        .codes(name + ".b", DataType.INT32, ints(out), out)
        .node(
            "QLinearConv",
            name,
            "%1$s.q %1$s.s %1$s.z %2$s.w %2$s.w.s %2$s.w.z %2$s.s %2$s.z %2$s.b"
                .formatted(from, name),
            name + ".q",
            attributes);
  }

  private int[] ints(int count) {
    return random.ints(count, -100, 101).toArray();
  }

  private static long[] longs(long... values) {
    return values;
  }

  // ---- comparisons

  private QuantizedNetwork check(TestGraph graph) throws OrtException {
    return check(graph, IMAGES);
  }

  private QuantizedNetwork check(TestGraph graph, int images) throws OrtException {
    QdqReader.Imported read = read(graph.model());
    assertEquals(List.of(), read.notes());
    // A quantized file of our own can be made of it.
    QuantizedOnnx.toBytes(read.network());
    assertComputes(read.network(), graph.model(), images(graph, images));
    return read.network();
  }

  private QuantizedNetwork checkDefinition(TestGraph graph) throws OrtException {
    QdqReader.Imported read = read(graph.model());
    assertEquals(List.of(), read.notes());
    assertComputes(read.network(), QuantDefinition.spelledOut(graph.model()), images(graph));
    return read.network();
  }

  private static float[] images(TestGraph graph) {
    return images(graph, IMAGES);
  }

  private static float[] images(TestGraph graph, int count) {
    float[] images = graph.images(count);
    int size = images.length / count;
    for (int i = 0; i < images.length; i++) {
      // Bright and dark ones: means of any size.
      images[i] = 3 * images[i] + i / size % 21 - 10;
    }
    return images;
  }

  private Path written(ModelProto model) {
    try {
      return Files.write(directory.resolve("model.onnx"), model.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private QdqReader.Imported read(ModelProto model) {
    return QdqReader.readWithNotes(written(model), Preprocessing.none());
  }

  private void refuses(TestGraph graph, String... parts) {
    String message = assertThrows(BadInputException.class, () -> read(graph.model())).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), "'%s' in: %s".formatted(part, message));
    }
  }

  private static void assertComputes(QuantizedNetwork network, ModelProto oracle, float[] batch)
      throws OrtException {
    Tensor input = network.input().tensor();
    FixedFormat format = (FixedFormat) input.format();
    int size = input.shape().size();
    int images = batch.length / size;
    long[] shape = {
      images, input.shape().channels(), input.shape().height(), input.shape().width()
    };
    IntegerExecutor executor = new IntegerExecutor(network);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(oracle.toByteArray(), options);
          OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(batch), shape);
          OrtSession.Result result = session.run(Map.of("x", tensor))) {
        int o = 0;
        for (Map.Entry<String, OnnxValue> made : result) {
          FloatBuffer expected = ((OnnxTensor) made.getValue()).getFloatBuffer();
          Tensor output = network.outputs().get(o);
          for (int n = 0; n < images; n++) {
            int[] codes = new int[size];
            for (int i = 0; i < size; i++) {
              codes[i] = format.encode(batch[n * size + i]);
            }
            int[] actual = executor.outputs(codes).get(o);
            for (int i = 0; i < actual.length; i++) {
              int frac = output.format().frac(i / output.shape().pixels());
              assertEquals(
                  // No zero of a runtime's is negative.
                  expected.get(n * actual.length + i) + 0f,
                  Math.scalb((double) actual[i], -frac),
                  "element %d of image %d of %s".formatted(i, n, output));
            }
          }
          o++;
        }
        assertEquals(network.outputs().size(), o);
      }
    }
  }
}
