package lutmac.testbench.design;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lutmac.generator.config.Bus;
import lutmac.generator.design.DesignDirectory;
import lutmac.generator.design.DesignSettings;
import lutmac.generator.design.SampleImage;
import lutmac.generator.emit.DesignName;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.process.ProgramRun;
import lutmac.network.process.RequiredProgram;
import lutmac.network.process.SearchPath;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.rtl.layout.BusRegister;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The driver that a design brings along, without hardware: what it packs and what it reads. */
class HostDriverTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final List<String> STRICT =
      List.of("cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic");
  private static final String NAME = "lutmac";

  @TempDir Path folder;

  private Path design;

  @BeforeEach
  void requireCompiler() {
    RequiredProgram.require("cc");
  }

  /** Folded and padded inputs, several outputs, packed and logarithmic maps, concatenations. */
  static Stream<QuantizedNetwork> networks() {
    return LongStream.rangeClosed(1, 3)
        .boxed()
        .flatMap(
            seed ->
                Stream.of(
                    RandomNetworks.anyNetwork(seed),
                    RandomNetworks.networkOfSeveralOutputs(seed),
                    RandomNetworks.networkOfActivations(seed)));
  }

  private void generate(QuantizedNetwork network) {
    generate(network, Bus.STREAM);
  }

  private void generate(QuantizedNetwork network, Bus bus) {
    design = folder.resolve("design");
    DesignDirectory.write(
        design,
        NetworkCompiler.compile(
            network, ConfigChooser.choose(network, 2, 3, PeStyles.standard()).with(bus)),
        DesignSettings.of(new DesignName(NAME), network));
  }

  private static String succeeded(List<String> command, Path current) throws Exception {
    ProgramRun run = ProgramRun.of(command, current, LIMIT);
    assertTrue(run.succeeded(), run.output());
    return run.output();
  }

  private static List<String> strict(String... arguments) {
    List<String> command = new ArrayList<>(STRICT);
    command.addAll(List.of(arguments));
    return command;
  }

  @Test
  void compilesWithoutAWarning() throws Exception {
    generate(RandomNetworks.network(1));
    Path host = design.resolve("host");
    succeeded(strict("-c", "lutmac.c", "-o", folder.resolve("a.o").toString()), host);
    compilesUnderPosix("stream.c");
    generate(RandomNetworks.network(1), new Bus.Axi(32, 64));
    succeeded(strict("-c", "bare_metal.c", "-o", folder.resolve("b.o").toString()), host);
    compilesUnderPosix("linux.c");
  }

  private void compilesUnderPosix(String example) throws Exception {
    String program = folder.resolve(example + ".out").toString();
    succeeded(
        strict("-D_POSIX_C_SOURCE=200809L", example, "lutmac.c", "-o", program),
        design.resolve("host"));
  }

  /** The words of a file for {@code $readmemh} by address, their digits. */
  private Map<Integer, String> words(String file) throws IOException {
    Map<Integer, String> words = new TreeMap<>();
    int address = 0;
    for (String line : Files.readAllLines(design.resolve(file))) {
      if (line.startsWith("@")) {
        address = Integer.parseInt(line.substring(1), 16);
      } else {
        words.put(address++, line);
      }
    }
    return words;
  }

  /** Regions of a buffer as {@code design.json} lays them out, filled with words. */
  private static byte[] buffer(
      JsonNode buffers, String regions, String bytes, Map<Integer, String> words) {
    byte[] buffer = new byte[buffers.path(bytes).asInt()];
    int wordBytes = buffers.path("wordBytes").asInt();
    for (JsonNode region : buffers.path(regions)) {
      for (int word = 0; word < region.path("words").asInt(); word++) {
        String digits = words.get(region.path("baseAddress").asInt() + word);
        int at = region.path("byteOffset").asInt() + word * wordBytes;
        for (int end = digits.length(); end > 0; end -= 2) {
          buffer[at++] = (byte) Integer.parseInt(digits.substring(Math.max(0, end - 2), end), 16);
        }
      }
    }
    return buffer;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void packsTheSampleImageAndReadsItsAnswers(QuantizedNetwork network) throws Exception {
    generate(network);
    JsonNode description = new ObjectMapper().readTree(design.resolve("design.json").toFile());
    JsonNode buffers = description.path("buffers");
    int[] codes = SampleImage.seededCodes(network);
    byte[] bytes = new byte[codes.length];
    for (int at = 0; at < codes.length; at++) {
      bytes[at] = (byte) codes[at];
    }
    Files.write(folder.resolve("codes"), bytes);
    Files.write(
        folder.resolve("output"), buffer(buffers, "reads", "outputBytes", words("expected.hex")));

    String said = check();
    assertArrayEquals(
        buffer(buffers, "writes", "inputBytes", words("input.hex")),
        Files.readAllBytes(folder.resolve("input")));
    List<String> lines = said.lines().toList();
    JsonNode answers = description.path("sample").path("outputs");
    assertEquals(answers.size(), lines.size());
    for (int index = 0; index < lines.size(); index++) {
      JsonNode answer = answers.get(index);
      String[] read = lines.get(index).split(" ", 2);
      List<String> integers = new ArrayList<>();
      answer.path("integers").forEach(integer -> integers.add(integer.asText()));
      assertEquals(String.join(" ", integers), read[1]);
      if (answer.has("largestChannel")) {
        assertEquals(answer.path("largestChannel").asText(), read[0]);
      }
    }
    assertPythonAgrees();
  }

  private String check() throws Exception {
    try (InputStream source = HostDriverTest.class.getResourceAsStream("driver_check.c")) {
      Files.write(folder.resolve("driver_check.c"), source.readAllBytes());
    }
    String program = folder.resolve("driver_check").toString();
    succeeded(
        strict(
            "-I",
            design.resolve("host").toString(),
            "-DDESIGN=" + NAME + "_design",
            "-DDESIGN_HEADER=\"" + NAME + "_design.h\"",
            "-fsanitize=undefined,address",
            "driver_check.c",
            design.resolve("host/lutmac.c").toString(),
            "-o",
            program),
        folder);
    return succeeded(List.of(program, "codes", "input", "output"), folder);
  }

  /** The Python driver packs the same bytes and reads the same integers, where there is numpy. */
  private void assertPythonAgrees() throws Exception {
    boolean numpy =
        SearchPath.ofEnvironment().find("python3").isPresent()
            && ProgramRun.of(List.of("python3", "-c", "import numpy"), folder, LIMIT).succeeded();
    if (!numpy) {
      return;
    }
    Files.writeString(
        folder.resolve("check.py"),
        """
        import sys
        sys.dont_write_bytecode = True
        sys.path.insert(0, sys.argv[1] + "/host")
        import numpy, lutmac
        design = lutmac.Design(sys.argv[1])
        given = design.info["input"]
        kind = numpy.int8 if given["format"]["signed"] else numpy.uint8
        codes = numpy.fromfile("codes", dtype=kind)
        assert design.pack(codes).tobytes() == open("input", "rb").read(), "input"
        read = design.integers(open("output", "rb").read())
        for answer in design.info["sample"]["outputs"]:
            assert read[answer["name"]].ravel().tolist() == answer["integers"], answer["name"]

        class Registers:
            def __init__(self, fingerprint, version):
                self.words = {0: 0x4D54554C, 4: version, 0x10: fingerprint}
            def read(self, offset):
                return self.words[offset]
            def write(self, offset, value):
                self.words[offset] = value
        class Buffer(numpy.ndarray):
            device_address = 0x40000000
        def allocate(shape, dtype):
            return numpy.zeros(shape, dtype).view(Buffer)
        def refuses(fingerprint, version):
            try:
                lutmac.Accelerator(design, Registers(fingerprint, version), allocate)
                return False
            except RuntimeError:
                return True
        own = design.info["fingerprint"]
        image = open(sys.argv[1] + "/image.bin", "rb").read()
        assert own == int.from_bytes(image[4:8], "little"), "fingerprint"
        assert not refuses(own, VERSION)
        assert refuses(own ^ 1, VERSION) and refuses(own, VERSION + 1)
        """
            .replace("VERSION", String.valueOf(BusRegister.LIST_VERSION)),
        StandardCharsets.UTF_8);
    succeeded(List.of("python3", "check.py", design.toString()), folder);
  }
}
