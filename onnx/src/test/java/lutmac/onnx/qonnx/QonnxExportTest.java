package lutmac.onnx.qonnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lutmac.network.BadInputException;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Constant;
import lutmac.onnx.qdq.QdqReader;
import lutmac.onnx.qdq.QuantDefinition;
import lutmac.runtime.exec.IntegerExecutor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QonnxExportTest {
  @TempDir Path directory;

  @Tag("slow")
  @Test
  void computesTheIntegersOfRandomNetworks() throws OrtException {
    int checked = 0;
    for (long seed = 0; checked < 100; seed++) {
      QuantizedNetwork network = RandomNetworks.network(seed);
      if (exactInFloat(network)) {
        assertComputes(network, seed);
        checked++;
      }
    }
  }

  @Test
  void computesGroupsPlanesAndConcatenations() throws OrtException {
    int checked = 0;
    for (long seed = 0; checked < 100; seed++) {
      QuantizedNetwork network = RandomNetworks.anyNetwork(seed);
      if (!logarithmic(network) && !activated(network) && exactInFloat(network)) {
        assertComputes(network, seed);
        checked++;
      }
    }
  }

  /** What it has written, the reader of other tools' files reads as the same integers. */
  @Tag("slow")
  @Test
  void isReadBackAsTheSameNetwork() {
    int checked = 0;
    int halfUp = 0;
    for (long seed = 0; checked < 100; seed++) {
      QuantizedNetwork network = RandomNetworks.network(seed);
      Path file = directory.resolve("net.qonnx.onnx");
      QonnxExport.write(network, file);
      QdqReader.Imported read = QdqReader.readWithNotes(file, Preprocessing.none());
      assertEquals(List.of(), read.notes());
      assertSameResults(network, read.network(), seed);
      halfUp += read.network().rounding() == Rounding.HALF_UP ? 1 : 0;
      checked++;
    }
    assertTrue(halfUp > 20 && halfUp < 80, "networks that round half up: " + halfUp);
  }

  private static void assertSameResults(
      QuantizedNetwork network, QuantizedNetwork read, long seed) {
    assertEquals(network.input().tensor().format(), read.input().tensor().format());
    IntegerExecutor expected = new IntegerExecutor(network);
    IntegerExecutor actual = new IntegerExecutor(read);
    for (int image = 0; image < 5; image++) {
      int[] codes = RandomNetworks.input(network, seed + image);
      for (int o = 0; o < network.outputs().size(); o++) {
        assertArrayEquals(
            reals(network.outputs().get(o), expected.outputs(codes).get(o)),
            reals(read.outputs().get(o), actual.outputs(codes).get(o)),
            "seed " + seed);
      }
    }
  }

  private static double[] reals(Tensor map, int[] integers) {
    double[] reals = new double[integers.length];
    for (int i = 0; i < reals.length; i++) {
      int frac = map.format().frac(i / map.shape().pixels());
      reals[i] = Math.scalb((double) integers[i], -frac);
    }
    return reals;
  }

  @Test
  void refusesActivationTablesByLayer() {
    long seed = 0;
    while (logarithmic(RandomNetworks.networkOfActivations(seed))
        || !activated(RandomNetworks.networkOfActivations(seed))) {
      seed++;
    }
    QuantizedNetwork network = RandomNetworks.networkOfActivations(seed);
    String message =
        assertThrows(BadInputException.class, () -> QonnxExport.toModel(network)).getMessage();
    assertTrue(message.contains("an activation is a table in layer 'layer"), message);
  }

  /** Every Quant is as the QONNX operator set defines it. */
  @Test
  void quantsHaveTheInputsAndAttributesOfQonnx() {
    ModelProto model = QonnxExport.toModel(RandomNetworks.network(5));
    assertEquals(
        List.of("", "qonnx.custom_op.general"),
        model.getOpsetImportList().stream().map(o -> o.getDomain()).toList());
    Map<String, TensorProto> tensors = initializers(model.getGraph());
    int quants = 0;
    for (NodeProto node : model.getGraph().getNodeList()) {
      if (!node.getOpType().equals("Quant")) {
        assertEquals("", node.getDomain());
        continue;
      }
      quants++;
      assertEquals("qonnx.custom_op.general", node.getDomain());
      assertEquals(4, node.getInputCount());
      assertEquals(
          List.of("signed", "narrow", "rounding_mode"),
          node.getAttributeList().stream().map(AttributeProto::getName).toList());
      assertEquals(0, scalar(tensors, node.getInput(2)));
      float bits = scalar(tensors, node.getInput(3));
      assertTrue(bits >= 2 && bits <= 32, "bits " + bits);
      TensorProto x = tensors.get(node.getInput(0));
      TensorProto scale = tensors.get(node.getInput(1));
      if (x != null && scale.getDimsCount() > 0) {
        assertEquals(x.getDimsCount(), scale.getDimsCount());
      }
    }
    assertTrue(quants > 3);
  }

  @Test
  void weightsHaveAsManyBitsAsTheyNeed() {
    assertEquals(2, weightBits(List.of(0, 1)));
    assertEquals(2, weightBits(List.of(0, -2)));
    assertEquals(4, weightBits(List.of(0, 7, -8, 3)));
    assertEquals(8, weightBits(List.of(0, 127)));
    assertEquals(8, weightBits(List.of(0, -128)));
  }

  @Test
  void namesTheLayersWhoseSumsFloatMayRound() {
    FixedFormat format = new FixedFormat(8, 0, false);
    assertEquals(
        List.of(), QonnxExport.layersThatFloat32MayRound(network(format, List.of(0, 1), 1 << 20)));
    assertEquals(
        List.of("first"),
        QonnxExport.layersThatFloat32MayRound(network(format, List.of(0, 1), 1 << 25)));
  }

  @Test
  void rejectsLogarithmicMapsByLayer() {
    QuantizedNetwork network = network(new LogFormat(4, 1, 6), List.of(0, 1), 0);
    String message =
        assertThrows(BadInputException.class, () -> QonnxExport.toModel(network)).getMessage();
    assertTrue(message.contains("'first'"), message);
    assertTrue(message.contains("fixed-point"), message);
  }

  @Test
  void rejectsBiasesThatFloatCannotHold() {
    FixedFormat format = new FixedFormat(8, 0, false);
    QonnxExport.toModel(network(format, List.of(0, 1), 1 << 25));
    QuantizedNetwork odd = network(format, List.of(0, 1), (1 << 25) + 1);
    String message =
        assertThrows(BadInputException.class, () -> QonnxExport.toModel(odd)).getMessage();
    assertTrue(message.contains("'first'"), message);
    assertTrue(message.contains("33554433"), message);
  }

  @Test
  void writesTheWholeFileOrNothing() throws IOException {
    Path file = directory.resolve("net.qonnx.onnx");
    QuantizedNetwork network = RandomNetworks.network(3);
    QonnxExport.write(network, file);
    assertEquals(QonnxExport.toModel(network), ModelProto.parseFrom(Files.readAllBytes(file)));
    Path nowhere = directory.resolve("none/net.onnx");
    assertThrows(BadInputException.class, () -> QonnxExport.write(network, nowhere));
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  // ---- networks

  /** One layer with every weight of a table, and a last layer. */
  private static QuantizedNetwork network(TensorFormat format, List<Integer> levels, int bias) {
    Shape shape = new Shape(1, 2, 2);
    Tensor input = Tensor.zeroPadded("x", shape, new FixedFormat(8, 0, false));
    Tensor inner = Tensor.zeroPadded("inner", new Shape(levels.size(), 2, 2), format);
    Tensor logits = Tensor.zeroPadded("logits", shape, new AccumulatorFormat(List.of(0)));
    byte[] codes = new byte[levels.size()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) i;
    }
    int[] biases = new int[codes.length];
    biases[0] = bias;
    int channels = codes.length;
    return new QuantizedNetwork(
        "two",
        new InputEncoding(input, Preprocessing.none(), true),
        List.of(
            new MacLayer(
                "first",
                input,
                inner,
                Optional.empty(),
                Window.pointwise(),
                false,
                new Codebook(levels),
                codes,
                biases,
                new OutputStage.Requantize(Collections.nCopies(channels, 0), 0, 127)),
            new MacLayer(
                "last",
                inner,
                logits,
                Optional.empty(),
                Window.pointwise(),
                false,
                new Codebook(List.of(0, 1)),
                new byte[channels],
                new int[1],
                new OutputStage.Accumulators())),
        Rounding.HALF_EVEN,
        Map.of());
  }

  private static int weightBits(List<Integer> levels) {
    GraphProto graph =
        QonnxExport.toModel(network(new FixedFormat(8, 0, false), levels, 0)).getGraph();
    NodeProto quant =
        graph.getNodeList().stream()
            .filter(node -> node.getOutput(0).equals("first.weights"))
            .findFirst()
            .orElseThrow();
    return (int) scalar(initializers(graph), quant.getInput(3));
  }

  private static boolean logarithmic(QuantizedNetwork network) {
    return network.layers().stream().anyMatch(l -> l.output().format() instanceof LogFormat);
  }

  private static boolean activated(QuantizedNetwork network) {
    return network.macLayers().stream().anyMatch(layer -> layer.activation().isPresent());
  }

  /** Whether float32 holds every sum, so that the float graph can be compared bit for bit. */
  private static boolean exactInFloat(QuantizedNetwork network) {
    return QonnxExport.layersThatFloat32MayRound(network).isEmpty();
  }

  // ---- comparisons

  private static void assertComputes(QuantizedNetwork network, long seed) throws OrtException {
    int[] codes = RandomNetworks.input(network, seed);
    List<int[]> expected = new IntegerExecutor(network).outputs(codes);
    Tensor input = network.input().tensor();
    float[] reals = new float[codes.length];
    for (int i = 0; i < reals.length; i++) {
      reals[i] = Math.scalb((float) codes[i], -input.format().frac(0));
    }
    Shape s = input.shape();
    long[] shape = {1, s.channels(), s.height(), s.width()};
    byte[] model = QuantDefinition.spelledOut(QonnxExport.toModel(network)).toByteArray();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(model, options);
          OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(reals), shape);
          OrtSession.Result result = session.run(Map.of(input.name(), tensor))) {
        for (int n = 0; n < expected.size(); n++) {
          FloatBuffer actual = ((OnnxTensor) result.get(n)).getFloatBuffer();
          assertEquals(expected.get(n).length, actual.remaining());
          Tensor output = network.outputs().get(n);
          for (int i = 0; i < actual.remaining(); i++) {
            int frac = output.format().frac(i / output.shape().pixels());
            double real = Math.scalb((double) expected.get(n)[i], -frac);
            assertEquals(real, actual.get(i), 0.0, "element %d of %s".formatted(i, output));
          }
        }
      }
    }
  }

  private static Map<String, TensorProto> initializers(GraphProto graph) {
    Map<String, TensorProto> tensors = new HashMap<>();
    graph.getInitializerList().forEach(tensor -> tensors.put(tensor.getName(), tensor));
    return tensors;
  }

  private static float scalar(Map<String, TensorProto> tensors, String name) {
    Constant.Floats values = (Constant.Floats) Constant.of(tensors.get(name), name);
    assertEquals(1, values.size());
    return values.values()[0];
  }
}
