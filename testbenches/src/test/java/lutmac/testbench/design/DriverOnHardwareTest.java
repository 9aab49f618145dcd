package lutmac.testbench.design;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.design.DesignDirectory;
import lutmac.generator.design.DesignSettings;
import lutmac.generator.design.SampleImage;
import lutmac.generator.emit.DesignName;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.process.ProgramRun;
import lutmac.network.process.SearchPath;
import lutmac.network.process.VerilatedBench;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The C driver of a design runs the design's hardware, verilated: it packs the sample image, starts
 * the run, and reads the class and every integer that the golden model has.
 */
@Tag("slow")
class DriverOnHardwareTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;

  private Path design;
  private JsonNode description;

  @BeforeEach
  void requireTools() {
    for (String program : List.of("cc", "verilator")) {
      if (SearchPath.ofEnvironment().find(program).isEmpty()) {
        assertFalse("true".equals(System.getenv("CI")), program + " is not installed");
        assumeTrue(false, program + " is not installed");
      }
    }
  }

  private void generate(long seed, Bus bus) throws IOException {
    QuantizedNetwork network = RandomNetworks.network(seed, new RandomNetworks.Limits(4, 5, 3));
    generate(network, ConfigChooser.choose(network, 2, 2, PeStyles.named("csd")).with(bus));
  }

  private void generate(QuantizedNetwork network, AcceleratorConfig config) throws IOException {
    design = folder.resolve("design");
    DesignDirectory.write(
        design,
        NetworkCompiler.compile(network, config),
        DesignSettings.of(DesignName.DEFAULT, network));
    description = new ObjectMapper().readTree(design.resolve("design.json").toFile());
    int[] codes = SampleImage.seededCodes(network);
    byte[] bytes = new byte[codes.length];
    for (int at = 0; at < codes.length; at++) {
      bytes[at] = (byte) codes[at];
    }
    Files.write(folder.resolve("codes"), bytes);
  }

  private static ProgramRun succeeded(ProgramRun run) {
    assertTrue(run.succeeded(), run.output());
    return run;
  }

  /** Builds the driver as C99 and the board around it with Verilator. */
  private void build(String board) throws Exception {
    Path host = design.resolve("host");
    succeeded(
        ProgramRun.of(
            List.of(
                "cc",
                "-std=c99",
                "-O1",
                "-c",
                host.resolve("lutmac.c").toString(),
                "-o",
                folder.resolve("lutmac.o").toString()),
            folder,
            LIMIT));
    copy(board);
    List<String> arguments =
        new ArrayList<>(List.of("--assert", "-Wno-fatal", "-CFLAGS", "-I" + host));
    for (String source : Files.readAllLines(design.resolve("rtl/filelist.f"))) {
      arguments.add(design.resolve("rtl").resolve(source).toString());
    }
    arguments.add(folder.resolve(board).toString());
    arguments.add(folder.resolve("lutmac.o").toString());
    succeeded(VerilatedBench.build(folder, "lutmac_top", arguments));
  }

  private void copy(String name) throws IOException {
    try (InputStream source = DriverOnHardwareTest.class.getResourceAsStream(name)) {
      Files.write(folder.resolve(name), source.readAllBytes());
    }
  }

  private ProgramRun run(String... more) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(folder.resolve(VerilatedBench.OBJECTS).resolve("Vlutmac_top").toString());
    command.add(design.resolve("image.bin").toString());
    command.addAll(List.of("codes", "output"));
    command.addAll(List.of(more));
    return ProgramRun.of(command, folder, LIMIT);
  }

  private void assertAnswers(ProgramRun run) throws IOException {
    JsonNode answer = description.path("sample").path("outputs").get(0);
    String said = succeeded(run).output();
    assertTrue(said.startsWith("class " + answer.path("largestChannel").asInt() + ","), said);
    // Words of two lanes: of channel c the bytes of an int32 are in the words 0 to 3 of its pixel.
    byte[] output = Files.readAllBytes(folder.resolve("output"));
    assertEquals(description.path("buffers").path("outputBytes").asInt(), output.length);
    List<Integer> integers = new ArrayList<>();
    for (int channel = 0; channel < answer.path("integers").size(); channel++) {
      int integer = 0;
      for (int plane = 0; plane < 4; plane++) {
        integer |= Byte.toUnsignedInt(output[8 * plane + channel]) << 8 * plane;
      }
      integers.add(integer);
    }
    List<Integer> expected = new ArrayList<>();
    answer.path("integers").forEach(integer -> expected.add(integer.asInt()));
    assertEquals(2, expected.size(), "one pixel of two channels in one block");
    assertEquals(expected, integers);
  }

  @Test
  void classifiesOnABusByInterruptAndByPolling() throws Exception {
    generate(4, new Bus.Axi(32, 64));
    build("driver_bus.cpp");
    assertAnswers(run("0"));
    assertAnswers(run("1"));

    byte[] image = Files.readAllBytes(design.resolve("image.bin"));
    image[0] ^= 1;
    Files.write(design.resolve("image.bin"), image);
    ProgramRun refused = run("0");
    assertTrue(refused.output().contains("outcome 1, cause "), refused.output());
  }

  /** Maps go to the scratch area and come back, weights come with every image. */
  @Test
  void classifiesWithANetworkLargerThanTheBuffers() throws Exception {
    QuantizedNetwork network = RandomNetworks.tinyWithStrips();
    AcceleratorConfig roomy = ConfigChooser.choose(network, 2, 2, PeStyles.named("csd"));
    generate(
        network,
        roomy
            .withBuffers(
                roomy.featureMapWords() / 4,
                roomy.weightWords() / 2,
                roomy.parameterWords(),
                Math.max(256, roomy.programWords() / 2))
            .with(new Bus.Axi(32, 64)));
    assertTrue(description.path("schedule").path("runs").size() > 1);
    assertTrue(description.path("buffers").path("scratchBytes").asInt() > 0);
    build("driver_bus.cpp");
    assertAnswers(run("0"));
  }

  @Test
  void classifiesBehindStreams() throws Exception {
    generate(10, Bus.STREAM);
    assertTrue(
        description.path("input").has("freeAtLayer"), "the next image is written beside a run");
    build("driver_stream.cpp");
    String said = succeeded(run()).output();
    int largest = description.path("sample").path("outputs").get(0).path("largestChannel").asInt();
    assertTrue(said.startsWith("class " + largest + ","), said);
  }

  @Test
  void classifiesBehindStreamsWithoutRoomForTheNextImage() throws Exception {
    generate(4, Bus.STREAM);
    assertTrue(!description.path("input").has("freeAtLayer"), "no room for the next image");
    build("driver_stream.cpp");
    assertAnswers(run());
    exampleClassifiesThroughPipes();
  }

  /** The example for files that take and give beats, with pipes to the verilated accelerator. */
  private void exampleClassifiesThroughPipes() throws Exception {
    String example = folder.resolve("classify").toString();
    succeeded(
        ProgramRun.of(
            List.of(
                "cc",
                "-std=c99",
                "-D_POSIX_C_SOURCE=200809L",
                "-O1",
                design.resolve("host/stream.c").toString(),
                folder.resolve("lutmac.o").toString(),
                "-o",
                example),
            folder,
            LIMIT));
    succeeded(ProgramRun.of(List.of("mkfifo", "to", "from"), folder, LIMIT));
    Process accelerator =
        new ProcessBuilder(
                folder.resolve(VerilatedBench.OBJECTS).resolve("Vlutmac_top").toString(),
                "serve",
                "to",
                "from")
            .directory(folder.toFile())
            .inheritIO()
            .start();
    try {
      String image = design.resolve("image.bin").toString();
      String said =
          succeeded(
                  ProgramRun.of(
                      List.of(example, "to", "from", image, "codes", "codes"), folder, LIMIT))
              .output();
      int largest =
          description.path("sample").path("outputs").get(0).path("largestChannel").asInt();
      List<String> lines = said.lines().toList();
      assertEquals(2, lines.size(), said);
      for (String line : lines) {
        assertTrue(line.startsWith("codes: class " + largest + ", "), said);
      }
      assertEquals(0, accelerator.waitFor());
    } finally {
      accelerator.destroyForcibly();
    }
  }
}
