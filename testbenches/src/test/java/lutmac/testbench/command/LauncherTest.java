package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/lutmac} in a checkout that was built in another place, with a Java that only tells.
 */
class LauncherTest {
  private static final Path BIN = Path.of("../bin").toAbsolutePath().normalize();

  @TempDir Path directory;
  private Path checkout;

  @BeforeEach
  void copyCheckout() throws IOException {
    checkout = Files.createDirectories(directory.resolve("a copy"));
    Files.createDirectory(checkout.resolve("bin"));
    try (Stream<Path> files = Files.list(BIN)) {
      for (Path file : files.toList()) {
        Files.copy(file, checkout.resolve("bin").resolve(file.getFileName()));
      }
    }
    Path java = Files.createDirectories(directory.resolve("java/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nwhile [ \"$1\" != -cp ]; do shift; done; echo \"$2\"\n");
    assertTrue(java.toFile().setExecutable(true));
    Path library = Files.createFile(directory.resolve("library.jar"));
    Files.createDirectories(checkout.resolve("cli/target/classes"));
    Files.writeString(
        checkout.resolve("cli/target/runtime.classpath"),
        "/gone/lutmac/network/target/network.jar:" + library + ":/gone/lutmac/sim/target/sim.jar");
  }

  private record Run(int exitCode, String said) {}

  private Run run() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(checkout.resolve("bin/lutmac").toString(), "--version")
            .redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", directory.resolve("java").toString());
    Process process = builder.start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Run(process.waitFor(), said);
  }

  private void makeModules() throws IOException {
    for (String module : List.of("network", "sim")) {
      Path target = Files.createDirectories(checkout.resolve(module).resolve("target"));
      Files.createFile(target.resolve(module + ".jar"));
    }
  }

  @Test
  void aCopiedCheckoutRunsItsOwnJars() throws IOException, InterruptedException {
    makeModules();
    Run run = run();
    assertEquals(0, run.exitCode(), run.said());
    assertEquals(
        "%1$s/cli/target/classes:%1$s/network/target/network.jar:%2$s/library.jar:%1$s/sim/target/sim.jar"
            .formatted(checkout, directory),
        run.said());
  }

  /** It has no build folder, and all libraries in one. */
  @Test
  void aDistributionRunsItsOwnLibraries() throws IOException, InterruptedException {
    Files.createDirectory(checkout.resolve("lib"));
    Files.delete(checkout.resolve("cli/target/runtime.classpath"));
    Run run = run();
    assertEquals(0, run.exitCode(), run.said());
    assertEquals(checkout + "/lib/*", run.said());
  }

  @Test
  void saysWhatIsMissingAndWhatToDo() throws IOException, InterruptedException {
    Run missing = run();
    assertEquals(2, missing.exitCode());
    assertTrue(missing.said().startsWith("lutmac: the library "), missing.said());
    assertTrue(missing.said().endsWith("run 'make build' in " + checkout), missing.said());
    Files.delete(checkout.resolve("cli/target/runtime.classpath"));
    assertTrue(run().said().startsWith("lutmac: not built yet"));
  }
}
