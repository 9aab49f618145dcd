package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import lutmac.onnx.model.TestGraph;
import lutmac.testbench.NumpyArray;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code lutmac evaluate} measures of networks that do not classify: the figures are those of
 * what {@code lutmac predict} writes of both networks.
 */
class EvaluateMeasuresTest {
  private static final int IMAGES = 24;
  private static final int EXTENT = 8;

  @TempDir static Path directory;
  private static Workspace workspace;
  private static Path images;

  @BeforeAll
  static void writeImages() {
    workspace = new Workspace(directory);
    byte[] pixels = new byte[IMAGES * 2 * EXTENT * EXTENT];
    new Random(3).nextBytes(pixels);
    images = workspace.npy("images.npy", "|u1", pixels, IMAGES, 2, EXTENT, EXTENT);
  }

  @Test
  void aDenoiserIsHeldToTheFloatNetwork() throws IOException {
    Path network = quantized("denoiser", 2);
    JsonNode output = evaluated(network).path("outputs").path(0);
    double[] wanted = predicted(workspace.file("denoiser.onnx"));
    double[] got = predicted(network);
    double noise = 0;
    double energy = 0;
    double largest = 0;
    double most = wanted[0];
    double least = wanted[0];
    for (int i = 0; i < wanted.length; i++) {
      noise += (wanted[i] - got[i]) * (wanted[i] - got[i]);
      energy += wanted[i] * wanted[i];
      largest = Math.max(largest, Math.abs(wanted[i] - got[i]));
      most = Math.max(most, wanted[i]);
      least = Math.min(least, wanted[i]);
    }
    double meanSquare = noise / wanted.length;
    assertEquals("values", output.path("kind").textValue());
    assertEquals(10 * Math.log10(energy / noise), output.path("sqnrDb").doubleValue(), 1e-3);
    assertEquals(meanSquare, output.path("meanSquaredError").doubleValue(), 1e-3 * meanSquare);
    assertEquals(largest, output.path("largestError").doubleValue(), 1e-3 * largest);
    assertEquals(
        10 * Math.log10((most - least) * (most - least) / meanSquare),
        output.path("psnrDb").doubleValue(),
        1e-3);
    assertFalse(output.has("agreementPercent"));
  }

  @Test
  void aSegmentationIsHeldToLabelMaps() throws IOException {
    Path network = quantized("segments", 4);
    byte[] labels = classes(predicted(workspace.file("segments.onnx")), 4);
    labels[0] = -1;
    Path maps = workspace.npy("maps.npy", "|i1", labels, IMAGES, EXTENT, EXTENT);
    JsonNode json = evaluated(network, "--labels", maps.toString());
    assertEquals(100, json.path("pixelAccuracyFloatPercent").doubleValue());
    assertEquals(100, json.path("meanIouFloatPercent").doubleValue());
    byte[] got = classes(predicted(network), 4);
    int right = 0;
    for (int i = 1; i < got.length; i++) {
      right += got[i] == labels[i] ? 1 : 0;
    }
    double percent = 100.0 * right / (got.length - 1);
    assertEquals(percent, json.path("pixelAccuracyQuantizedPercent").doubleValue(), 1e-9);
    assertTrue(json.path("meanIouQuantizedPercent").doubleValue() > 50, json::toString);
    assertEquals(percent, json.path("outputs").path(0).path("agreementPercent").doubleValue(), 0.1);
  }

  @Test
  void anAutoencoderRanksAnomalies() throws IOException {
    Path network = quantized("autoencoder", 2);
    byte[] labels = new byte[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      labels[i] = (byte) (i % 3 == 0 ? 1 : 0);
    }
    Path file = workspace.npy("anomalies.npy", "|u1", labels, IMAGES);
    JsonNode json = evaluated(network, "--labels", file.toString());
    double auc = json.path("aucFloatPercent").doubleValue();
    assertTrue(auc > 10 && auc < 90, json::toString);
    assertEquals(auc, json.path("aucQuantizedPercent").doubleValue(), 10);
    Path one = workspace.npy("one.npy", "|u1", new byte[IMAGES], IMAGES);
    refuses(network, one, "one.npy", "0 normal and 1 anomaly");
  }

  /** Those of its own images, not of the first ones of the set. */
  @Test
  void simulatedAnomaliesNeedBothKinds() throws IOException {
    Path network = quantized("simulated", 2);
    Path design = workspace.file("design");
    Invocation.of("generate", network.toString(), "--array", "1x2", "-o", design.toString())
        .succeeded();
    byte[] labels = new byte[IMAGES];
    labels[0] = 1;
    Path file = workspace.npy("first.npy", "|u1", labels, IMAGES);
    String[] simulate = {
      "simulate",
      design.toString(),
      "--data",
      images.toString(),
      "--labels",
      file.toString(),
      "--first",
      "1",
      "--count",
      "3"
    };
    workspace.refuses(simulate, "images 1 to 3", "0 normal and 1 anomaly");
  }

  /** One percent of squared error is a ratio of 20 dB; other images than the held-out ones vary. */
  @Test
  void aBudgetInPercentIsSquaredErrorWhereThereAreNoClasses() throws IOException {
    double close = ratioWithin("1%");
    double coarse = ratioWithin("20%");
    assertTrue(close > 19 && close < 40, "dB: " + close);
    assertTrue(coarse > 6 && coarse < close, "dB: " + coarse + " and " + close);
  }

  private static double ratioWithin(String budget) throws IOException {
    Path network = quantized("budget", 2, "--budget", budget);
    return evaluated(network).path("outputs").path(0).path("sqnrDb").doubleValue();
  }

  @Test
  void analyzeSaysNoAgreementWhereThereAreNoClasses() throws IOException {
    assertTrue(analyzed("denoiser2", 2).path("quantized").path("agreementPercent").isNull());
    assertTrue(
        analyzed("segments2", 4).path("quantized").path("agreementPercent").doubleValue() > 50);
  }

  /** The loss is what {@code evaluate} calls SQNR, on other images. */
  @Test
  void tuningADenoiserMakesItsSquaredErrorLess() throws IOException {
    Path plain = quantized("untuned", 2, "--weight-bits", "2");
    String[] tune = {"--weight-bits", "2", "--tune", "--tune-epochs", "8", "--tune-weights", "0.1"};
    Path tuned = workspace.file("tuned.lut.onnx");
    String[] quantize = quantize(workspace.file("untuned.onnx"), tuned);
    JsonNode tuning =
        new ObjectMapper()
            .readTree(
                Invocation.of(Invocation.with(Invocation.with(quantize, tune), "--json"))
                    .succeeded()
                    .out())
            .path("tuning");
    JsonNode before = tuning.path("epochs").path(0);
    int best = tuning.path("bestEpoch").intValue();
    double least = tuning.path("epochs").path(best).path("loss").doubleValue();
    assertTrue(before.path("agreementPercent").isNull(), tuning.toString());
    assertTrue(best > 0 && least < before.path("loss").doubleValue(), tuning.toString());
    double sqnr = evaluated(tuned).path("outputs").path(0).path("sqnrDb").doubleValue();
    double untuned = evaluated(plain).path("outputs").path(0).path("sqnrDb").doubleValue();
    assertTrue(sqnr > untuned, sqnr + " dB, before " + untuned);
  }

  private static JsonNode analyzed(String name, int channels) throws IOException {
    quantized(name, channels);
    String[] analyze = {
      "analyze",
      workspace.file(name + ".onnx").toString(),
      "--calib",
      images.toString(),
      "--std",
      "255",
      "-o",
      workspace.file(name + ".html").toString(),
      "--json"
    };
    return new ObjectMapper().readTree(Invocation.of(analyze).succeeded().out());
  }

  @Test
  void refusesLabelsOfAnotherKindThanTheOutput() throws IOException {
    Path network = quantized("other", 4);
    Path one = workspace.npy("classes.npy", "|u1", new byte[IMAGES], IMAGES);
    refuses(network, one, "classes.npy", "[4, 8, 8]", "label maps");
    Path small = workspace.npy("small.npy", "|u1", new byte[IMAGES * 16], IMAGES, 4, 4);
    refuses(network, small, "small.npy", "4x4", "8x8");
    byte[] labels = new byte[IMAGES * EXTENT * EXTENT];
    labels[EXTENT * EXTENT] = 4;
    Path high = workspace.npy("high.npy", "|u1", labels, IMAGES, EXTENT, EXTENT);
    refuses(network, high, "label 4 in the map of image 1", "classes 0..3");
  }

  @Test
  void refusesToMeasureAgainstNothing() throws IOException {
    Path network = quantized("alone", 2);
    Files.delete(workspace.file("alone.onnx"));
    String[] evaluate = {"evaluate", network.toString(), "--data", images.toString()};
    workspace.refuses(evaluate, "--float", "--labels");
  }

  private static void refuses(Path network, Path labels, String... parts) {
    String[] evaluate = {
      "evaluate", network.toString(), "--data", images.toString(), "--labels", labels.toString()
    };
    workspace.refuses(evaluate, parts);
  }

  /** Two convolutions of two channels' images, quantized. */
  private static Path quantized(String name, int channels, String... more) throws IOException {
    Path model = workspace.file(name + ".onnx");
    TestGraph graph = new TestGraph(13, 2, EXTENT, EXTENT);
    graph.weights("w1", 8, 2, 3, 3).weights("w2", channels, 8, 3, 3);
    graph.node(
        "Conv", "conv1", "x w1", "a", "kernel_shape", longs(3, 3), "pads", longs(1, 1, 1, 1));
    graph.node("Relu", "relu", "a", "b");
    graph.node(
        "Conv", "conv2", "b w2", "y", "kernel_shape", longs(3, 3), "pads", longs(1, 1, 1, 1));
    Files.write(model, graph.model().toByteArray());
    Path output = workspace.file(name + ".lut.onnx");
    Invocation.of(Invocation.with(quantize(model, output), more)).succeeded();
    return output;
  }

  private static String[] quantize(Path model, Path output) {
    return new String[] {
      "quantize",
      model.toString(),
      "--calib",
      images.toString(),
      "--std",
      "255",
      "-o",
      output.toString()
    };
  }

  private static long[] longs(long... values) {
    return values;
  }

  private static JsonNode evaluated(Path network, String... more) throws IOException {
    String[] evaluate = {"evaluate", network.toString(), "--data", images.toString(), "--json"};
    return new ObjectMapper()
        .readTree(Invocation.of(Invocation.with(evaluate, more)).succeeded().out());
  }

  private static double[] predicted(Path network) {
    Path out = workspace.file("out");
    boolean floating = !network.toString().endsWith(".lut.onnx");
    String[] predict = {
      "predict", network.toString(), "--data", images.toString(), "-o", out.toString()
    };
    Invocation.of(floating ? Invocation.with(predict, "--std", "255") : predict).succeeded();
    return NumpyArray.read(out.resolve("y.npy")).values();
  }

  private static byte[] classes(double[] maps, int channels) {
    int pixels = EXTENT * EXTENT;
    byte[] classes = new byte[IMAGES * pixels];
    for (int i = 0; i < classes.length; i++) {
      int first = i / pixels * channels * pixels + i % pixels;
      for (int c = 1; c < channels; c++) {
        int best = classes[i];
        classes[i] = (byte) (maps[first + c * pixels] > maps[first + best * pixels] ? c : best);
      }
    }
    return classes;
  }
}
