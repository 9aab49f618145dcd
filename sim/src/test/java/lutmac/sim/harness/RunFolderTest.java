package lutmac.sim.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path parent;

  @Test
  void leavesNothing() throws IOException {
    try (RunFolder folder = RunFolder.in(parent)) {
      Files.writeString(folder.path().resolve("job"), "work");
      assertTrue(folder.path().startsWith(parent));
    }
    assertEquals(0, parent.toFile().list().length);
  }

  @Test
  void deletesWhatKilledProcessesLeft() throws IOException {
    Path killed = Files.createDirectory(parent.resolve("lutmac-sim123"));
    Files.writeString(killed.resolve("lock"), "");
    Files.writeString(killed.resolve("job"), "work");
    Path killedEarly = Files.createDirectory(parent.resolve("lutmac-sim124"));
    Files.setLastModifiedTime(
        killedEarly, FileTime.from(Instant.now().minus(Duration.ofMinutes(2))));
    Path justMade = Files.createDirectory(parent.resolve("lutmac-sim125"));
    Path another = Files.createDirectory(parent.resolve("mine"));
    try (RunFolder folder = RunFolder.in(parent)) {
      assertFalse(Files.exists(killed));
      assertFalse(Files.exists(killedEarly));
      assertTrue(Files.exists(justMade));
      assertTrue(Files.exists(another));
      assertTrue(Files.exists(folder.path()));
    }
  }

  @Test
  void leavesThoseOfThisProcess() throws IOException {
    try (RunFolder one = RunFolder.in(parent);
        RunFolder other = RunFolder.in(parent)) {
      assertTrue(Files.exists(one.path()));
      assertTrue(Files.exists(other.path()));
    }
  }
}
