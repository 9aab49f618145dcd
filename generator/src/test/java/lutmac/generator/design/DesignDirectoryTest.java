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
import java.util.List;
import java.util.Map;
import java.util.Random;
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

  private static void write(Path directory, Design design) {
    DesignDirectory.write(
        directory, design, DesignSettings.of(design.name(), design.compiled().network()));
  }

  private Path written(Design design) {
    Path directory = folder.resolve("design");
    write(directory, design);
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
    write(folder.resolve("a"), design(3));
    write(folder.resolve("b"), design(3));
    assertEquals(contents(folder.resolve("a")), contents(folder.resolve("b")));
  }

  @Test
  void holdsTheDocumentedFiles() throws IOException {
    assertEquals(
        "[Makefile, README.md, checksums.sha256, component.xml, design.json, design.schema.json,"
            + " expected.hex, expected_mask.hex, fpga/lutmac.xdc, fpga/package.tcl,"
            + " fpga/synth.tcl, host/lutmac.c, host/lutmac.h,"
            + " host/lutmac.py, host/lutmac_design.h, host/lutmac_regs.h, host/lutmac_stream.h, host/stream.c, image.bin,"
            + " input.hex, lutmac.core, network.lut.onnx, parameters.hex,"
            + " program.hex, program.lst, rtl/filelist.f, rtl/lutmac_top.sv, rtl/other.sv,"
            + " tb/lutmac_tb.sv, tb/test_lutmac.py, weights.hex]",
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
    Design edited = DesignDirectory.read(directory);
    assertEquals(List.of("parameters.hex", "program.hex", "weights.hex"), edited.edited());
    CompiledNetwork read = edited.compiled();
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
    write(directory, design(2));
    write(folder.resolve("fresh"), design(2));
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
    assertRefuses(() -> write(folder, design(1)), folder.toString(), "thesis.txt");
    assertEquals(Map.of("thesis.txt", "years of work"), contents(folder));
  }

  @Test
  void refusesToDeleteAFileThatWasPutIntoADesign() throws IOException {
    Path directory = written(design(1));
    Files.writeString(directory.resolve("rtl/timing.rpt"), "met");
    assertRefuses(() -> write(directory, design(2)), "rtl/timing.rpt");
    assertEquals("met", Files.readString(directory.resolve("rtl/timing.rpt")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "weights.hex", "rtl/other.sv", "design.json"})
  void refusesToReplaceWhatWasEdited(String name) throws IOException {
    Path directory = written(design(1));
    Files.writeString(directory.resolve(name), Files.readString(directory.resolve(name)) + "\n");
    Map<String, String> before = contents(directory);
    assertRefuses(
        () -> write(directory, design(2)),
        "was edited since it was generated (" + name + ")",
        "another output directory",
        "--force");
    assertEquals(before, contents(directory));
  }

  @Test
  void refusesToDeleteVerilogThatWasAdded() throws IOException {
    Path directory = written(design(1));
    Files.writeString(directory.resolve("rtl/mine.sv"), "// text\n");
    assertRefuses(() -> write(directory, design(2)), "(rtl/mine.sv)", "--force");
    assertEquals("// text\n", Files.readString(directory.resolve("rtl/mine.sv")));
  }

  /** Nothing is lost with a file that is gone. */
  @Test
  void replacesADesignThatLacksFiles() throws IOException {
    Path directory = written(design(1));
    Files.delete(directory.resolve("rtl/other.sv"));
    Files.delete(directory.resolve("README.md"));
    write(directory, design(2));
    write(folder.resolve("fresh"), design(2));
    assertEquals(contents(folder.resolve("fresh")), contents(directory));
  }

  /** What the design's Makefile builds is its own. */
  @Test
  void replacesADesignThatWasSimulated() throws IOException {
    Path directory = written(design(1));
    Files.createDirectories(directory.resolve("build/verilator"));
    Files.writeString(directory.resolve("build/verilator/simulator"), "bits");
    assertEquals(List.of(), DesignDirectory.read(directory).edited());
    write(directory, design(2));
    write(folder.resolve("fresh"), design(2));
    assertEquals(contents(folder.resolve("fresh")), contents(directory));
  }

  @Test
  void refusesAFileAsDirectory() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    assertRefuses(() -> write(file, design(1)), "file");
    assertRefuses(() -> write(file.resolve("design"), design(1)), "file");
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

  /** Which older versions did not write. */
  @ParameterizedTest
  @ValueSource(strings = {"name", "countBits", "sumBits", "activationTables", "spacedRows"})
  void rejectsADescriptionThatLeavesOut(String field) throws IOException {
    Path directory = written(design(1));
    Path file = directory.resolve("design.json");
    String json = Files.readString(file);
    String without = json.replaceFirst("\"%s\" : [^,]*,".formatted(field), "");
    assertTrue(without.length() < json.length(), json);
    Files.writeString(file, without);
    seal(directory);
    assertRefuses(
        () -> DesignDirectory.read(directory), "design.json", "has no '%s'".formatted(field));
  }

  @Test
  void rejectsParametersOfAnotherStyle() throws IOException {
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
    seal(directory);
    assertRefuses(() -> DesignDirectory.read(directory), "design.json", "unknown", "binBits");
  }

  /** Writes the checksums anew, as somebody would who wants no one to notice. */
  private static void seal(Path directory) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (String name : contents(directory).keySet()) {
      if (!name.equals(Checksums.FILE)) {
        files.put(name, Files.readAllBytes(directory.resolve(name)));
      }
    }
    Files.writeString(directory.resolve(Checksums.FILE), Checksums.text(files));
  }

  /** The standard program, not the code under test. */
  @Test
  void checksumsAreThoseOfSha256sum() throws IOException, InterruptedException {
    Path directory = written(design(1));
    Process check =
        new ProcessBuilder("sha256sum", "-c", "--strict", "--quiet", Checksums.FILE)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, check.waitFor(), said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "program.lst", "rtl/other.sv", "rtl/lutmac_top.sv"})
  void namesAFileThatWasEdited(String name) throws IOException {
    Path directory = written(design(1));
    assertEquals(List.of(), DesignDirectory.read(directory).edited());
    Files.writeString(directory.resolve(name), Files.readString(directory.resolve(name)) + "\n");
    assertEquals(List.of(name), DesignDirectory.read(directory).edited());
  }

  @Test
  void namesAFileThatWasAdded() throws IOException {
    Path directory = written(design(1));
    Files.writeString(directory.resolve("rtl/more.sv"), "// text\n");
    Path list = directory.resolve("rtl/filelist.f");
    Files.writeString(list, Files.readString(list) + "more.sv\n");
    assertEquals(
        List.of("rtl/filelist.f", "rtl/more.sv"), DesignDirectory.read(directory).edited());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rtl/gone.sv", "../other", "/dev/zero", "rtl/\0.sv"})
  void namesWhatHasAChecksumAndIsNoFileOfTheDesign(String name) throws IOException {
    Path directory = written(design(1));
    Files.writeString(folder.resolve("other"), "");
    Path sums = directory.resolve(Checksums.FILE);
    Files.writeString(sums, Files.readString(sums) + "%064d  %s\n".formatted(0, name));
    assertEquals(List.of(name), DesignDirectory.read(directory).edited());
  }

  @ParameterizedTest
  @ValueSource(strings = {"design.json", "network.lut.onnx", "checksums.sha256"})
  void rejectsAnEditedDescription(String name) throws IOException {
    Path directory = written(design(1));
    Design other = design(2);
    write(folder.resolve("other"), other);
    Files.write(directory.resolve(name), Files.readAllBytes(folder.resolve("other").resolve(name)));
    assertRefuses(() -> DesignDirectory.read(directory), "generate the design again");
  }

  /** Seven rows where the hardware has four, with the checksum of that. */
  @Test
  void rejectsADescriptionOfOtherHardwareEvenIfItIsSealed() throws IOException {
    Path directory = written(design(1));
    Path file = directory.resolve("design.json");
    Files.writeString(file, Files.readString(file).replace("\"rows\" : 4", "\"rows\" : 7"));
    assertRefuses(() -> DesignDirectory.read(directory), "design.json", "edited");
    seal(directory);
    assertRefuses(() -> DesignDirectory.read(directory), "design.json", "program.hex");
  }

  @Test
  void noticesEveryFlippedBitOfTheProgram() throws IOException {
    Path directory = written(design(1));
    Path file = directory.resolve("program.hex");
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, flipped);
      try {
        assertEquals(List.of("program.hex"), DesignDirectory.read(directory).edited());
      } catch (BadInputException e) {
        assertTrue(e.getMessage().contains("program.hex"), e.getMessage());
      }
    }
  }

  @Test
  void rejectsADesignOfAnotherVersion() throws IOException {
    Path directory = written(design(1));
    Path file = directory.resolve("design.json");
    Files.writeString(file, Files.readString(file).replace("\"format\" : 4", "\"format\" : 99"));
    assertRefuses(() -> DesignDirectory.read(directory), "design.json", "99", "generate");
  }

  /** They have no checksums, and would have been told to be without them. */
  @Test
  void tellsTheVersionsOfAnOlderDesign() throws IOException {
    Path directory = written(design(1));
    Path file = directory.resolve("design.json");
    String json = Files.readString(file);
    Files.delete(directory.resolve(Checksums.FILE));
    assertRefuses(() -> DesignDirectory.read(directory), "there is no", Checksums.FILE);
    Files.writeString(file, json.replace("\"format\" : 4", "\"format\" : 3"));
    String older =
        "design.json has format 3, this lutmac reads format 4: generate the design again";
    assertRefuses(() -> DesignDirectory.read(directory), older);
    assertRefuses(() -> DesignDirectory.config(directory), older);
  }
}
