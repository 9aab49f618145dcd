package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lutmac.examples.digits.DigitsExample;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code lutmac analyze} makes, and what it says to bad input. */
@Tag("slow")
class AnalyzeCommandTest {
  @TempDir Path directory;
  private Workspace workspace;

  @BeforeEach
  void writeExample() {
    workspace = Workspace.in(directory);
  }

  @Test
  void writesThePageAndPrintsOneObject() throws IOException {
    Invocation run =
        Invocation.of(
            analyze(
                "--data",
                workspace.images().toString(),
                "--labels",
                workspace.labels().toString(),
                "--json"));
    run.succeeded();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertEquals(Workspace.TEST_IMAGES, json.get("images").get("whole").asInt());
    assertTrue(json.get("float").get("top1Percent").asDouble() > 90);
    assertEquals(6, json.get("layers").size());
    assertTrue(json.get("allocation").get("curve").size() > 10, "formats to choose from");
    String page = Files.readString(workspace.file("report.html"));
    assertTrue(page.startsWith("<!DOCTYPE html>"));
    assertTrue(page.contains(json.get("layers").get(0).get("name").asText()));
  }

  @Test
  void measuresOnTheCalibrationImagesIfThereAreNoOthers() {
    Invocation run = Invocation.of(analyze("--count", "8"));
    run.succeeded();
    assertTrue(run.out().contains("weights only"), run.out());
    assertTrue(run.out().contains("measured on 8 images"), run.out());
  }

  @Test
  void refusesLabelsWithoutTheirImages() {
    workspace.refuses(
        analyze("--labels", workspace.labels().toString()),
        "--labels",
        "--data",
        "name the images");
  }

  @Test
  void refusesBadImagesAndLabelsBeforeItWorks() {
    Path large = workspace.npy("large.npy", "|u1", new byte[20 * 28 * 28], 20, 1, 28, 28);
    workspace.refuses(
        analyze("--data", large.toString()), "large.npy", "[1, 28, 28]", "[1, 20, 20]");
    Path few = workspace.npy("few.npy", "|u1", new byte[7], 7);
    workspace.refuses(
        analyze("--data", workspace.images().toString(), "--labels", few.toString()),
        "few.npy",
        "7 labels",
        "one label an image");
    workspace.refuses(
        analyze("--data", workspace.file("absent.npy").toString()), "absent.npy", "check the path");
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    workspace.refuses(analyze("--count", "0"), "--count", "at least one image");
    workspace.refuses(analyze("--weight-bits", "9"), "--weight-bits");
    workspace.refuses(analyze("--std", "0"), "--std", "positive");
  }

  @Test
  void refusesAPlaceWhereNoFileCanBe() {
    workspace.refuses(analyzeInto(directory), directory.toString(), "name a file");
    Path nowhere = directory.resolve("absent").resolve("report.html");
    workspace.refuses(analyzeInto(nowhere), "report.html", "create it first");
  }

  @Test
  void aQuantizedNetworkIsAnalyzedAsItIs() throws IOException {
    Invocation.of(
            workspace.quantize(
                workspace.model(),
                workspace.calibration(),
                workspace.quantized(),
                "--weight-bits",
                "3"))
        .succeeded();
    JsonNode again =
        json(
            "analyze",
            workspace.quantized().toString(),
            "--calib",
            workspace.calibration().toString(),
            "--count",
            "16");
    JsonNode floating = json(analyze("--weight-bits", "3", "--count", "16"));
    assertEquals(floating.path("quantized"), again.path("quantized"));
    assertEquals(floating.path("layers"), again.path("layers"));
    workspace.refuses(
        new String[] {
          "analyze",
          workspace.quantized().toString(),
          "--calib",
          workspace.images().toString(),
          "-o",
          workspace.file("report.html").toString()
        },
        "another network",
        "--calib-count");
  }

  /** It would have no effect. */
  @Test
  void ofAQuantizedNetworkWhatItsFilesDecideIsRefused() {
    Invocation.of(
            workspace.quantize(
                workspace.model(), workspace.calibration(), workspace.quantized(), "--digits", "1"))
        .succeeded();
    for (String option :
        List.of(
            "--mean 48",
            "--std 64",
            "--bgr",
            "--crop 20",
            "--label-offset 1",
            "--input-shape 1,20,20",
            "--rounding half-up",
            "--recipe fxp",
            "--budget 8x",
            "--weight-bits 3",
            "--activation-bits 4",
            "--digits 1",
            "--no-per-channel",
            "--no-logarithmic",
            "--target hardware",
            "--array 4x4")) {
      String[] words = option.split(" ");
      workspace.refuses(
          Invocation.with(
              new String[] {
                "analyze",
                workspace.quantized().toString(),
                "--calib",
                workspace.calibration().toString(),
                "-o",
                workspace.file("report.html").toString()
              },
              words),
          workspace.quantized().getFileName().toString(),
          "leave out " + words[0].replace("--no-", "--"));
    }
  }

  @Test
  void everyPointOfTheCurveSaysItsBudget() throws IOException {
    JsonNode curve =
        json(analyze("--recipe", "auto", "--budget", "4")).path("allocation").path("curve");
    JsonNode point = curve.path(curve.size() / 2);
    String budget = point.path("budget").textValue();
    JsonNode bought =
        json(analyze("--recipe", "auto", "--budget", budget)).path("allocation").path("chosen");
    assertTrue(
        bought.path("divergence").doubleValue() <= point.path("divergence").doubleValue()
            && bought.path("cost").longValue() >= point.path("cost").longValue(),
        budget + ": " + point + " and " + bought);
  }

  private JsonNode json(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    if (!all.contains("-o")) {
      all.addAll(List.of("-o", workspace.file("report.html").toString()));
    }
    all.add("--json");
    return new ObjectMapper().readTree(Invocation.of(all.toArray(String[]::new)).succeeded().out());
  }

  private String[] analyze(String... more) {
    return Invocation.with(analyzeInto(workspace.file("report.html")), more);
  }

  private String[] analyzeInto(Path output) {
    return new String[] {
      "analyze",
      workspace.model().toString(),
      "--calib",
      workspace.calibration().toString(),
      "--mean",
      String.valueOf(DigitsExample.MEAN),
      "--std",
      String.valueOf(DigitsExample.STD),
      "-o",
      output.toString()
    };
  }
}
