package lutmac.network.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * A run of a program in a process of its own, without input. Its messages are in English whatever
 * the locale is.
 *
 * @param status its exit status; empty if its time was up
 * @param output what it wrote to standard output and error, together
 */
public record ProgramRun(OptionalInt status, String output) {
  /**
   * Runs a program to its end.
   *
   * @param folder in which it runs
   * @param limit when it is ended, with everything that it has started
   * @throws IOException if it cannot be started
   * @throws InterruptedException if the thread is interrupted; the program is ended
   */
  public static ProgramRun of(List<String> command, Path folder, Duration limit)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile("lutmac", ".log");
    try {
      OptionalInt status = logged(command, folder, log, limit);
      return new ProgramRun(status, Files.readString(log, StandardCharsets.UTF_8));
    } finally {
      Files.delete(log);
    }
  }

  /**
   * The same with an output that others can read meanwhile.
   *
   * @param log to which both outputs are appended
   * @return the exit status; empty if its time was up
   */
  public static OptionalInt logged(List<String> command, Path folder, Path log, Duration limit)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)
          ? OptionalInt.of(process.exitValue())
          : OptionalInt.empty();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Whether it came to a good end. */
  public boolean succeeded() {
    return status.equals(OptionalInt.of(0));
  }
}
