package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import lutmac.generator.design.DesignDirectory;
import lutmac.network.BadInputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code lutmac simulate} says to bad input. */
@Tag("slow")
class BadSimulateInputTest {
  @TempDir Path directory;
  private Workspace workspace;

  @BeforeEach
  void generateExample() {
    workspace = Workspace.generatedIn(directory);
  }

  @Test
  void saysHowToInstallVerilator() throws IOException, InterruptedException {
    Path empty = Files.createDirectory(workspace.file("bin"));
    withPath(empty).refusal("Verilator", "PATH", "apt-get install verilator");
  }

  @Test
  void refusesVerilatorThatDoesNotRun() throws IOException, InterruptedException {
    Path bin = Files.createDirectory(workspace.file("bin"));
    for (String name : List.of("verilator", "clang++", "make")) {
      Path program = Files.writeString(bin.resolve(name), "#!/bin/sh\necho broken; exit 1\n");
      assertTrue(program.toFile().setExecutable(true));
    }
    withPath(bin).refusal(bin.resolve("verilator").toString(), "broken", "reinstall it");
  }

  private Invocation withPath(Path path) throws IOException, InterruptedException {
    SortedMap<String, String> before = workspace.contents();
    Invocation run =
        CommandProcess.run(
            List.of(),
            Map.of("PATH", path.toString()),
            workspace.simulate(workspace.design(), workspace.images()));
    assertEquals(before, workspace.contents(), "files in the folder");
    return run;
  }

  @Test
  void refusesSimulatorCacheThatCannotBeWritten() {
    Path file = workspace.write("file", "in the way");
    System.setProperty("LUTMAC_CACHE", file.resolve("cache").toString());
    try {
      refusesDesign(workspace.design(), "LUTMAC_CACHE", file.resolve("cache").toString());
    } finally {
      System.clearProperty("LUTMAC_CACHE");
    }
  }

  @Test
  void leavesNoHalfWaveformWhenTheDiskFillsUp() throws IOException, InterruptedException {
    Path waveform = workspace.file("wave.fst");
    String[] simulate =
        workspace.simulate(
            workspace.design(), workspace.images(), "--count", "1", "--trace", waveform.toString());
    // Also builds the simulators, whose files are larger than the waveform's limit.
    Invocation.of(simulate).succeeded();
    assertTrue(Files.size(waveform) > 512 * 512);
    Files.delete(waveform);

    SortedMap<String, String> before = workspace.contents();
    CommandProcess.run(
            List.of("sh", "-c", "ulimit -f 512; ulimit -c 0; exec \"$@\"", "sh"),
            Map.of(),
            simulate)
        .refusal("wave.fst", "enough space", "--trace");
    assertEquals(before, workspace.contents(), "files in the folder");
  }

  @Test
  void refusesWhatIsNoDesign() {
    refusesDesign(
        workspace.file("absent"), "absent", "no such file or directory", "check the path");
    refusesDesign(directory, directory.toString(), "no lutmac design", "lutmac generate");
    refusesDesign(workspace.quantized(), "digits.lut.onnx", "no lutmac design", "lutmac generate");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "design.json",
        "network.lut.onnx",
        "program.hex",
        "weights.hex",
        "parameters.hex",
        "rtl/filelist.f",
        "rtl/lutmac_core.sv"
      })
  void refusesDesignWithMissingOrTruncatedFile(String name) throws IOException {
    Path file = workspace.design().resolve(name);
    byte[] whole = Files.readAllBytes(file);
    String culprit = name.equals("rtl/filelist.f") ? "rtl" : Path.of(name).getFileName().toString();

    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    refusesDesign(workspace.design(), culprit);
    Files.delete(file);
    refusesDesign(workspace.design(), name, "generate");
  }

  @Test
  void neverFaultsOnAnotherConfiguration() throws IOException {
    Path file = workspace.design().resolve("design.json");
    ObjectMapper mapper = new ObjectMapper();
    JsonNode whole = mapper.readTree(file.toFile());
    List<String> fields = new ArrayList<>();
    whole.path("config").fieldNames().forEachRemaining(fields::add);
    assertTrue(fields.contains("rows") && fields.contains("weightWords"), fields.toString());
    int refused = 0;
    for (String field : fields) {
      for (String value :
          List.of("-1", "0", "2", "3", "16", "1073741824", "1e99", "null", "\"x\"")) {
        ObjectNode changed = whole.deepCopy();
        ((ObjectNode) changed.path("config")).set(field, mapper.readTree(value));
        mapper.writeValue(file.toFile(), changed);
        try {
          DesignDirectory.read(workspace.design());
        } catch (BadInputException e) {
          assertTrue(
              e.getMessage().contains("design.json") || e.getMessage().contains(".hex"),
              e.getMessage());
          refused++;
        }
      }
    }
    assertTrue(refused >= 5 * fields.size(), refused + " refused");
    Files.writeString(file, "{\"format\": 1, \"config\": {\"rows\": ");
    refusesDesign(workspace.design(), "design.json", "damaged", "generate the design again");
    Files.writeString(file, "{\"format\": 99}");
    refusesDesign(workspace.design(), "design.json", "format 99", "generate the design again");
  }

  @Test
  void refusesImagesOfTheWrongShape() {
    Path large = workspace.npy("large.npy", "|u1", new byte[28 * 28], 1, 1, 28, 28);
    refusesImages(large, "large.npy", "[1, 28, 28]", "[1, 20, 20]");
    Path none = workspace.npy("none.npy", "|u1", new byte[0], 0, 1, 20, 20);
    refusesImages(none, "none.npy", "holds no images", "at least one");
    refusesImages(workspace.file("absent.npy"), "absent.npy", "no such file", "check the path");
  }

  /** The design is read before the images are counted. */
  @Test
  void readsTheDesignThatItStandsIn() throws IOException, InterruptedException {
    CommandProcess.run(
            List.of("env", "-C", workspace.design().toString()),
            Map.of(),
            workspace.simulate(Path.of("."), workspace.images(), "--first", "20"))
        .refusal("images 0 to 19", "--first");
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    refusesOption("--count", "0", "--count", "at least 1");
    refusesOption("--first", "20", "images.npy", "images 0 to 19", "--first");
    refusesOption("--first", "-1", "images.npy", "images 0 to 19", "--first");
    refusesOption("--cycles", "5", "Unknown option", "lutmac simulate --help");
    refusesOption("--trace", directory.toString(), "is a directory", "name a file");
    refusesOption("--trace", workspace.images().resolve("t.fst").toString(), "t.fst", "is a file");
    refusesOption("--trace", workspace.file("no/t.fst").toString(), "no directory", "create it");
  }

  private void refusesDesign(Path design, String... parts) {
    workspace.refuses(workspace.simulate(design, workspace.images(), "--count", "1"), parts);
  }

  private void refusesImages(Path images, String... parts) {
    workspace.refuses(workspace.simulate(workspace.design(), images), parts);
  }

  private void refusesOption(String option, String value, String... parts) {
    workspace.refuses(
        workspace.simulate(workspace.design(), workspace.images(), option, value), parts);
  }
}
