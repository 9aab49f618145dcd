package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import lutmac.generator.design.DesignDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A killed command leaves nothing that looks like a result, and can simply be run again. */
class KilledCommandTest {
  @TempDir Path directory;

  @Test
  void quantizeKilledAtWorkLeavesNoFile() throws IOException, InterruptedException {
    Workspace workspace = Workspace.in(directory);
    try (CommandProcess command = start(workspace.quantize())) {
      assertTrue(command.killOnce(() -> command.messages().contains("quantize: 0 %")));
    }
    assertFalse(Files.exists(workspace.quantized()), "no half-written file");

    Invocation.of(workspace.quantize()).succeeded();
    evaluates(workspace);
  }

  @Test
  void quantizeKilledWhileItWritesKeepsTheOlderFile() throws IOException, InterruptedException {
    Workspace workspace = Workspace.quantizedIn(directory);
    byte[] older = Files.readAllBytes(workspace.quantized());
    try (CommandProcess command =
        start(
            workspace.quantize(
                workspace.model(),
                workspace.calibration(),
                workspace.quantized(),
                "--no-per-channel"))) {
      boolean killed = command.killOnce(() -> hasHidden(".digits.lut.onnx"));
      if (killed && !hasHidden(".digits.lut.onnx")) {
        // The new file was complete and in its place.
        assertFalse(java.util.Arrays.equals(older, Files.readAllBytes(workspace.quantized())));
      }
    }
    evaluates(workspace);
  }

  @Test
  void generateKilledWhileItWritesLeavesNoHalfDesign() throws IOException, InterruptedException {
    Workspace workspace = Workspace.quantizedIn(directory);
    try (CommandProcess command = start(workspace.generate())) {
      boolean killed = command.killOnce(() -> hasHidden(".design"));
      if (!killed || !hasHidden(".design")) {
        assertTrue(Files.exists(workspace.design()), "it was faster than the kill");
      }
    }
    if (Files.exists(workspace.design())) {
      complete(workspace.design());
    }
    Invocation.of(workspace.generate()).succeeded();
    complete(workspace.design());
  }

  @Test
  void generateKilledBeforeItWritesKeepsTheOlderDesign() throws IOException, InterruptedException {
    Workspace workspace = Workspace.generatedIn(directory);
    String older = Files.readString(workspace.design().resolve("design.json"));
    String[] another =
        workspace.generate(workspace.quantized(), workspace.design(), "--array", "4x4");
    try (CommandProcess command = start(another)) {
      Thread.sleep(300);
      assertTrue(command.killOnce(() -> true));
    }
    assertEquals(older, Files.readString(workspace.design().resolve("design.json")));
    complete(workspace.design());
    Invocation.of(another).succeeded();
    complete(workspace.design());
  }

  private static CommandProcess start(String... arguments) throws IOException {
    return CommandProcess.start(List.of(), Map.of(), arguments);
  }

  private boolean hasHidden(String prefix) {
    try (DirectoryStream<Path> hidden = Files.newDirectoryStream(directory, prefix + "*")) {
      return hidden.iterator().hasNext();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void evaluates(Workspace workspace) {
    Invocation.of(workspace.evaluate(workspace.quantized(), workspace.images(), workspace.labels()))
        .succeeded();
  }

  private static void complete(Path design) {
    assertTrue(DesignDirectory.read(design).rtl().containsKey("lutmac_top.sv"));
    assertTrue(Files.exists(design.resolve("README.md")));
  }
}
