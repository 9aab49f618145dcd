package lutmac.testbench.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.file.Path;
import java.util.List;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.model.TestGraph;
import lutmac.onnx.reader.OnnxReader;
import lutmac.runtime.exec.FloatExecutor;
import lutmac.runtime.exec.Sqnr;
import lutmac.runtime.image.Preprocessor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The shown networks are ordinary ONNX files, and quantize. */
@Tag("slow")
class ShownNetworkTest {
  private static final int IMAGES = 2;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void readsBackAndComputesWhatOnnxRuntimeDoes(ShownNetwork shown) throws OrtException {
    TestGraph graph = FloatOnnx.of(shown.floating());
    FloatNetwork read = OnnxReader.read(graph.write(directory));
    Preprocessor inputs =
        new Preprocessor(shown.images(IMAGES, 9), shown.preprocessing(), read.inputShape());
    float[] batch = inputs.floatBatch(0, IMAGES);

    List<float[]> expected = graph.onnxRuntimeOutputs(batch, IMAGES, OptLevel.ALL_OPT);
    List<float[]> actual = new FloatExecutor(read).outputs(batch, IMAGES);

    assertEquals(shown.floating().outputNames(), read.outputNames());
    for (int n = 0; n < expected.size(); n++) {
      assertAlike(expected.get(n), actual.get(n));
    }
  }

  @ParameterizedTest
  @EnumSource
  void quantizesCloseToTheFloatNetwork(ShownNetwork shown) {
    QuantizedNetwork quantized = shown.quantized();

    double decibels = Sqnr.of(shown.floating(), quantized, shown.images(8, 2));

    assertTrue(decibels > 10, "%s has %.1f dB".formatted(shown, decibels));
  }

  private static void assertAlike(float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length);
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-4f * largest, "value " + i);
    }
  }
}
