package lutmac.rtl;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of the electronic design automation kind, run with a time limit. */
enum Tool {
  VERILATOR("verilator"),
  ICARUS("iverilog"),
  YOSYS("yosys");

  private static final int LIMIT_SECONDS = 300;

  private final String program;

  Tool(String program) {
    this.program = program;
  }

  String program() {
    return program;
  }

  /** What a run gave: exit status, standard output and error together. */
  record Outcome(int status, String output) {
    Outcome orFail() {
      if (status != 0) {
        fail("exit status " + status + ":\n" + output);
      }
      return this;
    }
  }

  /** Skips the test without the tool; on continuous integration that is a failure. */
  void require() {
    if (installed(program)) {
      return;
    }
    if ("true".equals(System.getenv("CI"))) {
      fail(program + " is not installed");
    }
    abort(program + " is not installed: install the package " + program + " to run this test");
  }

  static boolean installed(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** Runs a command in a folder, its output in the file {@code log.txt} there. */
  static Outcome run(Path folder, List<String> command) throws IOException, InterruptedException {
    Path log = folder.resolve("log.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
      fail("still running after %d s: %s".formatted(LIMIT_SECONDS, command));
    }
    return new Outcome(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
  }
}
