package lutmac.testbench.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * One run of the {@code lutmac} command, as a user starts it.
 *
 * @param seconds from start to end, the Java virtual machine's start included
 * @param peakMegabytes most resident memory ({@code VmHWM}), in 10^6 bytes
 */
record CommandRun(double seconds, double peakMegabytes) {
  private static final int POLL_MILLIS = 10;

  /**
   * Runs the command to its end.
   *
   * @param log receives what it prints
   * @throws IOException if it fails
   */
  static CommandRun of(Path log, List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bin/lutmac"));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    // The limits are for the single-threaded comparisons in this process.
    builder.environment().keySet().removeAll(List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"));
    long start = System.nanoTime();
    Process process = builder.start();
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    long peak = 0;
    try {
      // The high-water mark never falls, so the last look before the end is the peak.
      while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        peak = Math.max(peak, highWaterMark(status).orElse(0));
      }
    } finally {
      process.destroyForcibly();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (process.exitValue() != 0) {
      throw new IOException(
          "%s ended with %d: %s"
              .formatted(
                  String.join(" ", command), process.exitValue(), Files.readString(log).strip()));
    }
    return new CommandRun(seconds, peak * 1024 / 1e6);
  }

  /** In KiB; empty when the process is gone. */
  private static OptionalLong highWaterMark(Path status) throws IOException {
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst();
    } catch (NoSuchFileException e) {
      return OptionalLong.empty();
    } catch (IOException e) {
      // Linux answers "no such process" to a read that the end of the process overtakes.
      if (Files.exists(status)) {
        throw e;
      }
      return OptionalLong.empty();
    }
  }
}
