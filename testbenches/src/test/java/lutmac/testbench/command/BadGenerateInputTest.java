package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code lutmac generate} says to bad input. */
class BadGenerateInputTest {
  /** In blocks of 512 bytes: the largest files of the example's design are above 20 kB. */
  private static final String SMALL_FILES_ONLY = "ulimit -f 32; exec \"$@\"";

  @TempDir static Path directory;
  private static Workspace workspace;

  @BeforeAll
  static void quantizeExample() {
    workspace = Workspace.quantizedIn(directory);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "8", "8x", "x8", "axb", "8x8x8", "8*8", "8.5x8", "99999999999x8", " 8x8"})
  void refusesArraysThatAreNoSize(String array) {
    refusesOption("--array", array, "'--array'", "pixels x channels", "14x16", "'" + array + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x8", "-1x8", "65x8", "8x1", "8x0", "8x65", "100000x100000"})
  void refusesArraysOutOfRange(String array) {
    refusesOption("--array", array, "to 64", "--array");
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    refusesOption("--name", "resnet_8", "'--name'", "'resnet_8'", "small letters and digits");
    refusesOption("--pe", "dsp48", "'--pe'", "bins", "csd", "'dsp48'");
    refusesOption("--speed", "fast", "Unknown option", "'--speed'", "lutmac generate --help");
    workspace.refuses(
        new String[] {"generate", workspace.quantized().toString()},
        "--output",
        "lutmac generate --help");
  }

  /** They would have no effect. */
  @Test
  void refusesOptionsOfAnotherStyle() {
    String[] rows = workspace.generate(workspace.quantized(), workspace.file("new"), "--pe=csd");
    workspace.refuses(
        Invocation.with(rows, "--group-rows=2", "--bin-bits=9"),
        "--bin-bits is for --pe bins",
        "--group-rows is for --pe bins",
        "not for csd;");
    refusesOption(
        "--digits", "1", "--digits is for --pe csd", "not for bins, which is used without");
    workspace.refuses(
        new String[] {
          "demo", "-o=" + workspace.file("demo"), "--files-only", "--pe=dsp", "--bin-bits=9"
        },
        "--bin-bits is for --pe bins",
        "not for dsp;");
  }

  @Test
  void refusesSizesOutOfRangeOrTooSmallForTheNetwork() {
    refusesOption("--acc-bits", "40", "--acc-bits", "12 to 32 bits");
    refusesOption("--acc-bits", "12", "layer", "--acc-bits");
    refusesOption("--bin-bits", "99", "8 to 24 bits", "--bin-bits");
    refusesOption("--bin-bits", "wide", "8 to 24 bits", "'wide'", "--bin-bits");
    refusesOption("--group-rows", "0", "1 to 16 rows", "--group-rows");
    refusesOption("--weight-words", "1000", "--weight-words", "power of two");
    refusesOption("--weight-words", "16", "layer", "--weight-words");
    refusesOption("--feature-map-words", "8", "layer", "--feature-map-words");
    refusesOption("--parameter-words", "2", "layer", "--parameter-words");
    refusesOption("--program-words", "2", "layer", "--program-words");
  }

  @Test
  void refusesWhatIsNoQuantizedNetwork() throws IOException {
    refusesNetwork(workspace.model(), "digits.onnx", "lutmac quantize");
    refusesNetwork(workspace.file("absent.onnx"), "absent.onnx", "no such file", "check the path");
    byte[] whole = Files.readAllBytes(workspace.quantized());
    Path cut = workspace.write("cut.lut.onnx", Arrays.copyOf(whole, whole.length / 2));
    refusesNetwork(cut, "cut.lut.onnx", "truncated", "quantize the float network again");
    Files.delete(cut);
  }

  @Test
  void refusesPlacesWhereNothingCanBeWritten() {
    Path file = workspace.write("file", "in the way");
    refusesOutput(file.resolve("design"), "design", "is a file", "another place");
    refusesOutput(file, "file", "is a file", "name a directory");
    refusesOutput(workspace.file("no/design"), "no directory", "create it first");
    refusesOutput(Path.of("/"), "/ is the root of all directories");
  }

  @Test
  void leavesOtherPeoplesFilesAlone() throws IOException {
    Path folder = Files.createDirectory(workspace.file("thesis"));
    Files.writeString(folder.resolve("chapter1.txt"), "It was a dark and stormy night");
    refusesOutput(folder, "thesis", "chapter1.txt", "another output directory");
  }

  @Test
  void replacesWhatWasEditedOnlyWhenForced() throws IOException {
    Path design = workspace.file("edited");
    String[] generate = workspace.generate(workspace.quantized(), design, "--array", "2x2");
    Invocation.of(generate).succeeded();
    Invocation.of(generate).succeeded();
    Path top = design.resolve("rtl/lutmac_top.sv");
    String original = Files.readString(top);
    Files.writeString(top, original + "// a remark\n");
    workspace.refuses(
        generate, "edited was edited since it was generated (rtl/lutmac_top.sv)", "--force");
    Invocation.of(Invocation.with(generate, "--force")).succeeded();
    assertEquals(original, Files.readString(top));
    Files.writeString(design.resolve("notes.txt"), "years of work");
    workspace.refuses(Invocation.with(generate, "--force"), "notes.txt", "did not write");
    Files.delete(design.resolve("notes.txt"));
  }

  /** Not even root can make a directory there, and only writing shows it. */
  @Test
  void refusesToGoOnWhenTheDirectoryCannotBeMade() {
    Path output = Path.of("/proc/lutmac-design");
    refusesOutput(output, "/proc/lutmac-design", "choose");
    assertFalse(Files.exists(output));
  }

  @Test
  void leavesNothingWhenTheDiskFillsUp() throws IOException, InterruptedException {
    SortedMap<String, String> before = workspace.contents();
    String[] generate = workspace.generate(workspace.quantized(), workspace.file("full"));
    CommandProcess.run(List.of("sh", "-c", SMALL_FILES_ONLY, "sh"), Map.of(), generate)
        .refusal("full", "enough space");
    assertEquals(before, workspace.contents(), "files in the folder");
  }

  @Test
  void saysHowToInstallFirtool() throws IOException, InterruptedException {
    SortedMap<String, String> before = workspace.contents();
    Path empty = Files.createTempDirectory("lutmac-no-firtool");
    CommandProcess.run(
            List.of(),
            Map.of("CHISEL_FIRTOOL_PATH", empty.toString()),
            workspace.generate(workspace.quantized(), workspace.file("new")))
        .refusal("CHISEL_FIRTOOL_PATH", empty.toString(), "unset");
    Files.delete(empty);
    assertEquals(before, workspace.contents(), "files in the folder");
  }

  private static void refusesOption(String option, String value, String... parts) {
    workspace.refuses(
        workspace.generate(workspace.quantized(), workspace.file("new"), option, value), parts);
  }

  private static void refusesNetwork(Path network, String... parts) {
    workspace.refuses(workspace.generate(network, workspace.file("new")), parts);
  }

  private static void refusesOutput(Path output, String... parts) {
    workspace.refuses(workspace.generate(workspace.quantized(), output, "--array", "2x2"), parts);
  }
}
