package lutmac.generator.design;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.emit.DesignName;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.MemoryImage;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.process.ProgramRun;
import lutmac.network.process.RequiredProgram;
import lutmac.network.process.SearchPath;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The testbench that a design brings along, run by its Makefile alone. */
@Tag("slow")
class DesignSimulationTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** Verilator whose simulators are not optimized: they run for a moment. */
  private static final String QUICK_VERILATOR =
      "VERILATOR=verilator -MAKEFLAGS OPT_FAST=-O0 -MAKEFLAGS OPT_GLOBAL=-O0";

  /** One path with a blank and one without: Verilator's own makefiles work in no such folder. */
  @TempDir static Path folder;

  private static Path plain;
  private static Path blank;

  @BeforeAll
  static void generate() {
    plain = folder.resolve("design");
    blank = folder.resolve("a design");
    QuantizedNetwork network = RandomNetworks.tiny();
    DesignName name = new DesignName("tiny");
    for (Path directory : List.of(plain, blank)) {
      DesignDirectory.write(
          directory,
          NetworkCompiler.compile(
              network, ConfigChooser.choose(network, 2, 2, PeStyles.named("csd"))),
          DesignSettings.of(name, network));
    }
  }

  private static ProgramRun make(Path design, Path current, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("make", "-f"));
    command.add(design.resolve("Makefile").toString());
    command.add(QUICK_VERILATOR);
    command.addAll(List.of(arguments));
    return ProgramRun.of(command, current, LIMIT);
  }

  private static void assertPasses(ProgramRun run) {
    assertTrue(run.succeeded(), run.output());
    assertTrue(run.output().contains("PASS tiny: "), run.output());
  }

  /** Changes the lowest digit of the first expected word, whose lowest lane holds a channel. */
  private static void flip(Path design) throws IOException {
    Path file = design.resolve("expected.hex");
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    String word = lines.get(1);
    char other = word.endsWith("0") ? '1' : '0';
    lines.set(1, word.substring(0, word.length() - 1) + other);
    Files.write(file, lines);
  }

  private static void assertFails(ProgramRun run) {
    assertNotEquals(0, run.status().orElseThrow(), run.output());
    assertTrue(run.output().contains("FAIL tiny: 1 of "), run.output());
  }

  @Test
  void passesInIcarusFromAnyFolderAndFailsForAWrongWord() throws Exception {
    RequiredProgram.require("iverilog");
    byte[] right = Files.readAllBytes(blank.resolve("expected.hex"));
    assertPasses(make(blank, Path.of("/"), "sim", "SIM=icarus"));
    flip(blank);
    assertFails(make(blank, folder, "sim", "SIM=icarus"));
    Files.write(blank.resolve("expected.hex"), right);
    assertEquals(List.of(), DesignDirectory.read(blank).edited());
  }

  @Test
  void passesInVerilatorFromAnyFolderAndFailsForAWrongWord() throws Exception {
    RequiredProgram.require("verilator");
    byte[] right = Files.readAllBytes(plain.resolve("expected.hex"));
    assertPasses(make(plain, Path.of("/"), "sim", "SIM=verilator"));
    flip(plain);
    assertFails(make(plain, folder, "sim", "SIM=verilator"));
    Files.write(plain.resolve("expected.hex"), right);
  }

  @Test
  void passesInVerilatorInAFolderWithABlank() throws Exception {
    RequiredProgram.require("verilator");
    assertPasses(make(blank, folder, "sim", "SIM=verilator"));
  }

  /** A design on a bus whose network is larger than the buffers: some runs, and a scratch area. */
  private static Path onBus(String folderName, Bus bus) throws IOException {
    Path design = folder.resolve(folderName);
    QuantizedNetwork network = RandomNetworks.tinyWithStrips();
    AcceleratorConfig roomy = ConfigChooser.choose(network, 2, 2, PeStyles.named("csd"));
    CompiledNetwork compiled =
        NetworkCompiler.compile(
            network,
            roomy
                .withBuffers(
                    roomy.featureMapWords() / 4,
                    roomy.weightWords() / 2,
                    roomy.parameterWords(),
                    Math.max(256, roomy.programWords() / 2))
                .with(bus));
    assertTrue(compiled.schedule().orElseThrow().runs().size() > 1);
    assertTrue(MemoryImage.of(compiled).scratchBytes() > 0);
    DesignDirectory.write(design, compiled, DesignSettings.of(new DesignName("tiny"), network));
    return design;
  }

  @Test
  void aLargeNetworkOnABusPassesInVerilatorWithPauses() throws Exception {
    RequiredProgram.require("verilator");
    Path bus = onBus("bus", new Bus.Axi(40, 128));
    assertPasses(make(bus, Path.of("/"), "sim", "SIM=verilator", "ARGS=+latency=9 +stall=300"));
  }

  @Test
  void aLargeNetworkOnABusPassesInIcarusAndFailsForAWrongWord() throws Exception {
    RequiredProgram.require("iverilog");
    Path bus = onBus("a bus", new Bus.Axi(32, 64));
    assertPasses(make(bus, Path.of("/"), "sim", "SIM=icarus"));
    assertPasses(make(bus, folder, "sim", "SIM=icarus", "ARGS=+latency=9 +stall=300"));
    flip(bus);
    assertFails(make(bus, folder, "sim", "SIM=icarus"));
  }

  @Test
  void aNetworkThatFitsPassesOnABusInIcarus() throws Exception {
    RequiredProgram.require("iverilog");
    QuantizedNetwork network = RandomNetworks.tiny();
    Path bus = folder.resolve("resident");
    DesignDirectory.write(
        bus,
        NetworkCompiler.compile(
            network,
            ConfigChooser.choose(network, 2, 2, PeStyles.named("csd")).with(new Bus.Axi(40, 128))),
        DesignSettings.of(new DesignName("tiny"), network));
    assertPasses(make(bus, folder, "sim", "SIM=icarus"));
  }

  /** Pixels of the sample, from which the codes are made again. */
  private static void writePixels(Path design, Path file) throws Exception {
    ProgramRun run =
        ProgramRun.of(
            List.of(
                "python3",
                "-B",
                "-c",
                """
                import sys
                sys.path.insert(0, sys.argv[1] + "/host")
                import numpy, lutmac
                design = lutmac.Design(sys.argv[1])
                given = design.info["input"]
                codes = numpy.fromfile(sys.argv[2], dtype=numpy.int8 if given["format"]["signed"] else numpy.uint8)
                codes = codes.reshape(given["shape"])
                pixels = codes * 2.0 ** -given["format"]["fractionBits"][0]
                preprocessing = given["preprocessing"]
                if preprocessing["inFirstLayer"]:
                    pixels = codes.astype(float)
                else:
                    pixels = pixels * numpy.reshape(preprocessing["std"], (-1, 1, 1)) + numpy.reshape(preprocessing["mean"], (-1, 1, 1))
                # Several images, channels last.
                numpy.save(sys.argv[3], numpy.moveaxis(numpy.stack([0 * pixels, pixels]), 1, -1))
                """,
                design.toString(),
                folder.resolve("codes").toString(),
                file.toString()),
            folder,
            LIMIT);
    assertTrue(run.succeeded(), run.output());
  }

  /** The words of the sample image again, and its answers, from pixels. */
  private static void assertAnswersAnImage(
      Path design, QuantizedNetwork network, String... arguments) throws Exception {
    int[] codes = SampleImage.seededCodes(network);
    byte[] bytes = new byte[codes.length];
    for (int at = 0; at < codes.length; at++) {
      bytes[at] = (byte) codes[at];
    }
    Files.write(folder.resolve("codes"), bytes);
    Path pixels = folder.resolve("the pixels.npy");
    writePixels(design, pixels);
    List<String> all = new ArrayList<>(List.of("sim", "IMAGE=" + pixels, "NUMBER=1"));
    all.addAll(List.of(arguments));
    ProgramRun run = make(design, folder, all.toArray(String[]::new));
    assertTrue(run.succeeded(), run.output());
    assertEquals(
        Files.readString(design.resolve("input.hex")).toLowerCase(Locale.ROOT),
        Files.readString(design.resolve("build/image.hex")));
    JsonNode sample =
        new ObjectMapper().readTree(design.resolve("design.json").toFile()).path("sample");
    JsonNode answer = sample.path("outputs").get(0);
    assertTrue(
        run.output()
            .contains(
                "%s: channel %d: "
                    .formatted(
                        answer.path("name").asText(), answer.path("largestChannel").asInt())),
        run.output());
    run = make(design, folder, "sim", "IMAGE=" + pixels, "NUMBER=2");
    assertFalse(run.succeeded());
    assertTrue(run.output().contains("there is no image 2 of 2"), run.output());
  }

  @Test
  void answersAnyImageFromPixels() throws Exception {
    RequiredProgram.require("iverilog");
    ProgramRun numpy = ProgramRun.of(List.of("python3", "-c", "import numpy"), folder, LIMIT);
    assumeTrue(numpy.succeeded(), "no Python with numpy");
    assertAnswersAnImage(blank, RandomNetworks.tiny(), "SIM=icarus", "TRACE=1");
    assertTrue(Files.size(blank.resolve("build/tiny.fst")) > 0);
    assertAnswersAnImage(
        onBus("pixels", new Bus.Axi(32, 64)), RandomNetworks.tinyWithStrips(), "SIM=icarus");
  }

  @Test
  void sizesAreYosys() throws Exception {
    RequiredProgram.require("yosys");
    // Nothing is mapped, which takes a moment.
    ProgramRun run = make(plain, folder, "synth", "SYNTH=hierarchy");
    assertTrue(run.succeeded(), run.output());
    assertTrue(run.output().contains("Number of cells"), run.output());
    run = make(plain, folder, "synth", "SYNTH=no_such_command");
    assertFalse(run.succeeded(), run.output());
    assertTrue(run.output().contains("No such command"), run.output());
  }

  /** Nothing but Python's package index has cocotb: the tests are for those who installed it. */
  private static void assumeCocotb() throws Exception {
    ProgramRun python =
        SearchPath.ofEnvironment().find("python3").isPresent()
            ? ProgramRun.of(List.of("python3", "-c", "import cocotb"), folder, LIMIT)
            : null;
    assumeTrue(python != null && python.succeeded(), "cocotb is not installed");
    RequiredProgram.require("iverilog");
  }

  private static void assertPassesInCocotbAndFailsForAWrongWord(Path design, String... arguments)
      throws Exception {
    byte[] right = Files.readAllBytes(design.resolve("expected.hex"));
    List<String> all = new ArrayList<>(List.of("cocotb", "SIM=icarus"));
    all.addAll(List.of(arguments));
    ProgramRun run = make(design, folder, all.toArray(String[]::new));
    assertTrue(run.succeeded(), run.output());
    flip(design);
    ProgramRun wrong = make(design, folder, "cocotb", "SIM=icarus");
    assertFalse(wrong.succeeded(), wrong.output());
    assertTrue(wrong.output().contains("AssertionError: "), wrong.output());
    Files.write(design.resolve("expected.hex"), right);
  }

  @Test
  void passesInCocotbWhereThatIsInstalled() throws Exception {
    assumeCocotb();
    assertPassesInCocotbAndFailsForAWrongWord(blank);
  }

  @Test
  void aLargeNetworkOnABusPassesInCocotbWhereThatIsInstalled() throws Exception {
    assumeCocotb();
    assertPassesInCocotbAndFailsForAWrongWord(
        onBus("in cocotb", new Bus.Axi(40, 128)), "ARGS=+latency=9 +stall=300");
  }

  @Test
  void theTestbenchesInCocotbAreWellFormed() throws Exception {
    assumeTrue(SearchPath.ofEnvironment().find("python3").isPresent(), "no Python");
    for (Path design : List.of(plain, onBus("in Python", new Bus.Axi(32, 64)))) {
      Path copy = Files.createTempDirectory(folder, "python").resolve("test.py");
      Files.copy(design.resolve("tb/test_tiny.py"), copy);
      ProgramRun run =
          ProgramRun.of(List.of("python3", "-m", "py_compile", copy.toString()), folder, LIMIT);
      assertTrue(run.succeeded(), run.output());
    }
  }

  @Test
  void lintAndChecksumsAreClean() throws Exception {
    RequiredProgram.require("verilator");
    for (String target : List.of("lint", "check")) {
      ProgramRun run = make(plain, folder, target);
      assertTrue(run.succeeded(), run.output());
    }
    Files.writeString(plain.resolve("program.lst"), "other");
    assertFalse(make(plain, folder, "check").succeeded());
  }
}
