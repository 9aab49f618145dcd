package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lutmac.cli.Main;

/**
 * A shell in a folder that has a {@code bin/lutmac} of the classes under test, for what
 * documentation tells people to type.
 */
final class Shell {
  private static final int LIMIT_SECONDS = 300;

  private final Path folder;

  private Shell(Path folder) {
    this.folder = folder;
  }

  /** Puts the command into a folder. */
  static Shell in(Path folder) throws IOException {
    Path command = Files.createDirectories(folder.resolve("bin")).resolve("lutmac");
    Files.writeString(
        command, "#!/bin/sh\nexec %s %s \"$@\"\n".formatted(java(), Main.class.getName()));
    assertTrue(command.toFile().setExecutable(true));
    return new Shell(folder);
  }

  /** A Java that knows the classes under test, as a shell starts it. */
  static String java() {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return "'%s' -Xmx2g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp '%s'"
        .formatted(Path.of(System.getProperty("java.home"), "bin", "java"), classPath);
  }

  /**
   * Runs a script that must succeed.
   *
   * @return the lines of its standard output
   */
  List<String> run(String script) throws IOException, InterruptedException {
    Path errors = Files.createTempFile("lutmac", ".err");
    Path output = Files.createTempFile("lutmac", ".out");
    try {
      ProcessBuilder builder =
          new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
              .directory(folder.toFile())
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile());
      builder.environment().put("LUTMAC", folder.resolve("bin/lutmac").toString());
      Process process = builder.start();
      boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      assertTrue(ended, () -> "it does not end: " + script);
      String said = Files.readString(errors);
      assertEquals(0, process.exitValue(), () -> script + "\n" + said);
      return Files.readAllLines(output);
    } finally {
      Files.delete(errors);
      Files.delete(output);
    }
  }
}
