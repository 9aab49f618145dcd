package lutmac.onnx.lut;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.TestGraph;
import lutmac.runtime.exec.IntegerExecutor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizedOnnxTest {
  private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();
  private static final int DOUBLE = TensorProto.DataType.DOUBLE.getNumber();

  @TempDir Path directory;

  @Tag("slow")
  @Property(tries = 300, shrinking = ShrinkingMode.OFF)
  void everyFeatureMapInOnnxRuntimeEqualsTheIntegers(@ForAll long seed) throws OrtException {
    assertEqualInOnnxRuntime(RandomNetworks.network(seed), seed);
  }

  @Tag("slow")
  @Property(tries = 500, shrinking = ShrinkingMode.OFF)
  void groupsPlanesLogarithmsAndConcatenationsAreExact(@ForAll long seed) throws OrtException {
    assertEqualInOnnxRuntime(RandomNetworks.anyNetwork(seed), seed);
  }

  @Tag("slow")
  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void activationTablesAreExact(@ForAll long seed) throws OrtException {
    assertEqualInOnnxRuntime(RandomNetworks.networkOfActivations(seed), seed);
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void layersBeyondFloatPrecisionStayExact(@ForAll long seed) throws OrtException {
    assertEqualInOnnxRuntime(RandomNetworks.wideNetwork(seed), seed);
  }

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void readsBackWhatItWrote(@ForAll long seed, @ForAll @IntRange(max = 2) int kind)
      throws IOException {
    QuantizedNetwork network =
        switch (kind) {
          case 0 -> RandomNetworks.network(seed);
          case 1 -> RandomNetworks.wideNetwork(seed);
          default -> RandomNetworks.anyNetwork(seed);
        };
    Path folder = Files.createTempDirectory("lutmac");
    Path file = folder.resolve("net.lut.onnx");
    try {
      QuantizedOnnx.write(network, file);
      QuantizedNetwork back = QuantizedOnnx.read(file);
      assertEquals(network.name(), back.name());
      assertEquals(network.input(), back.input());
      assertEquals(network.rounding(), back.rounding());
      assertEquals(network.provenance(), back.provenance());
      assertEquals(network.layers().size(), back.layers().size());
      for (int i = 0; i < network.layers().size(); i++) {
        assertLayerEquals(network.layers().get(i), back.layers().get(i));
      }
      assertArrayEquals(Files.readAllBytes(file), QuantizedOnnx.toModel(back).toByteArray());
    } finally {
      Files.delete(file);
      Files.delete(folder);
    }
  }

  @Test
  void skipFromTheNetworkInputIsExact() throws OrtException {
    Tensor input =
        new Tensor("pixels", new Shape(1, 2, 2), new FixedFormat(8, 0, false), List.of(100));
    assertEqualInOnnxRuntime(
        oneLayer(input, Optional.of(new Skip(input, List.of(3))), List.of(3), Rounding.HALF_EVEN),
        5);
  }

  @Test
  void skipThatNeedsMoreThanFloatPrecisionIsExact() throws OrtException {
    Tensor input = Tensor.zeroPadded("x", new Shape(1, 4, 4), new FixedFormat(8, 0, true));
    for (Rounding rounding : Rounding.values()) {
      QuantizedNetwork network =
          oneLayer(
              input, Optional.of(new Skip(input, List.of(22))), List.of(22), 1 << 21, rounding);
      assertEqualInOnnxRuntime(network, 8);
      // v = code * (2^22 + 1) + 2^21: code 0 is a tie.
      assertArrayEquals(
          new float[] {rounding == Rounding.HALF_UP ? 1 : 0},
          Arrays.copyOf(floats(runs(network, new int[16]).get("y")), 1));
    }
  }

  @Test
  void tiesAreRoundedAsTheNetworkSays() throws OrtException {
    Tensor input = Tensor.zeroPadded("x", new Shape(1, 1, 1), new FixedFormat(8, 0, true));
    for (Rounding rounding : Rounding.values()) {
      QuantizedNetwork network = oneLayer(input, Optional.empty(), List.of(1), rounding);
      // The weight is 1 and the shift 1, so odd codes are ties.
      for (int code : new int[] {-3, -1, 1, 3, 5, 7}) {
        float[] expected = {rounding.shiftRight(code, 1)};
        assertArrayEquals(
            expected, floats(runs(network, new int[] {code}).get("y")), "code " + code);
      }
    }
  }

  /** Their 16-bit intermediate sums saturate on CPUs without a dot-product instruction. */
  @Test
  void onnxRuntimeDoesNotFuseItIntoEightBitKernels() throws OrtException, IOException {
    Path optimized = directory.resolve("optimized.onnx");
    for (long seed = 0; seed < 40; seed++) {
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setOptimizedModelFilePath(optimized.toString());
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
        byte[] bytes =
            QuantizedOnnx.toModel(
                    seed % 2 == 0
                        ? RandomNetworks.network(seed)
                        : RandomNetworks.networkOfActivations(seed))
                .toByteArray();
        OrtEnvironment.getEnvironment().createSession(bytes, options).close();
      }
      ModelProto model = ModelProto.parseFrom(Files.readAllBytes(optimized));
      List<String> operators =
          model.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
      assertTrue(
          operators.stream().noneMatch(op -> op.startsWith("QLinear") || op.contains("Integer")),
          operators.toString());
    }
  }

  @Test
  void theResultIsFloatUnlessItNeedsMoreBits() {
    assertEquals(TensorProto.DataType.FLOAT.getNumber(), outputType(RandomNetworks.network(1)));
    for (long seed = 0; seed < 20; seed++) {
      QuantizedNetwork wide = RandomNetworks.wideNetwork(seed);
      int type = wide.layers().size() == 1 ? DOUBLE : FLOAT;
      assertEquals(type, outputType(wide), wide.name());
      assertTrue(
          QuantizedOnnx.toModel(wide).getGraph().getNodeList().stream()
              .anyMatch(node -> node.getAttributeList().stream().anyMatch(a -> a.getI() == DOUBLE)),
          wide.name() + " is not wide");
    }
  }

  @Test
  void oneNetworkAlwaysGivesTheSameBytes() {
    assertArrayEquals(
        QuantizedOnnx.toModel(RandomNetworks.network(7)).toByteArray(),
        QuantizedOnnx.toModel(RandomNetworks.network(7)).toByteArray());
  }

  @Test
  void rejectsSkipWhoseAlignmentContradictsItsFraction() {
    Tensor input = Tensor.zeroPadded("x", new Shape(1, 2, 2), new FixedFormat(8, 0, false));
    QuantizedNetwork network =
        oneLayer(input, Optional.of(new Skip(input, List.of(2))), List.of(3), Rounding.HALF_UP);
    String message =
        assertThrows(IllegalArgumentException.class, () -> QuantizedOnnx.toModel(network))
            .getMessage();
    assertTrue(message.contains("layer"), message);
  }

  @Test
  void rejectsMissingFile() {
    assertRejected(directory.resolve("nowhere.onnx"), "no such file");
  }

  @Test
  void rejectsTruncatedFileWhereverItIsCut() throws IOException {
    byte[] bytes = QuantizedOnnx.toModel(RandomNetworks.network(3)).toByteArray();
    Path file = directory.resolve("cut.onnx");
    for (int length = 0; length < bytes.length; length += 1 + bytes.length / 200) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertRejected(file, "cut.onnx");
    }
  }

  @Test
  void rejectsForeignFiles() throws IOException {
    Path text = Files.writeString(directory.resolve("text.onnx"), "not a network at all");
    assertRejected(text, "not an ONNX file");
    Path foreign = new TestGraph(13, 1, 2, 2).node("Relu", "r", "x", "y").write(directory);
    assertRejected(foreign, "lutmac quantize");
  }

  @Test
  void rejectsGraphThatDiffersFromItsDescription() throws IOException {
    ModelProto model = QuantizedOnnx.toModel(RandomNetworks.network(3));
    for (int i = 0; i < model.getGraph().getInitializerCount(); i++) {
      ModelProto.Builder changed = model.toBuilder();
      TensorProto.Builder tensor = changed.getGraphBuilder().getInitializerBuilder(i);
      byte[] raw = tensor.getRawData().toByteArray();
      raw[raw.length - 1] ^= 1;
      tensor.setRawData(com.google.protobuf.ByteString.copyFrom(raw));
      Path file = directory.resolve("changed.onnx");
      Files.write(file, changed.build().toByteArray());
      boolean free = tensor.getName().matches("layer\\d+\\.(table|codes|bias)");
      if (free && accepts(file)) {
        // The arrays themselves have no second copy: another weight is another valid network.
        continue;
      }
      assertRejected(file, "modified");
    }
    ModelProto.Builder rewired = model.toBuilder();
    rewired.getGraphBuilder().removeNode(0);
    Path file = directory.resolve("rewired.onnx");
    Files.write(file, rewired.build().toByteArray());
    assertRejected(file, "modified");
  }

  @Test
  void rejectsDescriptionThatDiffersFromItsGraph() throws IOException {
    ModelProto model = QuantizedOnnx.toModel(RandomNetworks.network(3));
    String json = model.getMetadataProps(0).getValue();
    Path file = directory.resolve("described.onnx");
    for (String changed :
        List.of(
            "{}",
            json.substring(0, json.length() / 2),
            json.replace("\"bits\":8", "\"bits\":7"),
            json.replace("layer0.codes", "layer0.code"),
            json.replace("\"layers\":[", "\"layers\":[null,"),
            json.replace("\"kernel\":[", "\"kernel\":[1,"),
            json.replace("\"version\":2", "\"version\":99"))) {
      assertFalse(changed.equals(json), "nothing was changed");
      ModelProto.Builder builder = model.toBuilder().clearMetadataProps();
      builder.addMetadataProps(
          StringStringEntryProto.newBuilder().setKey(QuantizedOnnx.METADATA_KEY).setValue(changed));
      Files.write(file, builder.build().toByteArray());
      assertRejected(file, "quantize the float network again");
    }
  }

  /** Codes whose values were not written down, or were others, would mean something else today. */
  @Test
  void rejectsLogarithmsOfOtherValuesByLayer() throws IOException {
    ModelProto model = QuantizedOnnx.toModel(withLogarithms());
    String json = model.getMetadataProps(0).getValue();
    Path file = directory.resolve("logarithms.onnx");
    for (String octave : List.of("", ",\"firstOctave\":[64]", ",\"firstOctave\":[64,91]")) {
      String changed = json.replaceAll(",\"firstOctave\":\\[[0-9,]*\\]", octave);
      assertFalse(changed.equals(json), "nothing was changed");
      ModelProto.Builder builder = model.toBuilder().clearMetadataProps();
      builder.addMetadataProps(
          StringStringEntryProto.newBuilder().setKey(QuantizedOnnx.METADATA_KEY).setValue(changed));
      Files.write(file, builder.build().toByteArray());
      assertRejected(file, "logarithmic codes of an older lutmac");
      assertRejected(file, "layer");
    }
  }

  private static QuantizedNetwork withLogarithms() {
    return Stream.iterate(0L, seed -> seed + 1)
        .map(RandomNetworks::anyNetwork)
        .filter(
            network ->
                network.layers().stream()
                    .anyMatch(layer -> layer.output().format() instanceof LogFormat))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void leavesTheOldFileAndNothingElseWhenItCannotWrite() throws IOException {
    Path occupied = Files.createDirectory(directory.resolve("net.onnx"));
    Files.writeString(occupied.resolve("inside"), "x");
    BadInputException error =
        assertThrows(
            BadInputException.class,
            () -> QuantizedOnnx.write(RandomNetworks.network(1), occupied));
    assertFalse(error.getMessage().contains("\n"));
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(occupied), files.toList());
    }
    assertThrows(
        BadInputException.class,
        () -> QuantizedOnnx.write(RandomNetworks.network(1), directory.resolve("none/net.onnx")));
  }

  // ---- networks

  /** One 1x1 layer with weight 1, and a last layer that only hands it on as "logits". */
  private static QuantizedNetwork oneLayer(
      Tensor input, Optional<Skip> skip, List<Integer> shift, Rounding rounding) {
    return oneLayer(input, skip, shift, 0, rounding);
  }

  private static QuantizedNetwork oneLayer(
      Tensor input, Optional<Skip> skip, List<Integer> shift, int bias, Rounding rounding) {
    Shape shape = input.shape();
    boolean padded = input.padCodes().get(0) != 0;
    Window window = padded ? new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1) : Window.pointwise();
    byte[] codes = new byte[window.kernelArea()];
    codes[codes.length - 1] = 1;
    Codebook codebook = new Codebook(List.of(0, 1));
    Tensor y = Tensor.zeroPadded("y", shape, new FixedFormat(8, 0, true));
    Tensor logits = Tensor.zeroPadded("logits", shape, new AccumulatorFormat(List.of(0)));
    return new QuantizedNetwork(
        "one",
        new InputEncoding(input, Preprocessing.none(), true),
        List.of(
            new MacLayer(
                "layer",
                input,
                y,
                skip,
                window,
                false,
                codebook,
                codes,
                new int[] {bias},
                new OutputStage.Requantize(shift, -128, 127)),
            new MacLayer(
                "last",
                y,
                logits,
                Optional.empty(),
                Window.pointwise(),
                false,
                codebook,
                new byte[] {1},
                new int[1],
                new OutputStage.Accumulators())),
        rounding,
        Map.of());
  }

  private static int outputType(QuantizedNetwork network) {
    return QuantizedOnnx.toModel(network)
        .getGraph()
        .getOutput(0)
        .getType()
        .getTensorType()
        .getElemType();
  }

  // ---- comparisons

  private static void assertLayerEquals(QuantizedLayer expected, QuantizedLayer actual) {
    if (expected instanceof MacLayer a && actual instanceof MacLayer b) {
      assertEquals(a.planes().size(), b.planes().size());
      List<WeightPlane> planes = new ArrayList<>();
      for (int p = 0; p < a.planes().size(); p++) {
        assertArrayEquals(a.planes().get(p).codes(), b.planes().get(p).codes());
        assertEquals(a.planes().get(p).codebook(), b.planes().get(p).codebook());
        planes.add(a.planes().get(p));
      }
      assertArrayEquals(a.bias(), b.bias());
      MacLayer sameArrays =
          new MacLayer(
              b.name(),
              b.input(),
              b.output(),
              b.skip(),
              b.window(),
              b.groups(),
              b.sumPixels(),
              planes,
              a.bias(),
              b.stage());
      assertEquals(a, sameArrays);
    } else {
      assertEquals(expected, actual);
    }
  }

  private static boolean accepts(Path file) {
    try {
      QuantizedOnnx.read(file);
      return true;
    } catch (BadInputException e) {
      return false;
    }
  }

  private static void assertRejected(Path file, String part) {
    String message =
        assertThrows(BadInputException.class, () -> QuantizedOnnx.read(file)).getMessage();
    assertTrue(message.contains(part), message);
    assertTrue(message.contains(file.getFileName().toString()), message);
    assertFalse(message.contains("\n"), message);
  }

  private static void assertEqualInOnnxRuntime(QuantizedNetwork network, long seed)
      throws OrtException {
    int[] first = RandomNetworks.input(network, seed);
    int[] second = RandomNetworks.input(network, seed + 1);
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    Map<String, double[]> actual = runs(network, both);
    Map<String, int[]> expectedFirst = GoldenModel.run(network, first);
    Map<String, int[]> expectedSecond = GoldenModel.run(network, second);
    assertIntegers(expectedFirst, new IntegerExecutor(network).runAll(first));
    assertIntegers(expectedSecond, new IntegerExecutor(network).runAll(second));
    for (QuantizedLayer layer : network.layers()) {
      Tensor tensor = layer.output();
      double[] expected =
          Stream.of(expectedFirst, expectedSecond)
              .flatMapToDouble(maps -> Arrays.stream(real(tensor, maps.get(tensor.name()))))
              .toArray();
      double[] values = actual.get(tensor.name());
      assertEquals(expected.length, values.length, tensor.name());
      for (int i = 0; i < expected.length; i++) {
        if (expected[i] != values[i]) {
          throw new AssertionError(
              "%s of %s, element %d: expected %s, ONNX Runtime got %s"
                  .formatted(tensor.name(), network.name(), i, expected[i], values[i]));
        }
      }
    }
  }

  private static void assertIntegers(Map<String, int[]> expected, Map<String, int[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, map) -> assertArrayEquals(map, actual.get(name), name));
  }

  private static double[] real(Tensor tensor, int[] integers) {
    double[] values = new double[integers.length];
    int pixels = tensor.shape().pixels();
    for (int i = 0; i < values.length; i++) {
      values[i] = integers[i] * Math.pow(2, -tensor.format().frac(i / pixels));
    }
    return values;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** Every feature map that ONNX Runtime computes, with its optimizations as they come. */
  private static Map<String, double[]> runs(QuantizedNetwork network, int[] codes)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Tensor input = network.input().tensor();
    Shape s = input.shape();
    ByteBuffer bytes = ByteBuffer.allocateDirect(codes.length).order(ByteOrder.nativeOrder());
    for (int code : codes) {
      bytes.put((byte) code);
    }
    boolean signed = ((FixedFormat) input.format()).signed();
    long[] shape = {codes.length / s.size(), s.channels(), s.height(), s.width()};
    Map<String, double[]> maps = new HashMap<>();
    for (ModelProto model : List.of(QuantizedOnnx.toModel(network), exposed(network))) {
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(1);
        try (OrtSession session = environment.createSession(model.toByteArray(), options);
            OnnxTensor tensor =
                OnnxTensor.createTensor(
                    environment,
                    bytes.rewind(),
                    shape,
                    signed ? OnnxJavaType.INT8 : OnnxJavaType.UINT8);
            OrtSession.Result result = session.run(Map.of(input.name(), tensor))) {
          for (var entry : result) {
            double[] values = doubles((OnnxTensor) entry.getValue());
            double[] before = maps.put(entry.getKey(), values);
            // The plain file and the one with extra outputs are optimized differently.
            if (before != null) {
              assertArrayEquals(before, values);
            }
          }
        }
      }
    }
    return maps;
  }

  private static double[] doubles(OnnxTensor tensor) {
    if (tensor.getInfo().type == OnnxJavaType.DOUBLE) {
      double[] values = new double[tensor.getDoubleBuffer().remaining()];
      tensor.getDoubleBuffer().get(values);
      return values;
    }
    float[] floats = new float[tensor.getFloatBuffer().remaining()];
    tensor.getFloatBuffer().get(floats);
    double[] values = new double[floats.length];
    Arrays.setAll(values, i -> floats[i]);
    return values;
  }

  /** The model with every feature map as a further output. */
  private static ModelProto exposed(QuantizedNetwork network) {
    ModelProto.Builder model = QuantizedOnnx.toModel(network).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    List<ValueInfoProto> outputs = new ArrayList<>(graph.getOutputList());
    for (QuantizedLayer layer : network.layers().subList(0, network.layers().size() - 1)) {
      outputs.add(
          ValueInfoProto.newBuilder()
              .setName(layer.output().name())
              .setType(
                  TypeProto.newBuilder()
                      .setTensorType(
                          TypeProto.Tensor.newBuilder()
                              .setElemType(TensorProto.DataType.FLOAT.getNumber())))
              .build());
    }
    Collections.reverse(outputs);
    graph.clearOutput().addAllOutput(outputs);
    graph.clearValueInfo();
    return model.build();
  }
}
