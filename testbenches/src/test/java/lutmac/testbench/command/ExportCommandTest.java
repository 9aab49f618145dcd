package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.qonnx.QonnxExport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code lutmac export} makes, and what it says to bad input. */
class ExportCommandTest {
  /** In blocks of 512 bytes; the example's QONNX file is larger. */
  private static final String SMALL_FILES_ONLY = "ulimit -f 16; exec \"$@\"";

  @TempDir static Path directory;
  private static Workspace workspace;

  @BeforeAll
  static void quantizeExample() {
    workspace = Workspace.quantizedIn(directory);
  }

  @Test
  void writesTheNetworkAsQonnx() throws IOException {
    Path file = workspace.file("net.qonnx.onnx");
    Invocation run = Invocation.of(export(workspace.quantized(), file, "--json")).succeeded();
    assertArrayEquals(
        QonnxExport.toModel(QuantizedOnnx.read(workspace.quantized())).toByteArray(),
        Files.readAllBytes(file));
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertEquals(file.toString(), json.path("output").textValue());
    assertEquals("QONNX", json.path("format").textValue());
    assertEquals("image", json.path("input").textValue());
    assertTrue(json.path("inputMeaning").textValue().startsWith("pixel"));
    assertTrue(json.path("layersThatFloat32MayRound").isArray());
    Files.delete(file);
  }

  @Test
  void tellsPeopleWhatTheInputIs() throws IOException {
    Path file = workspace.file("net.qonnx.onnx");
    String text = Invocation.of(export(workspace.quantized(), file)).succeeded().out();
    String input = "its input 'image' takes pixels from 0 to 255: mean and std are inside";
    assertTrue(text.startsWith(file + System.lineSeparator() + input), text);
    Files.delete(file);
  }

  @Test
  void refusesLogarithmicMapsByLayer() throws IOException {
    Path formats =
        workspace.write("log.yaml", "layers: {conv2: {output: {kind: log, bits: 4, step: 1}}}");
    Path network = workspace.file("log.lut.onnx");
    Invocation.of(
            workspace.quantize(
                workspace.model(),
                workspace.calibration(),
                network,
                "--formats",
                formats.toString()))
        .succeeded();
    refuses(network, workspace.file("new.onnx"), "'conv2'", "uniform steps", "fixed-point");
  }

  @Test
  void refusesWhatIsNoQuantizedNetwork() throws IOException {
    Path output = workspace.file("new.onnx");
    refuses(workspace.model(), output, "digits.onnx", "lutmac quantize");
    refuses(workspace.file("absent.onnx"), output, "absent.onnx", "check the path");
    byte[] whole = Files.readAllBytes(workspace.quantized());
    Path cut = workspace.write("cut.lut.onnx", Arrays.copyOf(whole, whole.length / 2));
    refuses(cut, output, "cut.lut.onnx", "truncated");
  }

  @Test
  void refusesFormatsThatItCannotWrite() {
    String[] unknown = {
      "export", workspace.quantized().toString(), "--format", "tflite", "-o", "new.onnx"
    };
    workspace.refuses(unknown, "'--format'", "QONNX", "'tflite'");
    String[] none = {"export", workspace.quantized().toString(), "-o", "new.onnx"};
    workspace.refuses(none, "--format", "lutmac export --help");
  }

  @Test
  void refusesPlacesWhereNothingCanBeWritten() {
    refuses(workspace.quantized(), directory, directory.toString(), "name a file");
    refuses(workspace.quantized(), workspace.file("no/new.onnx"), "create it first");
    refuses(
        workspace.quantized(), workspace.quantized(), "digits.lut.onnx", "that this command reads");
  }

  @Test
  void leavesNothingWhenTheDiskFillsUp() throws IOException, InterruptedException {
    SortedMap<String, String> before = workspace.contents();
    String[] export = export(workspace.quantized(), workspace.file("full.onnx"));
    CommandProcess.run(List.of("sh", "-c", SMALL_FILES_ONLY, "sh"), Map.of(), export)
        .refusal("full.onnx", "enough space");
    assertEquals(before, workspace.contents(), "files in the folder");
  }

  private static void refuses(Path network, Path output, String... parts) {
    workspace.refuses(export(network, output), parts);
  }

  private static String[] export(Path network, Path output, String... more) {
    return Invocation.with(
        new String[] {"export", network.toString(), "--format", "qonnx", "-o", output.toString()},
        more);
  }
}
