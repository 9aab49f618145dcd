package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import lutmac.cli.Main;

/** The command in a process of its own, for what cannot be done to this one. */
final class CommandProcess implements AutoCloseable {
  private static final int LIMIT_SECONDS = 120;
  private static final long POLL_NANOS = 200_000;

  private final Process process;
  private final Path out;
  private final Path err;

  private CommandProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts the command.
   *
   * @param launcher a program with its arguments that starts the rest; may be empty
   * @param environment variables to set
   */
  static CommandProcess start(
      List<String> launcher, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(launcher);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp"));
    // Surefire starts this process from a jar that only lists the real class path.
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(Arrays.asList(arguments));
    Path out = Files.createTempFile("lutmac", ".out");
    Path err = Files.createTempFile("lutmac", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new CommandProcess(builder.start(), out, err);
  }

  /** Runs the command to its end. */
  static Invocation run(List<String> launcher, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    try (CommandProcess command = start(launcher, environment, arguments)) {
      assertTrue(command.process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "it does not end");
      return new Invocation(
          command.process.exitValue(),
          Files.readString(command.out),
          Files.readString(command.err));
    }
  }

  /**
   * Kills the command, so that it can do nothing about it, as soon as something holds.
   *
   * @return whether it was killed; false if it had ended already
   */
  boolean killOnce(BooleanSupplier moment) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (process.isAlive() && !moment.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "the moment to kill it does not come");
      LockSupport.parkNanos(POLL_NANOS);
    }
    process.destroyForcibly();
    process.waitFor();
    return process.exitValue() == 128 + 9;
  }

  /** What it has written to standard error so far. */
  String messages() {
    try {
      return Files.readString(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(out);
    Files.deleteIfExists(err);
  }
}
