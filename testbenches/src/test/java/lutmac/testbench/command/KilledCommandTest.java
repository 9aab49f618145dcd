package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.generator.design.DesignDirectory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A killed command leaves nothing that looks like a result, and can simply be run again. */
@Tag("slow")
class KilledCommandTest {
  @TempDir Path directory;
  private Map<Path, FileTime> remembered = Map.of();

  @Test
  void quantizeKilledAtWorkLeavesNoFile() throws IOException, InterruptedException {
    Workspace workspace = Workspace.in(directory);
    try (CommandProcess command = start(Invocation.with(workspace.quantize(), "-v"))) {
      assertTrue(
          command.killOnce(() -> command.messages().contains("quantize: calibration images: 0 %")));
    }
    assertFalse(Files.exists(workspace.quantized()), "no half-written file");

    Invocation.of(workspace.quantize()).succeeded();
    evaluates(workspace);
  }

  @Test
  void quantizeKilledWhileItWritesKeepsTheOlderFile() throws IOException, InterruptedException {
    Workspace workspace = Workspace.quantizedIn(directory);
    remember();
    try (CommandProcess command =
        start(
            workspace.quantize(
                workspace.model(),
                workspace.calibration(),
                workspace.quantized(),
                "--recipe",
                "lut",
                "--no-per-channel"))) {
      command.killOnce(this::somethingChanged);
    }
    // The older file, or all of the new one: whichever it is, it can be read.
    evaluates(workspace);
  }

  @Test
  void generateKilledWhileItWritesLeavesNoHalfDesign() throws IOException, InterruptedException {
    Workspace workspace = Workspace.quantizedIn(directory);
    remember();
    try (CommandProcess command = start(workspace.generate())) {
      command.killOnce(this::somethingChanged);
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

  /** Whoever kills a simulation wants the machine back. */
  @Test
  void simulateKilledAtWorkEndsItsSimulators() throws IOException, InterruptedException {
    Workspace workspace = Workspace.generatedIn(directory);
    String[] simulate = workspace.simulate(workspace.design(), workspace.images());
    Invocation.of(Invocation.with(simulate, "--count", "1")).succeeded();
    Path temporary = Files.createDirectory(workspace.file("temporary"));
    Map<String, String> there = Map.of("JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    try (CommandProcess command = CommandProcess.start(List.of(), there, simulate)) {
      assertTrue(
          command.killOnce(() -> simulators(temporary).count() > 0),
          "it was killed while it simulated");
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (simulators(temporary).count() > 0) {
      assertTrue(System.nanoTime() < deadline, "a simulator goes on");
      Thread.sleep(20);
    }
    assertTrue(temporary.toFile().list().length > 0, "nobody could tidy up");
    Invocation again = CommandProcess.run(List.of(), there, simulate);
    assertEquals(0, again.exitCode(), again.err());
    assertEquals(0, temporary.toFile().list().length, "the next one has");
  }

  /** Processes with files in a folder. */
  private static Stream<ProcessHandle> simulators(Path folder) {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process
                    .info()
                    .arguments()
                    .filter(
                        given -> given.length > 0 && given[0].startsWith(folder + "/lutmac-sim"))
                    .isPresent());
  }

  private static CommandProcess start(String... arguments) throws IOException {
    return CommandProcess.start(List.of(), Map.of(), arguments);
  }

  private void remember() {
    remembered = entries();
  }

  private boolean somethingChanged() {
    return !entries().equals(remembered);
  }

  /** Names, hidden ones too, with the times of the last change. */
  private Map<Path, FileTime> entries() {
    try (Stream<Path> list = Files.list(directory)) {
      return list.filter(Files::exists)
          .collect(Collectors.toMap(path -> path, KilledCommandTest::changed));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileTime changed(Path path) {
    try {
      return Files.getLastModifiedTime(path);
    } catch (NoSuchFileException e) {
      return FileTime.fromMillis(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
