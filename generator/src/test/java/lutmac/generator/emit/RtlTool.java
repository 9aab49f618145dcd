package lutmac.generator.emit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import lutmac.network.process.ProgramRun;
import lutmac.network.process.VerilatedBench;

/** Runs the Verilog tools that a test needs. */
final class RtlTool {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private RtlTool() {}

  /**
   * Runs a program to its end.
   *
   * @return what it wrote to both outputs
   */
  static String run(Path folder, List<String> command) throws IOException, InterruptedException {
    return output(ProgramRun.of(command, folder, LIMIT), String.join(" ", command));
  }

  /**
   * Builds a testbench with Verilator.
   *
   * @return what Verilator and the compiler said
   */
  static String built(Path folder, String top, List<String> arguments, VerilatedBench.Runs runs)
      throws IOException, InterruptedException {
    return output(VerilatedBench.build(folder, top, arguments, runs), "verilator");
  }

  /** The same for one that runs for longer than a moment. */
  static String built(Path folder, String top, List<String> arguments)
      throws IOException, InterruptedException {
    return built(folder, top, arguments, VerilatedBench.Runs.LONG);
  }

  private static String output(ProgramRun run, String line) {
    assertTrue(
        run.status().isPresent(), () -> "still running: %s%n%s".formatted(line, run.output()));
    assertTrue(run.succeeded(), () -> "%s failed%n%s".formatted(line, run.output()));
    return run.output();
  }

  /** Writes files into a folder. */
  static void write(Path folder, Map<String, String> files) throws IOException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
  }
}
