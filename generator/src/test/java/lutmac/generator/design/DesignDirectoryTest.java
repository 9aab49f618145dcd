package lutmac.generator.design;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import lutmac.generator.emit.DesignName;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.onnx.lut.QuantizedOnnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DesignDirectoryTest {
  @TempDir Path folder;

  private static CompiledNetwork compiled(long seed) {
    QuantizedNetwork network = RandomNetworks.network(seed);
    return NetworkCompiler.compile(
        network, ConfigChooser.choose(network, 4, 3, PeStyles.standard()));
  }

  /** A design whose Verilog is a token: what the files say is not this class's business. */
  private static Design design(long seed) {
    return new Design(
        DesignName.DEFAULT,
        compiled(seed),
        new TreeMap<>(
            Map.of("lutmac_top.sv", "module lutmac_top;\nendmodule\n", "other.sv", "// text\n")));
  }

  private Path written(Design design) {
    Path directory = folder.resolve("design");
    DesignDirectory.write(directory, design);
    return directory;
  }

  private static Map<String, String> contents(Path directory) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(
            directory.relativize(path).toString(),
            Files.readString(path, StandardCharsets.ISO_8859_1));
      }
    }
    return files;
  }

  private static void assertRefuses(Executable action, String... inMessage) {
    BadInputException error = assertThrows(BadInputException.class, action);
    String message = error.getMessage();
    for (String part : inMessage) {
      assertTrue(message.contains(part), () -> "'%s' is not in: %s".formatted(part, message));
    }
    assertEquals(1, message.lines().count(), message);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void readsBackWhatItWrote(long seed) {
    Design design = design(seed);
    Design read = DesignDirectory.read(written(design));
    CompiledNetwork expected = design.compiled();
    CompiledNetwork actual = read.compiled();
    assertEquals(
        QuantizedOnnx.toModel(expected.network()), QuantizedOnnx.toModel(actual.network()));
    assertEquals(expected.config(), actual.config());
    assertArrayEquals(expected.program(), actual.program());
    assertArrayEquals(expected.weights(), actual.weights());
    assertArrayEquals(expected.parameters(), actual.parameters());
    assertEquals(expected.layers(), actual.layers());
    assertEquals(design.rtl(), read.rtl());
    assertEquals(expected.inputViews().size(), actual.inputViews().size());
  }

  @Test
  void theSameDesignGivesTheSameBytes() throws IOException {
    DesignDirectory.write(folder.resolve("a"), design(3));
    DesignDirectory.write(folder.resolve("b"), design(3));
    assertEquals(contents(folder.resolve("a")), contents(folder.resolve("b")));
  }

  @Test
  void holdsTheDocumentedFiles() throws IOException {
    assertEquals(
        "[README.md, design.json, network.lut.onnx, parameters.hex, program.hex, program.lst,"
            + " rtl/filelist.f, rtl/lutmac_top.sv, rtl/other.sv, weights.hex]",
        contents(written(design(1))).keySet().toString());
  }

  @Test
  void aChangedBitOfAMemoryFileIsReadAsItStands() throws IOException {
    Design design = design(1);
    Path directory = written(design);
    for (String name : new String[] {"program.hex", "weights.hex", "parameters.hex"}) {
      Path file = directory.resolve(name);
      String text = Files.readString(file);
      char last = text.charAt(text.length() - 2);
      char flipped = Character.forDigit(Character.digit(last, 16) ^ 1, 16);
      Files.writeString(file, text.substring(0, text.length() - 2) + flipped + "\n");
    }
    CompiledNetwork written = design.compiled();
    CompiledNetwork read = DesignDirectory.read(directory).compiled();
    int lastWord = written.program().length - 1;
    assertEquals(written.program()[lastWord] ^ 1, read.program()[lastWord]);
    int lastWeights = written.weights().length - 2;
    assertEquals(written.weights()[lastWeights] ^ 1, read.weights()[lastWeights]);
    int lastParameters = written.parameters().length - 16;
    assertEquals(written.parameters()[lastParameters] ^ 1, read.parameters()[lastParameters]);
  }

  @Test
  void changedVerilogIsReadAsItStands() throws IOException {
    Path directory = written(design(1));
    Files.writeString(directory.resolve("rtl/other.sv"), "// changed\n");
    assertEquals("// changed\n", DesignDirectory.read(directory).rtl().get("other.sv"));
  }

  @Test
  void replacesAnOlderDesign() throws IOException {
    Path directory = written(design(1));
    DesignDirectory.write(directory, design(2));
    DesignDirectory.write(folder.resolve("fresh"), design(2));
    assertEquals(contents(folder.resolve("fresh")), contents(directory));
  }

  @Test
  void fillsAnEmptyDirectory() throws IOException {
    Files.createDirectory(folder.resolve("design"));
    assertEquals(2, DesignDirectory.read(written(design(1))).rtl().size());
  }

  @Test
  void refusesToOverwriteSomethingElse() throws IOException {
    Files.writeString(folder.resolve("thesis.txt"), "years of work");
    assertRefuses(() -> DesignDirectory.write(folder, design(1)), folder.toString(), "thesis.txt");
    assertEquals(Map.of("thesis.txt", "years of work"), contents(folder));
  }

  @Test
  void refusesToDeleteAFileThatWasPutIntoADesign() throws IOException {
    Path directory = written(design(1));
    Files.writeString(directory.resolve("rtl/timing.rpt"), "met");
    assertRefuses(() -> DesignDirectory.write(directory, design(2)), "rtl/timing.rpt");
    assertEquals("met", Files.readString(directory.resolve("rtl/timing.rpt")));
  }

  @Test
  void refusesAFileAsDirectory() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    assertRefuses(() -> DesignDirectory.write(file, design(1)), "file");
    assertRefuses(() -> DesignDirectory.write(file.resolve("design"), design(1)), "file");
    assertEquals(Map.of("file", "text"), contents(folder));
  }

  @Test
  void rejectsADirectoryThatIsNoDesign() {
    assertRefuses(
        () -> DesignDirectory.read(folder), folder.toString(), "design.json", "lutmac generate");
    assertRefuses(() -> DesignDirectory.read(folder.resolve("absent")), "absent");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "network.lut.onnx",
        "program.hex",
        "weights.hex",
        "parameters.hex",
        "rtl/filelist.f",
        "rtl/other.sv"
      })
  void rejectsAMissingFile(String name) throws IOException {
    Path directory = written(design(1));
    Files.delete(directory.resolve(name));
    assertRefuses(() -> DesignDirectory.read(directory), name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "network.lut.onnx",
        "design.json",
        "program.hex",
        "weights.hex",
        "parameters.hex",
        "rtl/filelist.f"
      })
  void rejectsATruncatedFile(String name) throws IOException {
    Path directory = written(design(1));
    byte[] bytes = Files.readAllBytes(directory.resolve(name));
    Files.write(directory.resolve(name), java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertRefuses(() -> DesignDirectory.read(directory), name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"design.json", "program.hex", "rtl/other.sv"})
  void rejectsAFileOfBytesThatAreNoText(String name) throws IOException {
    Path directory = written(design(1));
    Files.write(directory.resolve(name), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    assertRefuses(() -> DesignDirectory.read(directory), name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"rows\" : 4|\"rows\" : 0",
        "\"rows\" : 4|\"rows\" : null",
        "\"rows\" : 4,|",
        "\"pe\" : \"bins\"|\"pe\" : \"magic\"",
        "\"pe\" : \"bins\"|\"pe\" : 3",
        "\"binBits\" : |\"binBits\" : 9",
        "\"binBits\" : |\"bitsOfBins\" : ",
        "\"cols\" : 3|\"cols\" : 3.5",
        "\"cols\" : 3|\"cols\" : 3, \"pixels\" : 3",
        "\"config\"|\"figment\""
      })
  void rejectsAnImpossibleConfiguration(String edit) throws IOException {
    Path directory = written(design(1));
    Path file = directory.resolve("design.json");
    String json = Files.readString(file);
    String[] parts = edit.split("\\|", -1);
    assertTrue(json.contains(parts[0]), json);
    Files.writeString(file, json.replace(parts[0], parts[1]));
    assertRefuses(() -> DesignDirectory.read(directory), "design.json");
  }

  /** As they used to be written, whatever the style. */
  @Test
  void readsADesignWithTheParametersOfAnotherStyle() throws IOException {
    QuantizedNetwork network = RandomNetworks.network(1);
    CompiledNetwork compiled =
        NetworkCompiler.compile(
            network, ConfigChooser.choose(network, 4, 3, PeStyles.named("csd")));
    Path directory =
        written(
            new Design(
                DesignName.DEFAULT, compiled, new TreeMap<>(Map.of("lutmac_top.sv", "// text\n"))));
    Path file = directory.resolve("design.json");
    String json = Files.readString(file);
    assertFalse(json.contains("binBits"), json);
    Files.writeString(file, json.replace("\"pe\" : \"csd\"", "\"pe\" : \"csd\", \"binBits\" : 14"));
    assertEquals(compiled.config(), DesignDirectory.read(directory).compiled().config());
  }

  @Test
  void rejectsADesignOfAnotherVersion() throws IOException {
    Path directory = written(design(1));
    Path file = directory.resolve("design.json");
    Files.writeString(file, Files.readString(file).replace("\"format\" : 2", "\"format\" : 99"));
    assertRefuses(() -> DesignDirectory.read(directory), "design.json", "99", "generate");
  }
}
