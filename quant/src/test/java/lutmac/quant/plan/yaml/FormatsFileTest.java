package lutmac.quant.plan.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.PinnedLayer;
import lutmac.quant.plan.WeightFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatsFileTest {
  @TempDir Path directory;

  @Test
  void everythingThatIsWrittenIsReadAgain() {
    Map<String, PinnedLayer> layers = new LinkedHashMap<>();
    layers.put(
        "conv1",
        new PinnedLayer(
            Optional.of(new WeightFormat.Table(2, 3)),
            Optional.of(true),
            Optional.of(List.of(0, -2, 5)),
            Optional.of(-3),
            Optional.of(new Codebook(List.of(0, -128, 11, 120))),
            Optional.of(ActivationFormat.Fixed.of(6).at(-2))));
    layers.put(
        "/features/0/Conv",
        new PinnedLayer(
            Optional.of(new WeightFormat.FixedPoint(8)),
            Optional.of(false),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(ActivationFormat.Log.of(5, 2).at(4))));
    layers.put("add", PinnedLayer.NONE.withOutput(Optional.of(ActivationFormat.Fixed.of(8))));
    layers.put("free", PinnedLayer.NONE);
    // Names that YAML would take for something else, or that need escapes.
    for (String name : List.of("yes", "17", "a: b", "#x", "- y", "\"q\\\"", "ä\n☃", "", "null")) {
      layers.put(name, PinnedLayer.NONE.withOutput(Optional.of(ActivationFormat.Log.of(6, 3))));
    }
    Path file = directory.resolve("formats.yaml");
    PinnedFormats formats =
        new PinnedFormats(file.toString(), Optional.of(ActivationFormat.Fixed.of(8).at(0)), layers);
    FormatsFile.write("net\nwith a break", formats, file);
    PinnedFormats read = FormatsFile.read(file);
    assertEquals(formats, read);
    assertEquals(List.copyOf(layers.keySet()), List.copyOf(read.layers().keySet()));
  }

  @Test
  void nothingDecidedIsAFileToo() {
    Path file = directory.resolve("formats.yaml");
    FormatsFile.write("net", PinnedFormats.none(), file);
    assertEquals(Map.of(), FormatsFile.read(file).layers());
    assertEquals(Optional.empty(), FormatsFile.read(file).input());
  }

  @Test
  void oneLineForOneLayerIsEnough() throws IOException {
    PinnedFormats formats = read("layers:\n  conv1: {weights: {kind: fixed, bits: 7}}\n");
    PinnedLayer expected =
        new PinnedLayer(
            Optional.of(new WeightFormat.FixedPoint(7)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertEquals(Map.of("conv1", expected), formats.layers());
  }

  @Test
  void aTableHasTwoDigitsUnlessToldOtherwise() throws IOException {
    PinnedFormats formats = read("layers:\n  a:\n    weights: {kind: table, bits: 4}\n");
    assertEquals(Optional.of(new WeightFormat.Table(4, 2)), formats.of("a").weights());
  }

  @Test
  void anotherRunReplacesTheFileAsAWhole() throws IOException {
    Path file = directory.resolve("formats.yaml");
    Files.writeString(file, "something old".repeat(10_000));
    FormatsFile.write("net", PinnedFormats.none(), file);
    assertTrue(FormatsFile.read(file).layers().isEmpty());
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layer: {}                                               | 1 | unknown key 'layer'",
        "layers: [a]                                             | 1 | must be a mapping",
        "input: {kind: table, bits: 4}                           | 1 | 'kind: fixed' or 'kind: log'",
        "input: {bits: 4}                                        | 1 | 'kind: fixed' or 'kind: log'",
        "input: {kind: fixed}                                    | 1 | lacks 'bits'",
        "input: {kind: fixed, bits: 9}                           | 1 | 2 to 8 bits, got 9",
        "input: {kind: fixed, bits: four}                        | 1 | no integer",
        "input: {kind: fixed, bits: 4.5}                         | 1 | no integer",
        "input: {kind: fixed, bits: 99999999999}                 | 1 | no integer",
        "input: {kind: fixed, bits: 4, step: 1}                  | 1 | unknown key 'step'",
        "input: {kind: log, bits: 4, step: 0}                    | 1 | no logarithmic format",
        "input: {kind: log, bits: 4}                             | 1 | lacks 'step'",
        "input: {kind: fixed, bits: 4, bits: 5}                  | 1 | 'bits' twice",
        "layers:~  a:~    weight: 4                              | 3 | layer 'a' has an unknown key",
        "layers:~  a: 4                                          | 2 | layer 'a' must be a mapping",
        "layers:~  a: {}~  a: {}                                 | 3 | 'a' twice",
        "layers:~  a:~    weights: {kind: table, bits: 5}        | 3 | 1 to 4 bits, got 5",
        "layers:~  a:~    weights: {kind: fixed, bits: 1}        | 3 | 2 to 8 bits, got 1",
        "layers:~  a:~    weights: {kind: log, bits: 4}          | 3 | 'kind: table' or 'kind: fixed'",
        "layers:~  a:~    exponent: [1]                          | 3 | no integer",
        "layers:~  a:~    channel-shifts: some                   | 3 | true, false or a list",
        "layers:~  a:~    channel-shifts: [0, x]                 | 3 | no integer",
        "layers:~  a:~    table: [0, 1]                          | 3 | format of the weights beside it",
        "layers:~  a:~    table: 0                               | 3 | no list",
        "layers:~  a: {weights: {kind: table, bits: 1}, table: [0, 1, 2]}    | 2 | 2, 4, 8 or 16",
        "layers:~  a: {weights: {kind: table, bits: 1}, table: [1, 2]}       | 2 | code 0",
        "layers:~  a: {weights: {kind: table, bits: 1}, table: [0, 200]}     | 2 | 8-bit",
        "layers:~  a: {weights: {kind: table, bits: 1}, table: [0, 85]}      | 2 | 4 signed digits",
        "layers:~  a: {weights: {kind: table, bits: 2}, table: [0, 1]}       | 2 | 4 levels, got 2",
        "layers:~  a: {weights: {kind: fixed, bits: 4}, table: [0, 1]}       | 2 | have no table",
        "layers: {a: [}                                          | 1 | is not YAML",
        "a: b: c                                                 | 1 | is not YAML",
        "layers: {}~---~layers: {}                               | 2 | is not YAML",
      })
  void whatCannotBeIsRefusedWithItsLine(String text, int line, String part) {
    BadInputException refused =
        assertThrows(BadInputException.class, () -> read(text.replace('~', '\n')));
    String place = directory.resolve("formats.yaml") + ":" + line + ":";
    assertTrue(refused.getMessage().startsWith(place), refused.getMessage());
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
  }

  @Test
  void emptyMissingAndBinaryFilesAreRefusedByName() throws IOException {
    assertRefused(
        "holds no formats",
        directory.resolve("formats.yaml"),
        "# nothing\n".getBytes(StandardCharsets.UTF_8));
    assertRefused("not UTF-8", directory.resolve("binary.yaml"), new byte[] {(byte) 0xff, 0, 1});
    assertRefused("is not YAML", directory.resolve("control.yaml"), new byte[] {'a', 0, 1});
    Path missing = directory.resolve("missing.yaml");
    assertTrue(
        assertThrows(BadInputException.class, () -> FormatsFile.read(missing))
            .getMessage()
            .startsWith(missing + ": there is no such file"));
    assertTrue(
        assertThrows(BadInputException.class, () -> FormatsFile.read(directory))
            .getMessage()
            .startsWith(directory + ": cannot be read"));
  }

  private static void assertRefused(String part, Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    String message =
        assertThrows(BadInputException.class, () -> FormatsFile.read(file)).getMessage();
    assertTrue(message.startsWith(file.toString()) && message.contains(part), message);
    assertFalse(message.contains("\n"), message);
  }

  private PinnedFormats read(String text) throws IOException {
    Path file = directory.resolve("formats.yaml");
    Files.writeString(file, text);
    return FormatsFile.read(file);
  }
}
