package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import lutmac.api.Lutmac;
import lutmac.examples.digits.DigitsExample;
import lutmac.network.BadInputException;
import lutmac.network.quantized.Preprocessing;
import lutmac.quant.recipe.QuantizeOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The library writes what the commands write and refuses what they refuse. */
class LibraryTest {
  private static final Preprocessing PREPROCESSING =
      new Preprocessing(
          List.of(DigitsExample.MEAN), List.of(DigitsExample.STD), false, Optional.empty(), 0);

  @TempDir Path directory;
  private Workspace workspace;

  @BeforeEach
  void writeExample() {
    workspace = Workspace.in(directory);
  }

  @Test
  void writesTheFilesOfTheCommands() throws IOException {
    Invocation.of(workspace.quantize()).succeeded();
    byte[] network = Files.readAllBytes(workspace.quantized());
    Path formats = workspace.file("digits.lut.formats.yaml");
    byte[] yaml = Files.readAllBytes(formats);
    Invocation.of(
            workspace.generate(
                workspace.quantized(), workspace.design(), "--array", "4x4", "--pe", "csd"))
        .succeeded();
    SortedMap<String, String> commands = workspace.contents();
    Files.delete(formats);

    quantize(workspace.calibration(), workspace.quantized());
    assertArrayEquals(network, Files.readAllBytes(workspace.quantized()));
    assertArrayEquals(yaml, Files.readAllBytes(formats));
    Lutmac.generate(workspace.quantized(), 4, 4, "csd", workspace.design());
    assertEquals(commands, workspace.contents());
  }

  @Test
  void replacesNoInput() throws IOException {
    Invocation.of(workspace.quantize()).succeeded();
    refuses(() -> quantize(workspace.calibration(), workspace.calibration()), "reads");
    refuses(() -> quantize(workspace.calibration(), workspace.model()), "reads");
    refuses(
        () -> Lutmac.generate(workspace.quantized(), 4, 4, "csd", directory), "holds the input");
    refuses(() -> quantize(workspace.calibration(), directory), "is a directory");
  }

  private void quantize(Path calibration, Path output) {
    Lutmac.quantize(
        workspace.model(), calibration, PREPROCESSING, QuantizeOptions.defaults(), output);
  }

  private void refuses(Executable call, String part) {
    SortedMap<String, String> before = workspace.contents();
    String message = assertThrows(BadInputException.class, call).getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(before, workspace.contents());
  }
}
