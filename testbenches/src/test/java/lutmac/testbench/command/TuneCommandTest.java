package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.yaml.FormatsFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code lutmac quantize --tune} does, and what it says to bad input. */
class TuneCommandTest {
  @TempDir Path directory;
  private Workspace workspace;

  @BeforeEach
  void writeExample() {
    workspace = Workspace.in(directory);
  }

  /** Two-bit weights leave something to be gained. */
  private String[] tune(Path output, String... more) {
    return Invocation.with(
        workspace.quantize(
            workspace.model(), workspace.calibration(), output, "--weight-bits", "2", "--tune"),
        more);
  }

  private JsonNode tuning(String... arguments) throws IOException {
    String out = Invocation.of(Invocation.with(arguments, "--json")).succeeded().out();
    return new ObjectMapper().readTree(out).path("tuning");
  }

  @Test
  void reportsLossAgreementAndAccuracyOfEveryEpoch() throws IOException {
    JsonNode tuning =
        tuning(
            tune(
                workspace.quantized(),
                "--tune-epochs",
                "2",
                "--tune-labels",
                workspace.file("calibration_labels.npy").toString()));
    assertEquals(36, tuning.path("trainedImages").intValue());
    assertEquals(4, tuning.path("measuredImages").intValue());
    assertEquals(3, tuning.path("epochs").size());
    double least = Double.POSITIVE_INFINITY;
    for (int epoch = 0; epoch <= 2; epoch++) {
      JsonNode report = tuning.path("epochs").path(epoch);
      assertEquals(epoch, report.path("epoch").intValue());
      assertTrue(report.path("agreementPercent").doubleValue() >= 25, report.toString());
      assertTrue(report.path("accuracyPercent").doubleValue() >= 25, report.toString());
      least = Math.min(least, report.path("loss").doubleValue());
    }
    int best = tuning.path("bestEpoch").intValue();
    assertEquals(least, tuning.path("epochs").path(best).path("loss").doubleValue());
  }

  @Test
  void printsATableForPeople() {
    Invocation run = Invocation.of(tune(workspace.quantized(), "--tune-epochs", "1"));
    String text = run.succeeded().out();
    assertTrue(text.contains("epoch "), text);
    assertTrue(text.contains("agreement"), text);
    assertFalse(text.contains("accuracy"), "without labels there is no accuracy: " + text);
    assertTrue(text.contains("\nbefore "), text);
    assertTrue(run.err().contains("epoch 1: loss "), run.err());
  }

  @Test
  void theTunedNetworkAndItsFormatsAreWritten() {
    Invocation.of(tune(workspace.quantized(), "--tune-epochs", "3")).succeeded();
    QuantizedNetwork network = QuantizedOnnx.read(workspace.quantized());
    assertTrue(network.provenance().containsKey("tuned"), network.provenance().toString());
    assertEquals("40", network.provenance().get("tuneImages"));
    PinnedFormats formats = FormatsFile.read(workspace.file("digits.lut.formats.yaml"));
    int tables = 0;
    for (QuantizedLayer layer : network.layers()) {
      if (layer instanceof MacLayer mac && formats.of(mac.name()).table().isPresent()) {
        assertEquals(mac.onlyPlane().codebook(), formats.of(mac.name()).table().get());
        tables++;
      }
    }
    assertEquals(6, tables);
    Invocation.of(workspace.evaluate(workspace.quantized(), workspace.images(), workspace.labels()))
        .succeeded();
  }

  @Test
  void weightsOnlyLearnIfTheyAreAskedTo() throws IOException {
    Path untuned = workspace.file("start.lut.onnx");
    String[] plain =
        workspace.quantize(
            workspace.model(), workspace.calibration(), untuned, "--weight-bits", "2");
    Invocation.of(plain).succeeded();
    String[] options = {"--tune-epochs", "4"};
    JsonNode biases = tuning(tune(workspace.quantized(), options));
    assertTrue(weights(untuned).equals(weights(workspace.quantized())), "weights stay");
    JsonNode all =
        tuning(Invocation.with(tune(workspace.quantized(), options), "--tune-weights", "1"));
    assertEquals(biases.path("epochs").path(0), all.path("epochs").path(0));
    assertNotEquals(biases.path("epochs").path(4), all.path("epochs").path(4));
  }

  private static List<Integer> weights(Path network) {
    List<Integer> weights = new ArrayList<>();
    for (QuantizedLayer layer : QuantizedOnnx.read(network).layers()) {
      if (layer instanceof MacLayer mac) {
        for (int i = 0; i < mac.weightCount(); i++) {
          weights.add(mac.weight(i));
        }
      }
    }
    return weights;
  }

  @Test
  void withoutTuneNothingIsSaidAboutIt() throws IOException {
    assertTrue(tuning(workspace.quantize()).isNull());
    assertFalse(QuantizedOnnx.read(workspace.quantized()).provenance().containsKey("tuned"));
  }

  @Test
  void trainsOnOtherImagesIfTheyAreNamed() throws IOException {
    JsonNode tuning =
        tuning(
            tune(
                workspace.quantized(),
                "--tune-images",
                workspace.images().toString(),
                "--tune-count",
                "10",
                "--tune-epochs",
                "1"));
    assertEquals(9, tuning.path("trainedImages").intValue());
  }

  @Tag("slow")
  @Test
  void aKilledTrainingGoesOnToTheSameNetwork() throws IOException, InterruptedException {
    String[] options = {"--tune-epochs", "40"};
    Path whole = workspace.file("whole.lut.onnx");
    Invocation.of(tune(whole, options)).succeeded();
    Path checkpoint = workspace.file("net.tune");
    String[] resumable =
        Invocation.with(
            tune(workspace.quantized(), options), "--tune-resume", checkpoint.toString());
    try (CommandProcess command = CommandProcess.start(List.of(), Map.of(), resumable)) {
      command.killOnce(() -> command.messages().contains("epoch 2: "));
    }
    assertFalse(Files.exists(workspace.quantized()), "no half-written file");
    assertTrue(Files.exists(checkpoint));
    Invocation second = Invocation.of(resumable).succeeded();
    assertFalse(second.err().contains("epoch 2: "), second.err());
    assertEquals(layers(whole), layers(workspace.quantized()));
    assertArrayEquals(
        Files.readAllBytes(workspace.file("whole.lut.formats.yaml")),
        Files.readAllBytes(workspace.file("digits.lut.formats.yaml")));
  }

  private static List<String> layers(Path network) {
    return QuantizedOnnx.read(network).layers().stream()
        .map(layer -> layer instanceof MacLayer mac ? described(mac) : layer.toString())
        .toList();
  }

  private static String described(MacLayer layer) {
    StringBuilder text = new StringBuilder(layer.stage().toString());
    for (int i = 0; i < layer.weightCount(); i++) {
      text.append(' ').append(layer.weight(i));
    }
    for (int bias : layer.bias()) {
      text.append(' ').append(bias);
    }
    return text.toString();
  }

  @Test
  void refusesOptionsThatNeedTune() {
    workspace.refuses(
        Invocation.with(workspace.quantize(), "--tune-epochs", "3"), "--tune", "--help");
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    workspace.refuses(tune(workspace.quantized(), "--tune-epochs", "0"), "--tune-epochs", "0");
    workspace.refuses(tune(workspace.quantized(), "--tune-count", "0"), "--tune-count", "0");
    workspace.refuses(tune(workspace.quantized(), "--tune-weights", "2"), "--tune-weights", "2.0");
    workspace.refuses(
        tune(workspace.quantized(), "--tune-resume", directory.toString()), "is a directory");
    workspace.refuses(
        tune(workspace.quantized(), "--tune-images", workspace.file("no.npy").toString()),
        "no.npy",
        "no such file");
  }

  @Test
  void refusesLabelsOfOtherImages() {
    workspace.refuses(
        tune(workspace.quantized(), "--tune-labels", workspace.labels().toString()),
        "labels.npy",
        "40");
  }

  @Test
  void refusesWhatIsNoCheckpointBeforeItTrains() {
    Path notes = workspace.write("notes.txt", "no checkpoint\n");
    workspace.refuses(
        tune(workspace.quantized(), "--tune-resume", notes.toString()), "notes.txt", "delete it");
  }
}
