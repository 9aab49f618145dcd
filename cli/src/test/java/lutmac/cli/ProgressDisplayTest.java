package lutmac.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a log holds of a long job. */
class ProgressDisplayTest {
  private static final long SECOND = 1_000_000_000;

  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private long now;

  /** A job of so many seconds, told of every second. */
  private List<String> job(Verbosity verbosity, int seconds) {
    try (PrintStream out = new PrintStream(log, true, StandardCharsets.UTF_8);
        ProgressDisplay progress = new ProgressDisplay("job", verbosity, () -> now, out)) {
      for (int second = 0; second <= seconds; second++) {
        now = second * SECOND;
        progress.update("part", second, seconds);
      }
    }
    return log.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aShortJobSaysNothing() {
    assertEquals(List.of(), job(Verbosity.NORMAL, 9));
  }

  @Test
  void aLongJobSpeaksEverMoreSeldom() {
    assertEquals(
        List.of(
            "job: part: 8 %, about 2 min left",
            "job: part: 16 %, about 2 min left",
            "job: part: 33 %, about 80 s left",
            "job: part: 66 %, about 40 s left"),
        job(Verbosity.NORMAL, 120));
  }

  @Test
  void aJobOfHoursStillSpeaksEveryFiveMinutes() {
    List<String> lines = job(Verbosity.NORMAL, 3600);
    assertTrue(lines.size() >= 3600 / 300 && lines.size() <= 3600 / 300 + 7, lines.toString());
  }

  @Test
  void whoWantsToHearEverythingHearsEveryTenth() {
    assertEquals(11, job(Verbosity.VERBOSE, 10).size());
  }

  @Test
  void whoWantsQuietHearsNothing() {
    assertEquals(List.of(), job(Verbosity.QUIET, 3600));
  }
}
