package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import lutmac.network.format.SignedDigits;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that are quantized for an accelerator: what is said about it is what is generated. */
@Tag("slow")
class TargetCommandTest {
  @TempDir static Path directory;
  private static Workspace workspace;

  @BeforeAll
  static void writeExample() {
    workspace = Workspace.in(directory);
  }

  /** Byte for byte, cycle for cycle. */
  @ParameterizedTest
  @CsvSource({
    "14x16, csd, --weight-bits=4",
    "8x8, csd, --weight-bits=8",
    "8x8, bins, --weight-bits=3",
    "4x6, csd, --budget=8x",
    "8x8, csd, --recipe=mxqn --activation-bits=4"
  })
  void theReportIsWhatIsGenerated(String array, String pe, String recipe) throws IOException {
    JsonNode target =
        json(quantize(
                Stream.concat(
                        Stream.of("--target=hardware", "--array=" + array, "--pe=" + pe),
                        Stream.of(recipe.split(" ")))
                    .toArray(String[]::new)))
            .path("target");
    JsonNode design = json(generate("--array", array, "--pe", pe));
    assertEquals(pe + " " + array, target.path("hardware").textValue());
    assertTrue(target.path("refusal").isNull());
    assertEquals(design.path("memory"), target.path("memory"));
    JsonNode stored = target.path("memory").path("storedBytes");
    int columns = design.path("cols").intValue();
    assertEquals(words("weights.hex") * 4 * columns / 8, stored.path("weights").longValue());
    assertEquals(words("program.hex") * 4, stored.path("program").longValue());
    assertEquals(design.path("predictedCycles"), target.path("cycles"));
    assertEquals(sum(design.path("layers"), "steps"), target.path("steps").longValue());
    assertEquals(design.path("layers").size(), target.path("layers").size());
    for (int i = 0; i < design.path("layers").size(); i++) {
      assertEquals(
          design.path("layers").path(i).path("cycles"),
          target.path("layers").path(i).path("cycles"));
    }
  }

  @ParameterizedTest
  @CsvSource({"steps, 1.2", "steps, 1.6", "cycles, 1.1", "cycles, 1.5"})
  void aBudgetOfTimeIsWhatTheProgramTakes(String unit, double share) {
    String[] array = {"--target=hardware", "--array=8x8", "--pe=csd"};
    long least = json(quantize(array)).path("target").path(unit).longValue();
    long most = (long) (share * least);
    JsonNode json = json(quantize(Invocation.with(array, "--budget=" + most + unit)));
    long taken = json.path("target").path(unit).longValue();
    assertTrue(taken <= most, taken + " of " + most);
    assertTrue(taken > least, "some layers have weights of two planes: " + taken);
    JsonNode design = json(generate("--array", "8x8", "--pe", "csd"));
    assertEquals(
        unit.equals("steps")
            ? sum(design.path("layers"), "steps")
            : design.path("predictedCycles").longValue(),
        taken);
  }

  /** The example of README.md. */
  @Test
  void aPinnedLayerOfEightBitsIsGenerated() {
    Path mine = workspace.write("mine.yaml", "layers: {conv1: {weights: {kind: fixed, bits: 8}}}");
    Invocation.of(quantize("--formats", mine.toString())).succeeded();
    Invocation.of(generate("--array", "8x8", "--pe", "csd")).succeeded();
  }

  /** The design is of a network with one plane of weights and fixed-point maps. */
  @ParameterizedTest
  @ValueSource(strings = {"6", "8x"})
  void formatsThatADesignLacksAreNotChosen(String budget) {
    Invocation.of(quantize()).succeeded();
    Invocation.of(generate("--array", "4x4", "--pe", "csd")).succeeded();
    JsonNode json =
        json(quantize("--budget=" + budget, "--target=" + workspace.file("target-design")));
    for (JsonNode layer : json.path("layers")) {
      assertTrue(layer.path("weightFormat").textValue().startsWith("table"), layer.toString());
      assertFalse(layer.path("outputFormat").textValue().startsWith("log"), layer.toString());
    }
    assertTrue(json.path("target").path("refusal").isNull());
  }

  @Test
  void aNetworkThatADesignDoesNotRunIsWrittenAndTheExitCodeIsOne() {
    Invocation.of(quantize()).succeeded();
    Invocation.of(generate("--array", "4x4", "--pe", "csd")).succeeded();
    Invocation run =
        Invocation.of(
            quantize("--weight-bits=8", "--target=" + workspace.file("target-design"), "--json"));
    assertEquals(1, run.exitCode(), run.err());
    assertTrue(run.err().contains("does not run the network: layer 'conv1'"), run.err());
    assertTrue(parse(run.out()).path("target").path("refusal").textValue().contains("conv1"));
    assertTrue(workspace.file("target.lut.onnx").toFile().isFile());
  }

  @ParameterizedTest
  @CsvSource({"lut, 1", "auto, 1", "auto, 3"})
  void levelsHaveNoMoreDigitsThanWished(String recipe, int digits) {
    JsonNode json = json(quantize("--recipe=" + recipe, "--digits=" + digits));
    int most = 0;
    for (JsonNode layer : json.path("layers")) {
      for (JsonNode level : layer.path("table")) {
        most = Math.max(most, SignedDigits.count(level.intValue()));
      }
    }
    assertEquals(digits, most);
    double wished = json.path("usualDigits").path("resultSqnrDb").doubleValue();
    double usual = json.path("usualDigits").path("twoDigitsSqnrDb").doubleValue();
    assertTrue(digits > 2 || wished < usual, wished + " dB, with two digits " + usual);
  }

  @Test
  void whatDigitsCostIsMeasuredOnImagesThatFollow() {
    JsonNode digits = json(quantize("--digits=1", "--calib-count=30")).path("usualDigits");
    assertEquals(Workspace.CALIBRATION_IMAGES - 30, digits.path("images").intValue());
    assertEquals(0, json(quantize("--digits=1")).path("usualDigits").path("images").intValue());
    assertTrue(json(quantize("--digits=2")).path("usualDigits").isNull());
  }

  /** Words that a memory of the design starts with. */
  private static long words(String image) throws IOException {
    try (Stream<String> lines = Files.lines(workspace.file("target-design").resolve(image))) {
      return lines.filter(line -> !line.isBlank() && !line.startsWith("//")).count();
    }
  }

  private static long sum(JsonNode layers, String field) {
    long sum = 0;
    for (JsonNode layer : layers) {
      sum += layer.path(field).longValue();
    }
    return sum;
  }

  private static String[] quantize(String... more) {
    return workspace.quantize(
        workspace.model(), workspace.calibration(), workspace.file("target.lut.onnx"), more);
  }

  private static String[] generate(String... more) {
    return workspace.generate(
        workspace.file("target.lut.onnx"), workspace.file("target-design"), more);
  }

  private static JsonNode json(String... arguments) {
    return parse(Invocation.of(Invocation.with(arguments, "--json")).succeeded().out());
  }

  private static JsonNode parse(String text) {
    try {
      return JsonMapper.builder().build().readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }
}
