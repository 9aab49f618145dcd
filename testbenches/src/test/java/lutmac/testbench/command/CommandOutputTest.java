package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import lutmac.examples.digits.DigitImages;
import lutmac.tune.task.TuneOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command prints when all is well, for machines and for people. */
class CommandOutputTest {
  @TempDir static Path directory;
  private static Workspace workspace;

  @BeforeAll
  static void generateExample() {
    workspace = Workspace.generatedIn(directory);
  }

  @Test
  void quantizeDescribesEveryLayer() {
    JsonNode json =
        json(
            workspace.quantize(
                workspace.model(), workspace.calibration(), workspace.file("again.onnx")));
    assertEquals(Workspace.CALIBRATION_IMAGES, json.path("calibrationImages").intValue());
    assertEquals(6, json.path("layers").size());
    assertEquals(16, json.path("layers").path(0).path("table").size());
    assertTrue(json.path("memory").path("weightsRatio").doubleValue() > 7);
  }

  /** A forgotten --mean, or PyTorch's own numbers, make a bad network of a good one. */
  @ParameterizedTest
  @ValueSource(strings = {"quantize", "analyze", "predict"})
  void whatIsDoneToPixelsIsSaidAndRemarkedOnWhereItLooksForgotten(String command) {
    Invocation forgotten = Invocation.of(ofFloat(command)).succeeded();
    assertTrue(forgotten.err().contains("no --mean and no --std"), forgotten.err());
    assertTrue(forgotten.out().contains("': the pixels as they are\n"), forgotten.out());
    Invocation mistaken =
        Invocation.of(Invocation.with(ofFloat(command), "--mean=0.1307", "--std=0.3081"))
            .succeeded();
    assertTrue(mistaken.err().contains("it is --mean 33.3285 --std 78.5655\n"), mistaken.err());
    assertTrue(mistaken.out().contains("': (pixel - 0.1307) / 0.3081\n"), mistaken.out());
    Invocation right =
        Invocation.of(Invocation.with(ofFloat(command), "--mean=48", "--std=64")).succeeded();
    assertFalse(right.err().contains("--std"), right.err());
    assertTrue(right.out().contains("': (pixel - 48) / 64\n"), right.out());
  }

  /** A command on the float network, with pixels as they are. */
  private static String[] ofFloat(String command) {
    String network = workspace.model().toString();
    return switch (command) {
      case "predict" -> new String[] {command, network, workspace.images().toString(), "--count=1"};
      case "quantize" ->
          new String[] {
            command,
            network,
            "--calib=" + workspace.calibration(),
            "--calib-count=4",
            "-o=" + workspace.file("forgotten.onnx")
          };
      default ->
          new String[] {
            command,
            network,
            "--calib=" + workspace.calibration(),
            "--calib-count=4",
            "--count=4",
            "-o=" + workspace.file("forgotten.html")
          };
    };
  }

  @Tag("slow")
  @Test
  void anAccuracyBudgetListsWhatWasTried() {
    JsonNode json =
        json(
            workspace.quantize(
                workspace.model(),
                workspace.calibration(),
                workspace.file("small.onnx"),
                "--recipe=auto",
                "--budget=10%",
                "--calib-labels=" + workspace.file("calibration_labels.npy")));
    int heldOut = Workspace.CALIBRATION_IMAGES / 4;
    assertEquals(Workspace.CALIBRATION_IMAGES - heldOut, json.path("calibrationImages").intValue());
    JsonNode trials = json.path("trials");
    assertTrue(trials.size() > 1, trials.toString());
    for (JsonNode trial : trials) {
      assertEquals(heldOut, trial.path("images").intValue());
      assertEquals(
          trial.path("lostPercent").doubleValue() <= 10, trial.path("within").booleanValue());
    }
  }

  /** Whatever the recipe was: its file, given to another one, decides everything. */
  @Tag("slow")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--recipe=lut",
        "--weight-bits=6 --activation-bits=5",
        "--recipe=mxqn --activation-bits=4",
        "--recipe=auto --budget=3.5",
        "--recipe=auto --budget=8x",
        "--recipe=fxp --budget=7x"
      })
  void formatsOfARunMakeTheSameFileAgain(String recipe) throws IOException {
    Path first = workspace.file("first.lut.onnx");
    Path second = workspace.file("second.lut.onnx");
    Invocation.of(
            workspace.quantize(
                workspace.model(), workspace.calibration(), first, recipe.split(" ")))
        .succeeded();
    Path formats = workspace.file("first.lut.formats.yaml");
    Invocation.of(
            workspace.quantize(
                workspace.model(),
                workspace.calibration(),
                second,
                "--formats",
                formats.toString()))
        .succeeded();
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    assertEquals(
        Files.readString(formats), Files.readString(workspace.file("second.lut.formats.yaml")));
  }

  @Test
  void oneLinePinsOneLayer() {
    Path mine = workspace.write("mine.yaml", "layers: {conv2: {weights: {kind: fixed, bits: 8}}}");
    JsonNode layers =
        json(workspace.quantize(
                workspace.model(),
                workspace.calibration(),
                workspace.file("pinned.onnx"),
                "--formats",
                mine.toString()))
            .path("layers");
    assertEquals("table4", layers.path(0).path("weightFormat").textValue());
    assertEquals("fixed8", layers.path(1).path("weightFormat").textValue());
  }

  @Test
  void stepsThatAreLeftOutCostSomething() {
    double all = resultRatio();
    double none = resultRatio("--without", "equalization,compensation,descent,retargeting");
    assertTrue(none < all - 1, none + " dB against " + all);
  }

  /** Signal-to-noise ratio of the result, dB. */
  private static double resultRatio(String... more) {
    JsonNode layers =
        json(workspace.quantize(
                workspace.model(), workspace.calibration(), workspace.file("s.onnx"), more))
            .path("layers");
    return layers.path(layers.size() - 1).path("outputSqnrDb").doubleValue();
  }

  @Test
  void evaluateGivesBothAccuraciesInPercent() {
    JsonNode json =
        json(
            workspace.evaluate(
                workspace.quantized(), workspace.images(), workspace.labels(), "--count", "15"));
    assertEquals(15, json.path("images").intValue());
    for (String accuracy : List.of("top1FloatPercent", "top1QuantizedPercent")) {
      assertTrue(json.path(accuracy).isNumber(), accuracy);
      // The example is right on nearly every image: a share of 1 would be 0.9 to 1.
      assertTrue(json.path(accuracy).doubleValue() > 80, accuracy);
      assertTrue(json.path(accuracy).doubleValue() <= 100, accuracy);
    }
  }

  @Test
  void evaluateGoesOnWithoutTheFloatModelAndSaysSo() throws IOException {
    Path elsewhere = Files.createDirectory(workspace.file("elsewhere"));
    Path moved = Files.copy(workspace.quantized(), elsewhere.resolve("net.lut.onnx"));
    Invocation run =
        Invocation.of(workspace.evaluate(moved, workspace.images(), workspace.labels(), "--json"))
            .succeeded();
    assertTrue(run.err().contains("--float"), run.err());
    assertFalse(run.err().contains("better than chance"), run.err());
    JsonNode json = parse(run.out());
    assertTrue(json.path("top1FloatPercent").isNull());
    assertTrue(json.path("top1QuantizedPercent").isNumber());
    Path wrong = workspace.npy("wrong.npy", "|u1", new byte[Workspace.TEST_IMAGES], 20);
    String guess = Invocation.of(workspace.evaluate(moved, workspace.images(), wrong)).err();
    assertTrue(
        guess.contains("the quantized network does not classify these images better than chance"),
        guess);
  }

  /** Who has come so far is told how to go on. */
  @Test
  void commandsSayWhatComesNext() {
    Path file = workspace.file("next.lut.onnx");
    String quantized =
        Invocation.of(
                workspace.quantize(
                    workspace.model(), workspace.calibration(), file, "--calib-count=4"))
            .succeeded()
            .out();
    assertTrue(quantized.contains("\nnext: lutmac evaluate " + file + " --data"), quantized);
    assertTrue(quantized.contains("\n      lutmac generate " + file + " -o DIR\n"), quantized);
    Path design = workspace.file("next");
    String generated =
        Invocation.of(workspace.generate(file, design, "--array=2x2")).succeeded().out();
    assertTrue(
        generated.endsWith(
            "%nwrote %s, begin with %s/README.md%nnext: lutmac simulate %s --data IMAGES%n"
                .formatted(design, design, design)),
        generated);
  }

  /** Images divided by 255 and made bytes again. */
  private static Path dim() {
    byte[] ones = new byte[Workspace.TEST_IMAGES * DigitImages.PIXELS];
    for (int i = 0; i < ones.length; i += 3) {
      ones[i] = 1;
    }
    return workspace.npy(
        "dim.npy", "|u1", ones, Workspace.TEST_IMAGES, 1, DigitImages.SIZE, DigitImages.SIZE);
  }

  @Test
  void imagesOfAnotherRangeThanTheCalibrationsAreRemarkedOn() {
    Path dim = dim();
    String little =
        "dim.npy: the input uses little of its range: after mean and std its values are 0 to 1,";
    String evaluated =
        Invocation.of(workspace.evaluate(workspace.quantized(), dim, workspace.labels()))
            .succeeded()
            .err();
    assertTrue(evaluated.contains(little), evaluated);
    assertTrue(evaluated.contains("better than chance"), evaluated);
    String simulated =
        Invocation.of(workspace.simulate(workspace.design(), dim, "--count=1")).succeeded().err();
    assertTrue(simulated.contains(little), simulated);
    String usual =
        Invocation.of(
                workspace.evaluate(workspace.quantized(), workspace.images(), workspace.labels()))
            .succeeded()
            .err();
    assertFalse(usual.contains("range") || usual.contains("chance"), usual);
  }

  @Test
  void generatePredictsCycles() {
    JsonNode json =
        json(workspace.generate(workspace.quantized(), workspace.file("d"), "--array", "4x4"));
    assertEquals(4, json.path("rows").intValue());
    assertEquals(6, json.path("layers").size());
    long cycles = json.path("predictedCycles").longValue();
    assertTrue(cycles > 0);
    // Ten accumulators of 4 bytes out, in 8-byte beats; the image is written beside a run.
    long host = json.path("hostCycles").longValue();
    assertTrue(host >= 10 && host < 20, json.toString());
    assertEquals(100e6 / (cycles + host), json.path("imagesPerSecond").doubleValue(), 1e-6);
    for (JsonNode buffer : json.path("buffers")) {
      assertTrue(buffer.path("words").intValue() <= buffer.path("depth").intValue());
    }
  }

  @Test
  void generateSaysAtOnceAllThatTheNetworkNeeds() {
    String[] small =
        workspace.generate(
            workspace.quantized(), workspace.file("d"), "--array=4x4", "--weight-words=64");
    Invocation.of(small).refusal("weight", "the whole network needs", "--program-words");
  }

  @Test
  void simulateGivesTheSameFiguresForAllAndForEachLayer() {
    JsonNode json =
        json(workspace.simulate(workspace.design(), workspace.images(), "--count", "2"));
    assertEquals("bit-exact", json.path("verdict").textValue());
    assertEquals(2, json.path("images").intValue());
    assertEquals("golden model", json.path("reference").textValue());
    assertEquals(2, json.path("goldenImages").intValue());
    assertFigures(json);
    assertEquals(0, json.path("mismatches").longValue());
    assertEquals(6, json.path("layers").size());
    long words = 0;
    for (JsonNode layer : json.path("layers")) {
      assertFalse(layer.path("name").textValue().isEmpty());
      assertFigures(layer);
      words += layer.path("wordsCompared").longValue();
    }
    assertEquals(json.path("wordsCompared").longValue(), words);
  }

  /**
   * Every figure but those of the pauses and of the machine is that of a host that never pauses.
   */
  @Test
  void simulateStallsStreamsWithoutAnEffect() {
    String[] simulate = workspace.simulate(workspace.design(), workspace.images(), "--count", "1");
    ObjectNode steady = (ObjectNode) json(simulate);
    ObjectNode stalled = (ObjectNode) json(Invocation.with(simulate, "--stall", "7"));
    assertEquals(
        0, steady.path("inputStalls").longValue() + steady.path("outputStalls").longValue());
    assertTrue(stalled.path("inputStalls").longValue() > 100, stalled.toString());
    assertTrue(stalled.path("outputStalls").longValue() > 0, stalled.toString());
    String transfers = "cyclesPerImageWithTransfers";
    assertTrue(
        stalled.path(transfers).longValue() > steady.path(transfers).longValue(),
        stalled.toString());
    List<String> others =
        List.of("inputStalls", "outputStalls", transfers, "buildSeconds", "cyclesPerSecond");
    assertEquals(steady.remove(others), stalled.remove(others));
  }

  @Test
  void simulateSaysThatItComparedWithTheFastReference() {
    String[] command =
        workspace.simulate(
            workspace.design(), workspace.images(), "--count", "2", "--fast-reference");
    JsonNode json = json(command);
    assertEquals("fast reference", json.path("reference").textValue());
    assertEquals(1, json.path("goldenImages").intValue());
    String text = Invocation.of(command).succeeded().out();
    assertTrue(
        text.contains("(fast reference; 1 of 2 images checked against the golden model)"), text);
  }

  /** The oracle is what {@code predict} computes, with other code than the simulation's. */
  @Tag("slow")
  @Test
  void simulateSaysWhatTheHardwareAnsweredAndHowRightThatIs() {
    String[] simulate =
        workspace.simulate(workspace.design(), workspace.images(), "--count", "3", "--first", "2");
    String[] labelled = Invocation.with(simulate, "--labels", workspace.labels().toString());
    JsonNode json = json(labelled);
    JsonNode predicted =
        json("predict", workspace.quantized().toString(), workspace.images().toString(), "--top=1");
    assertEquals(3, json.path("answers").path("images").size());
    for (int i = 0; i < 3; i++) {
      assertEquals(
          predicted.path("answers").path("images").path(2 + i),
          json.path("answers").path("images").path(i));
    }
    assertEquals(100, json.path("accuracy").path("top1Percent").doubleValue());
    String text = Invocation.of(labelled).succeeded().out();
    assertTrue(text.contains("the hardware on 3 images: top-1 % 100.00"), text);
    assertEquals(0, json(simulate).path("accuracy").size());
  }

  @Test
  void quietMeansNothingButTheResult() throws IOException {
    String[] remarked = workspace.evaluate(workspace.quantized(), dim(), workspace.labels());
    assertNotEquals("", Invocation.of(remarked).succeeded().err());
    assertEquals("", Invocation.of(Invocation.with(remarked, "-q")).succeeded().err());
    String[] evaluate =
        workspace.evaluate(workspace.quantized(), workspace.images(), workspace.labels());
    assertEquals("", Invocation.of(Invocation.with(evaluate, "-q")).succeeded().err());
    String told = Invocation.of(Invocation.with(evaluate, "-v")).succeeded().err();
    assertTrue(told.contains("evaluate: 100 %"), told);
    assertEquals("", Invocation.of(evaluate).succeeded().err(), "a second's work in a log");
  }

  private static void assertFigures(JsonNode json) {
    assertTrue(json.path("wordsCompared").isIntegralNumber(), "wordsCompared");
    assertTrue(json.path("wordsCompared").longValue() > 0, "wordsCompared");
    assertTrue(json.path("mismatches").isIntegralNumber(), "mismatches");
    assertTrue(json.path("cyclesPerImage").isIntegralNumber(), "cyclesPerImage");
    assertTrue(json.path("cyclesPerImage").longValue() > 0, "cyclesPerImage");
    double busy = json.path("busyPercent").doubleValue();
    assertTrue(json.path("busyPercent").isNumber() && busy > 1 && busy <= 100, "busyPercent");
  }

  @Tag("slow")
  @Test
  void simulateEndsWithOneAndSaysWhereWhenAWordDiffers() throws IOException {
    Path design = workspace.file("spoiled");
    Invocation.of(workspace.generate(workspace.quantized(), design, "--array", "2x2")).succeeded();
    Path weights = design.resolve("weights.hex");
    List<String> words = new ArrayList<>(Files.readAllLines(weights));
    int flipped = Integer.parseInt(words.get(0), 16) ^ 0x8;
    words.set(0, "%02x".formatted(flipped));
    Files.write(weights, words);

    Invocation run =
        Invocation.of(workspace.simulate(design, workspace.images(), "--count", "1", "--json"));
    assertEquals(1, run.exitCode(), run.err());
    JsonNode json = parse(run.out());
    assertEquals("mismatch", json.path("verdict").textValue());
    assertTrue(json.path("mismatches").longValue() > 0);
    assertTrue(json.path("layers").path(0).path("mismatches").longValue() > 0);
    assertTrue(json.path("firstMismatch").path("layer").textValue().startsWith("conv1"));
    assertTrue(Files.size(Path.of(json.path("waveform").textValue())) > 0);
    assertEquals("weights.hex", json.path("edited").path(0).textValue());
  }

  /** Whoever edits hardware wants to know whether it still computes the same. */
  @Tag("slow")
  @Test
  void simulateComparesEditedHardwareAndSaysThatItIs() throws IOException {
    Path design = workspace.file("edited");
    Invocation.of(workspace.generate(workspace.quantized(), design, "--array", "2x2")).succeeded();
    Path top = design.resolve("rtl/lutmac_top.sv");
    Files.writeString(top, Files.readString(top) + "// a remark\n");
    String[] simulate = workspace.simulate(design, workspace.images(), "--count", "1");
    String text = Invocation.of(simulate).succeeded().out();
    assertTrue(
        text.contains("edited since it was generated (rtl/lutmac_top.sv), is bit-exact"), text);

    Path secret = workspace.file("harmed");
    Files.writeString(
        top,
        Files.readString(top)
            .replace("endmodule", "  initial $system(\"touch " + secret + "\");\nendmodule"));
    Invocation.of(simulate).refusal("rtl/lutmac_top.sv:", "$system", "--trust");
    assertFalse(Files.exists(secret));
    Invocation.of(Invocation.with(simulate, "--trust")).succeeded();
    assertTrue(Files.exists(secret));
  }

  @Test
  void printsTextForPeople() {
    String text =
        Invocation.of(
                workspace.evaluate(workspace.quantized(), workspace.images(), workspace.labels()))
            .succeeded()
            .out();
    assertTrue(text.contains("float") && text.contains("quantized") && text.contains("%"), text);
    assertFalse(text.contains("{"), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quantize",
        "analyze",
        "evaluate",
        "generate",
        "simulate",
        "export",
        "predict",
        "demo",
        "completion",
        "man"
      })
  void everyCommandHasHelpWithAnExample(String command) {
    Invocation run = Invocation.of(command, "--help").succeeded();
    assertEquals("", run.err());
    assertTrue(run.out().startsWith("Usage: lutmac " + command), run.out());
    String example = run.out().substring(run.out().indexOf("\nExample"));
    assertTrue(example.contains("\n  lutmac " + command + " "), run.out());
  }

  /** Whoever pastes an example gets all of it, and reads no word in two parts. */
  @ParameterizedTest
  @ValueSource(
      strings = {"quantize", "analyze", "evaluate", "generate", "simulate", "export", "predict"})
  void helpBreaksBetweenWordsAlone(String command) {
    String help = Invocation.of(command, "--help").succeeded().out();
    assertTrue(help.chars().allMatch(sign -> sign < 128), "letters that stand for signs");
    List<String> lines = help.lines().toList();
    for (int line = 1; line < lines.size(); line++) {
      String before = lines.get(line - 1);
      assertTrue(before.length() <= 100, before);
      boolean cut = before.endsWith(".") && before.endsWith(" .") || before.matches(".*\\w\\.?-");
      assertFalse(cut, before + "\n" + lines.get(line));
    }
    for (String example :
        lines.subList(
            help.substring(0, help.indexOf("\nExample")).split("\n").length, lines.size())) {
      boolean whole =
          example.isEmpty()
              || example.startsWith(" ")
              || example.startsWith("DIR/")
              || Character.isUpperCase(example.charAt(0))
              || example.startsWith("as the");
      assertTrue(whole, "an example that goes on at the margin: " + example);
    }
  }

  /** What one needs first comes first, and nothing is left out or named twice. */
  @ParameterizedTest
  @ValueSource(strings = {"quantize", "generate"})
  void helpListsOptionsByTheirUse(String command) {
    String help = Invocation.of(command, "--help").succeeded().out();
    String usual = help.substring(0, help.indexOf("\nFine tuning"));
    assertTrue(usual.contains("--output=") && usual.contains("--json"), help);
    String fine = help.equals(usual) ? "" : help.substring(usual.length());
    assertFalse(fine.contains("  --output="), help);
    String page = Invocation.of("man").succeeded().out();
    String section =
        page.substring(page.indexOf("\n.SH LUTMAC " + command.toUpperCase(Locale.ROOT)));
    section = section.substring(0, section.indexOf("\n.SH ", 1));
    List<String> options =
        section
            .lines()
            .filter(line -> line.startsWith(".B \\-"))
            .map(line -> line.replace("\\", "").replaceAll(".*(--[a-z-]+).*", "$1"))
            .toList();
    assertTrue(options.size() > 20, options.toString());
    for (String option : options) {
      long listed =
          help.lines()
              .filter(line -> line.startsWith("  "))
              .filter(
                  line ->
                      line.replace("[no-]", "")
                          .matches("  (-\\w, |    )" + option + "([=\\[ ].*|$)"))
              .count();
      assertEquals(1, listed, option + " in " + help);
    }
  }

  @Test
  void helpOfAnalyzeExplainsItsColumns() {
    String help = Invocation.of("analyze", "--help").succeeded().out();
    for (String column : List.of("dB ", "divergence ", "agree % ", "smaller ", "map ")) {
      assertTrue(help.contains("\n  " + column + " "), column + " in " + help);
    }
    assertTrue(help.contains("'with maps'") && help.contains("'map dB'"), help);
  }

  @Test
  void helpOfTrainingNamesItsDefaults() {
    String help = Invocation.of("quantize", "--help").succeeded().out();
    String training = help.substring(help.indexOf("\nTraining afterwards:\n"));
    assertTrue(
        training.contains("(default: %d)".formatted(TuneOptions.defaults().epochs())), training);
    assertTrue(
        training.contains("(default: %d)".formatted(TuneOptions.defaults().images())), training);
  }

  @Test
  void manualAndCompletionKnowEveryCommandAndOption() {
    String page = Invocation.of("man").succeeded().out();
    String completion = Invocation.of("completion").succeeded().out();
    for (String command : List.of("quantize", "predict", "generate", "simulate", "analyze")) {
      assertTrue(page.contains("\n.SH LUTMAC " + command.toUpperCase(Locale.ROOT)), command);
      assertTrue(completion.contains(command), command);
    }
    for (String option : List.of("--calib", "--budget", "--group-rows", "--names", "--trust")) {
      assertTrue(page.contains(option.replace("-", "\\-")), option);
      assertTrue(completion.contains(option), option);
    }
    assertTrue(page.contains("Default: 1000"), "defaults");
    assertFalse(page.contains("%%"), page);
    assertTrue(page.chars().allMatch(sign -> sign < 128), "letters that stand for signs");
  }

  @Test
  void helpOfTheCommandShowsTheMainJob() {
    String help = Invocation.of("--help").succeeded().out();
    for (String command : List.of("quantize", "generate", "simulate", "demo")) {
      assertTrue(help.contains("  lutmac " + command), command);
    }
  }

  @Test
  void helpOfTheCommandNamesExitCodes() {
    String help = Invocation.of("--help").succeeded().out();
    assertTrue(help.contains("\nExit code: 0 done, 1 a check failed, 2 bad input,"), help);
    assertTrue(help.contains("docs/using.md"), help);
    assertTrue(Invocation.of("man").succeeded().out().contains("\n.SH EXIT STATUS\n0 done, 1"));
  }

  /** As other commands that have commands. */
  @Test
  void helpIsACommandToo() {
    String asked = Invocation.of("help", "quantize").succeeded().out();
    assertEquals(Invocation.of("quantize", "--help").succeeded().out(), asked);
    assertEquals(
        Invocation.of("--help").succeeded().out(), Invocation.of("help").succeeded().out());
  }

  @Test
  void anOptionThatGoesOnIsKnown() {
    Invocation.of("quantize", workspace.model().toString(), "--calibration=x", "-o=y")
        .refusal("'--calibration=x'", "did you mean --calib?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "quantise", "--verbose"})
  void refusesWhatIsNoCommand(String argument) {
    String[] arguments = argument.isEmpty() ? new String[0] : new String[] {argument};
    Invocation.of(arguments).refusal("lutmac --help");
  }

  private static JsonNode json(String... arguments) {
    return parse(Invocation.of(Invocation.with(arguments, "--json")).succeeded().out());
  }

  /** The text as exactly one JSON object. */
  private static JsonNode parse(String text) {
    try {
      JsonNode json =
          JsonMapper.builder()
              .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .build()
              .readTree(text);
      assertTrue(json.isObject(), text);
      return json;
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }
}
