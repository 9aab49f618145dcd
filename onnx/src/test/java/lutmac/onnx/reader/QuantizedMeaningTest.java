package lutmac.onnx.reader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatOp;
import lutmac.onnx.model.TestGraph;
import lutmac.runtime.exec.FloatExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A quantized file as a float network: weights are the real numbers that they stand for, feature
 * maps are no longer rounded. The oracle is ONNX Runtime on the float graph of these numbers.
 */
class QuantizedMeaningTest {
  private static final int IMAGES = 4;

  @TempDir Path directory;

  private final Random random = new Random(3);

  @Test
  void scalesOfAnyKindBecomeRealWeights() throws OrtException {
    int[] codes = ints(4 * 27, 0, 255);
    float[] scales = {0.011f, 0.02f, 0.005f, 0.03f};
    int[] zeros = {3, 120, 255, 7};
    float[] weights = new float[codes.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (codes[i] - zeros[i / 27]) * scales[i / 27];
    }
    TestGraph file =
        new TestGraph(13, 3, 6, 6)
            .codes("w.c", DataType.UINT8, codes, 4, 3, 3, 3)
            .floats("w.s", scales, 4)
            .codes("w.z", DataType.UINT8, zeros, 4)
            .node("DequantizeLinear", "w/D", "w.c w.s w.z", "w", "axis", 0L);
    pair(file, "x", "in", 0.0186f, DataType.UINT8, 114);
    file.node("Conv", "c", "in w", "c.y");
    pair(file, "c.y", "y", 0.7f, DataType.INT8, -11);
    TestGraph meant =
        new TestGraph(13, 3, 6, 6).floats("w", weights, 4, 3, 3, 3).node("Conv", "c", "x w", "y");
    FloatNetwork network = check(file, meant);
    assertEquals(1, network.nodes().size());
  }

  /** A scale for every three inputs of every output. */
  @Test
  void scalesOfBlocksBecomeRealWeights() throws OrtException {
    int[] codes = ints(6 * 4, -8, 7);
    float[] scales = {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f};
    float[] weights = new float[codes.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = codes[i] * scales[i / 12 * 4 + i % 4];
    }
    TestGraph file =
        new TestGraph(21, 6, 1, 1)
            .codes("w.c", DataType.INT4, codes, 6, 4)
            .floats("w.s", scales, 2, 4)
            .node("DequantizeLinear", "w/D", "w.c w.s", "w", "axis", 0L, "block_size", 3L);
    pair(file, "x", "in", 0.02f, DataType.INT8, 3);
    file.node("Flatten", "f", "in", "f").node("MatMul", "m", "f w", "y");
    TestGraph meant =
        new TestGraph(21, 6, 1, 1)
            .floats("w", weights, 6, 4)
            .node("Flatten", "f", "x", "f")
            .node("MatMul", "m", "f w", "y");
    check(file, meant);
  }

  /** ONNX Runtime's quantizer leaves out a ReLU where codes begin at zero. */
  @Test
  void rangesThatBeginAtZeroStayReLUs() throws OrtException {
    TestGraph file = new TestGraph(13, 3, 6, 6);
    file.weights("w", 4, 3, 3, 3);
    pair(file, "x", "in", 0.02f, DataType.UINT8, 0);
    file.node("Conv", "c", "in w", "c.y");
    pair(file, "c.y", "y", 0.03f, DataType.INT8, -128);
    TestGraph meant = new TestGraph(13, 3, 6, 6);
    meant.weights("w", 4, 3, 3, 3);
    meant
        .floats("zero", new float[] {0})
        .floats("top", new float[] {0.03f * 255})
        .node("Conv", "c", "x w", "c.y")
        .node("Clip", "r", "c.y zero top", "y");
    FloatNetwork network = check(file, meant);
    assertEquals(FloatOp.Relu.class, network.nodes().get(1).op().getClass());
  }

  @Test
  void operatorsOnCodesBecomeFloatOnes() throws OrtException {
    int[] codes = ints(5 * 12, -128, 127);
    float[] weights = new float[codes.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = codes[i] * 0.013f;
    }
    TestGraph file =
        new TestGraph(13, 3, 2, 2)
            .floats("s", new float[] {0.03f})
            .codes("z", DataType.UINT8, new int[] {91})
            .codes("w", DataType.INT8, codes, 12, 5)
            .floats("w.s", new float[] {0.013f})
            .codes("w.z", DataType.INT8, new int[1])
            .floats("y.s", new float[] {0.1f})
            .node("QuantizeLinear", "q", "x s z", "x.q")
            .node("Flatten", "f", "x.q", "f.q")
            .node("QLinearMatMul", "m", "f.q s z w w.s w.z y.s z", "y");
    TestGraph meant =
        new TestGraph(13, 3, 2, 2)
            .floats("w", weights, 12, 5)
            .node("Flatten", "f", "x", "f.y")
            .node("MatMul", "m", "f.y w", "y");
    check(file, meant);
  }

  @Test
  void scalesThatAreChosenImageByImageAreLeftOut() throws OrtException {
    int[] codes = ints(4 * 27, -128, 127);
    float[] weights = new float[codes.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = codes[i] * 0.013f;
    }
    TestGraph file =
        new TestGraph(13, 3, 6, 6)
            .codes("w", DataType.INT8, codes, 4, 3, 3, 3)
            .floats("w.s", new float[] {0.013f})
            .node("DynamicQuantizeLinear", "d", "x", "x.q x.s x.z")
            .node("Mul", "m", "x.s w.s", "scale")
            .node("ConvInteger", "c", "x.q w x.z", "c.i")
            .node("Cast", "cast", "c.i", "c.f", "to", 1L)
            .node("Mul", "n", "c.f scale", "y");
    TestGraph meant =
        new TestGraph(13, 3, 6, 6).floats("w", weights, 4, 3, 3, 3).node("Conv", "c", "x w", "y");
    check(file, meant);
  }

  @Test
  void quantOfAnyScaleIsRead() throws OrtException {
    float[] weights = new float[4 * 27];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (i % 15 - 7) * 0.1f;
    }
    TestGraph file = new TestGraph(13, 3, 6, 6).floats("w.f", weights, 4, 3, 3, 3);
    quant(file, "w.f", "w", 0.1f, 4, 1);
    quant(file, "x", "in", 0.05f, 8, 1);
    file.node("Conv", "c", "in w", "c.y");
    quant(file, "c.y", "y", 0.3f, 4, 0);
    TestGraph meant =
        new TestGraph(13, 3, 6, 6)
            .floats("w", weights, 4, 3, 3, 3)
            .floats("zero", new float[] {0})
            .floats("top", new float[] {0.3f * 15})
            .node("Conv", "c", "x w", "c.y")
            .node("Clip", "r", "c.y zero top", "y");
    check(file, meant);
  }

  /** A classifier's Softmax is left out, and so is what quantizes its result. */
  @Test
  void quantizationsOfALastSoftmaxAreLeftOutWithIt() throws OrtException {
    TestGraph file = new TestGraph(13, 3, 1, 1).weights("w", 3, 5);
    file.node("Flatten", "f", "x", "f").node("MatMul", "m", "f w", "m");
    pair(file, "m", "a", 0.1f, DataType.INT8, 0);
    file.node("Softmax", "s", "a", "s.y", "axis", 1L);
    pair(file, "s.y", "y", 1 / 256f, DataType.UINT8, 0);
    TestGraph meant = new TestGraph(13, 3, 1, 1).weights("w", 3, 5);
    meant.node("Flatten", "f", "x", "f").node("MatMul", "m", "f w", "y");
    check(file, meant);
  }

  private static void pair(
      TestGraph graph, String from, String to, float scale, DataType type, int zero) {
    graph
        .floats(to + ".s", new float[] {scale})
        .codes(to + ".z", type, new int[] {zero})
        .node("QuantizeLinear", to + "/Q", from + " " + to + ".s " + to + ".z", to + ".q")
        .node("DequantizeLinear", to + "/D", to + ".q " + to + ".s " + to + ".z", to);
  }

  private static void quant(
      TestGraph graph, String from, String to, float scale, int bits, long signed) {
    graph
        .floats(to + ".s", new float[] {scale})
        .floats(to + ".z", new float[] {0})
        .floats(to + ".n", new float[] {bits})
        .custom(
            "qonnx.custom_op.general",
            "Quant",
            to + "/Q",
            from + " " + to + ".s " + to + ".z " + to + ".n",
            to,
            "signed",
            signed);
  }

  private int[] ints(int count, int lo, int hi) {
    return random.ints(count, lo, hi + 1).toArray();
  }

  private FloatNetwork check(TestGraph file, TestGraph meant) throws OrtException {
    OnnxReader.Imported read = OnnxReader.readWithNotes(file.write(directory));
    assertTrue(
        read.notes().stream().anyMatch(note -> note.startsWith("the file is quantized already")),
        read.notes()::toString);
    float[] batch = meant.images(IMAGES);
    List<float[]> expected = meant.onnxRuntimeOutputs(batch, IMAGES, OptLevel.ALL_OPT);
    List<float[]> actual = new FloatExecutor(read.network()).outputs(batch, IMAGES);
    assertEquals(expected.size(), actual.size());
    for (int o = 0; o < actual.size(); o++) {
      assertArrayEquals(expected.get(o), actual.get(o), 1e-4f);
    }
    return read.network();
  }
}
