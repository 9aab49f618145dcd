package lutmac.generator.emit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the Verilog tools that a test needs. */
final class RtlTool {
  private static final int TIMEOUT_MINUTES = 5;

  private RtlTool() {}

  /** Skips the test without the program; on the build server the program must be there. */
  static void requireInstalled(String program) {
    if (!installed(program)) {
      String message = "%s is not installed: apt-get install %s".formatted(program, program);
      assertFalse("true".equals(System.getenv("CI")), message);
      assumeTrue(false, message);
    }
  }

  /** Whether a program is on the path. */
  static boolean installed(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /**
   * Runs a program to its end.
   *
   * @return what it wrote to both outputs
   */
  static String run(Path folder, List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile("rtl-tool", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      boolean ended = process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES);
      process.destroyForcibly();
      String output = Files.readString(log, StandardCharsets.UTF_8);
      assertTrue(ended, () -> "still running: " + String.join(" ", command) + "\n" + output);
      assertTrue(process.exitValue() == 0, () -> String.join(" ", command) + " failed\n" + output);
      return output;
    } finally {
      Files.delete(log);
    }
  }

  /** Writes files into a folder. */
  static void write(Path folder, Map<String, String> files) throws IOException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
  }
}
