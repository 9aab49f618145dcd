package lutmac.network.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramRunTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path folder;

  private static List<String> shell(String script) {
    return List.of("sh", "-c", script);
  }

  @Test
  void givesStatusAndBothOutputs() throws Exception {
    ProgramRun run = ProgramRun.of(shell("echo out; echo err >&2; exit 3"), folder, LONG);
    assertEquals(OptionalInt.of(3), run.status());
    assertEquals("out\nerr\n", run.output());
    assertFalse(run.succeeded());
  }

  @Test
  void runsInTheFolderWithoutInput() throws Exception {
    ProgramRun run = ProgramRun.of(shell("cat; pwd -P"), folder, LONG);
    assertTrue(run.succeeded());
    assertEquals(folder.toRealPath() + "\n", run.output());
  }

  @Test
  void endsAProgramWhoseTimeIsUpWithAllThatItStarted() throws Exception {
    Path child = folder.resolve("child");
    ProgramRun run =
        ProgramRun.of(
            shell("sleep 60 & echo $! > child; echo said; wait"), folder, Duration.ofSeconds(1));
    assertEquals(OptionalInt.empty(), run.status());
    assertEquals("said\n", run.output());
    long pid = Long.parseLong(Files.readString(child).strip());
    Optional<ProcessHandle> left = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    if (left.isPresent()) {
      left.get().onExit().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void appendsToTheLog() throws Exception {
    Path log = Files.writeString(folder.resolve("log"), "before\n");
    assertEquals(OptionalInt.of(0), ProgramRun.logged(shell("echo after"), folder, log, LONG));
    assertEquals("before\nafter\n", Files.readString(log));
  }

  @Test
  void saysThatThereIsNoSuchProgram() {
    assertThrows(
        IOException.class,
        () -> ProgramRun.of(List.of(folder.resolve("none").toString()), folder, LONG));
  }

  @Test
  void theFirstDirectoryWithTheProgramCounts() throws IOException {
    Path first = Files.createDirectories(folder.resolve("first"));
    Path second = Files.createDirectories(folder.resolve("second"));
    SearchPath path = new SearchPath(List.of(first, second));
    assertEquals(Optional.empty(), path.find("tool"));
    Path tool = Files.writeString(second.resolve("tool"), "");
    assertEquals(Optional.empty(), path.find("tool"), "a file that cannot be executed");
    assertTrue(tool.toFile().setExecutable(true));
    assertEquals(Optional.of(tool), path.find("tool"));
    Files.createDirectories(first.resolve("tool"));
    assertEquals(Optional.of(tool), path.find("tool"), "a directory is no program");
  }
}
