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
  private static final String PREFIX = "lutmac-sim";
  private static final FileTime LONG_AGO = FileTime.from(Instant.now().minus(Duration.ofDays(1)));

  @TempDir Path parent;

  @Test
  void leavesNothing() throws IOException {
    try (RunFolder folder = RunFolder.in(parent, PREFIX)) {
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
    try (RunFolder folder = RunFolder.in(parent, PREFIX)) {
      assertFalse(Files.exists(killed));
      assertFalse(Files.exists(killedEarly));
      assertTrue(Files.exists(justMade));
      assertTrue(Files.exists(another));
      assertTrue(Files.exists(folder.path()));
    }
  }

  @Test
  void leavesThoseOfThisProcess() throws IOException {
    try (RunFolder one = RunFolder.in(parent, PREFIX);
        RunFolder other = RunFolder.in(parent, PREFIX)) {
      assertTrue(Files.exists(one.path()));
      assertTrue(Files.exists(other.path()));
    }
  }

  @Test
  void deletesThoseBeingMadeWhenTheyAreOld() throws IOException {
    Path killed = Files.createDirectory(parent.resolve(".lutmac-sim1"));
    Files.writeString(killed.resolve("lock"), "");
    Files.setLastModifiedTime(killed, LONG_AGO);
    Path justMade = Files.createDirectory(parent.resolve(".lutmac-sim2"));
    Files.writeString(justMade.resolve("lock"), "");
    RunFolder.in(parent, PREFIX).close();
    assertFalse(Files.exists(killed));
    assertTrue(Files.exists(justMade), "its maker is about to lock it");
  }

  /** Whatever else begins with the same word: files of a user, and they may be in the way. */
  @Test
  void leavesWhatIsSomebodyElses() throws IOException {
    for (int i = 0; i < 20; i++) {
      Path other = Files.createDirectory(parent.resolve("lutmac-sim" + (2 * i)));
      Files.writeString(other.resolve("results"), "mine");
      Files.setLastModifiedTime(other, LONG_AGO);
      Path killed = Files.createDirectory(parent.resolve("lutmac-sim" + (2 * i + 1)));
      Files.writeString(killed.resolve("lock"), "");
    }
    Path named = Files.createDirectory(parent.resolve("lutmac-simulations"));
    Files.setLastModifiedTime(named, LONG_AGO);
    RunFolder.in(parent, PREFIX).close();
    assertTrue(Files.exists(named));
    for (int i = 0; i < 20; i++) {
      assertTrue(Files.exists(parent.resolve("lutmac-sim" + (2 * i) + "/results")));
      assertFalse(Files.exists(parent.resolve("lutmac-sim" + (2 * i + 1))));
    }
  }

  @Test
  void looksOnceForWhatKilledProcessesLeft() throws IOException {
    RunFolder.in(parent, PREFIX).close();
    Path killed = Files.createDirectory(parent.resolve("lutmac-sim1"));
    Files.writeString(killed.resolve("lock"), "");
    RunFolder.in(parent, PREFIX).close();
    assertTrue(Files.exists(killed), "the next process deletes it");
    RunFolder.in(parent, "lutmac-si").close();
    assertTrue(Files.exists(killed), "it serves another end");
  }

  @Test
  void anotherProcessTakesNoNewFolderForAbandoned() throws IOException {
    Process sweeping =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                // Surefire starts this process from a jar that only lists the real class path.
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Sweeping.class.getName(),
                parent.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertEquals('.', sweeping.getInputStream().read(), "it has begun");
      for (int i = 0; i < 2000; i++) {
        try (RunFolder folder = RunFolder.in(parent, PREFIX)) {
          Files.writeString(folder.path().resolve("job"), "work");
          assertTrue(Files.exists(folder.path().resolve("lock")));
        }
      }
      assertTrue(sweeping.isAlive());
    } finally {
      sweeping.destroyForcibly();
    }
    assertEquals(0, parent.toFile().list().length);
  }

  /** Another process that looks for abandoned folders, until it is ended. */
  static final class Sweeping {
    private Sweeping() {}

    public static void main(String[] arguments) {
      Path parent = Path.of(arguments[0]);
      for (long round = 0; ; round++) {
        RunFolder.sweep(parent, PREFIX);
        if (round == 0) {
          System.out.write('.');
          System.out.flush();
        }
      }
    }
  }
}
