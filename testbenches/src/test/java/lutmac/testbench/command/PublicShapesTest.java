package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import lutmac.testbench.NumpyArray;
import lutmac.testbench.networks.PublicShape;
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
    Path images = images(shape);
    Path out = directory.resolve("out");
    run("predict", NORMALIZED, model, "--data", images, "-o", out);
    double[] got = NumpyArray.read(out.resolve("y.npy")).values();
    byte[] pixels = pixels(shape);
    float[] inputs = new float[pixels.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = (Byte.toUnsignedInt(pixels[i]) - 128) / 64f;
    }
    float[] wanted =
        shape.graph().onnxRuntime(inputs, IMAGES, OrtSession.SessionOptions.OptLevel.ALL_OPT);
    assertEquals(wanted.length, got.length);
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], got[i], 1e-4 * (1 + Math.abs(wanted[i])), "value " + i);
    }
  }

  /** Every output, of which a network may have several. */
  @ParameterizedTest
  @EnumSource
  void quantizedItStaysCloseToTheFloatNetwork(PublicShape shape) throws IOException {
    Path network = quantized(shape);
    JsonNode json = json("evaluate", network, "--data", images(shape));
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
    assertBitExact(qonnx, shape);
  }

  private void assertBitExact(PublicShape shape) throws IOException {
    assertBitExact(quantized(shape), shape);
  }

  private void assertBitExact(Path network, PublicShape shape) throws IOException {
    Path design = directory.resolve("design");
    String[] array = {"--array", "2x2", "--pe", "csd"};
    run("generate", array, network, "-o", design);
    JsonNode json = json("simulate", design, "--data", images(shape), "--count", "2");
    assertEquals(2, json.path("images").intValue(), json::toString);
    assertEquals(0, json.path("mismatches").intValue(), json::toString);
    assertTrue(json.path("wordsCompared").longValue() > 0, json::toString);
  }

  private Path quantized(PublicShape shape) {
    Path network = directory.resolve("net.lut.onnx");
    run("quantize", NORMALIZED, shape.write(directory), "--calib", images(shape), "-o", network);
    return network;
  }

  private Path images(PublicShape shape) {
    int[] extents = IntStream.concat(IntStream.of(IMAGES), IntStream.of(shape.input())).toArray();
    return new Workspace(directory).npy("images.npy", "|u1", pixels(shape), extents);
  }

  private static byte[] pixels(PublicShape shape) {
    byte[] pixels = new byte[IMAGES * IntStream.of(shape.input()).reduce(1, (a, b) -> a * b)];
    new Random(5).nextBytes(pixels);
    return pixels;
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
