package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import lutmac.onnx.model.TestGraph;
import lutmac.testbench.NumpyArray;
import lutmac.testbench.networks.PublicShape;
import lutmac.testbench.networks.QuantizedFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files of exporters, from the file to words of the RTL, as people type it. */
@Tag("slow")
class PublicShapesTest {
  private static final int IMAGES = 24;
  private static final String[] NORMALIZED = {"--mean", "128", "--std", "64"};

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void theFloatNetworkComputesWhatOnnxRuntimeDoes(PublicShape shape) throws OrtException {
    Path model = shape.write(directory);
    Path out = directory.resolve("out");
    run("predict", NORMALIZED, model, "--data", images(shape.input()), "-o", out);
    TestGraph graph = shape.graph();
    List<float[]> wanted =
        graph.onnxRuntimeOutputs(normalized(shape.input()), IMAGES, OptLevel.ALL_OPT);
    for (int o = 0; o < wanted.size(); o++) {
      String name = graph.proto().getOutput(o).getName();
      double[] got = NumpyArray.read(out.resolve(name + ".npy")).values();
      assertEquals(wanted.get(o).length, got.length);
      for (int i = 0; i < got.length; i++) {
        float value = wanted.get(o)[i];
        assertEquals(
            value, got[i], 1e-4 * (1 + Math.abs(value)), "value %d of %s".formatted(i, name));
      }
    }
  }

  /** Every output, of which a network may have several. */
  @ParameterizedTest
  @EnumSource
  void quantizedItStaysCloseToTheFloatNetwork(PublicShape shape) throws IOException {
    Path network = quantized(shape);
    JsonNode json = json("evaluate", network, "--data", images(shape.input()));
    for (JsonNode output : json.path("outputs")) {
      assertTrue(output.path("sqnrDb").doubleValue() > 15, json::toString);
    }
    int outputs = shape.graph().proto().getOutputCount();
    assertEquals(outputs, json.path("outputs").size());
  }

  /** A sample: what has most of its own. */
  @ParameterizedTest
  @EnumSource(names = {"KERAS_MOBILENET", "CIFAR_OPTION_A"})
  void everyWordOfTheHardwareIsBitExact(PublicShape shape) throws IOException {
    assertBitExact(shape);
  }

  @ParameterizedTest
  @Tag("campaign")
  @EnumSource
  void everyWordOfEveryHardwareIsBitExact(PublicShape shape) throws IOException {
    assertBitExact(shape);
  }

  /** A QONNX file, our own export among them, says everything but how images are prepared. */
  @Test
  void everyWordOfTheHardwareOfAQonnxFileIsBitExact() throws IOException {
    Path qonnx = directory.resolve("net.qonnx.onnx");
    PublicShape shape = PublicShape.PYTORCH_EXTERNAL_DATA;
    run("export", new String[] {"--format", "qonnx"}, quantized(shape), "-o", qonnx);
    assertBitExact(qonnx, shape.input(), NORMALIZED);
  }

  /** What other tools have quantized stays what it is, value for value. */
  @ParameterizedTest
  @EnumSource
  void aQuantizedFileComputesWhatOnnxRuntimeDoes(QuantizedFile file) throws OrtException {
    Path out = directory.resolve("out");
    run("predict", NORMALIZED, write(file), "--data", images(file.input()), "-o", out);
    double[] got = NumpyArray.read(out.resolve("y.npy")).values();
    float[] wanted = file.onnxRuntime(normalized(file.input()), IMAGES);
    assertEquals(wanted.length, got.length);
    for (int i = 0; i < wanted.length; i++) {
      // No zero of a runtime's is negative.
      assertEquals(wanted[i] + 0f, got[i], "value " + i);
    }
    assertTrue(Arrays.stream(got).distinct().count() > IMAGES, "values differ");
  }

  @ParameterizedTest
  @EnumSource(names = "VITIS")
  void everyWordOfTheHardwareOfAQuantizedFileIsBitExact(QuantizedFile file) throws IOException {
    assertBitExact(write(file), file.input(), NORMALIZED);
  }

  @ParameterizedTest
  @Tag("campaign")
  @EnumSource
  void everyWordOfTheHardwareOfEveryQuantizedFileIsBitExact(QuantizedFile file) throws IOException {
    assertBitExact(write(file), file.input(), NORMALIZED);
  }

  private Path write(QuantizedFile file) {
    return new Workspace(directory).write("model.onnx", file.model().toByteArray());
  }

  private void assertBitExact(PublicShape shape) throws IOException {
    assertBitExact(quantized(shape), shape.input());
  }

  private void assertBitExact(Path network, int[] input, String... preprocessing)
      throws IOException {
    Path design = directory.resolve("design");
    String[] array = {"--array", "2x2", "--pe", "csd"};
    run("generate", Invocation.with(array, preprocessing), network, "-o", design);
    JsonNode json = json("simulate", design, "--data", images(input), "--count", "2");
    assertEquals(2, json.path("images").intValue(), json::toString);
    assertEquals(0, json.path("mismatches").intValue(), json::toString);
    assertTrue(json.path("wordsCompared").longValue() > 0, json::toString);
  }

  private Path quantized(PublicShape shape) {
    Path network = directory.resolve("net.lut.onnx");
    Path images = images(shape.input());
    run("quantize", NORMALIZED, shape.write(directory), "--calib", images, "-o", network);
    return network;
  }

  private Path images(int[] input) {
    int[] extents = IntStream.concat(IntStream.of(IMAGES), IntStream.of(input)).toArray();
    return new Workspace(directory).npy("images.npy", "|u1", pixels(input), extents);
  }

  private static byte[] pixels(int[] input) {
    byte[] pixels = new byte[IMAGES * IntStream.of(input).reduce(1, (a, b) -> a * b)];
    new Random(5).nextBytes(pixels);
    return pixels;
  }

  /** As a network sees the images. */
  private static float[] normalized(int[] input) {
    byte[] pixels = pixels(input);
    float[] normalized = new float[pixels.length];
    for (int i = 0; i < normalized.length; i++) {
      normalized[i] = (Byte.toUnsignedInt(pixels[i]) - 128) / 64f;
    }
    return normalized;
  }

  private static Invocation run(String command, String[] more, Object... arguments) {
    String[] all = {command};
    for (Object argument : arguments) {
      all = Invocation.with(all, argument.toString());
    }
    return Invocation.of(Invocation.with(all, more)).succeeded();
  }

  private static JsonNode json(String command, Object... arguments) throws IOException {
    return new ObjectMapper().readTree(run(command, new String[] {"--json"}, arguments).out());
  }
}
