package lutmac.sim.verilator;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import lutmac.network.BadInputException;

/**
 * The programs that turn RTL into a simulator: Verilator, a C++ compiler and make.
 *
 * @param compiler clang++ where there is one (it builds in about half the time; which one's code is
 *     faster depends on the array, {@code make bench} tells), else g++
 * @param versions what the programs say about their versions; part of the cache key
 */
public record Toolchain(Path verilator, Path compiler, Path make, String versions) {

  /**
   * Finds the programs on this process's {@code PATH}.
   *
   * @throws BadInputException if one is missing; the message says what to install
   */
  public static Toolchain find() {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return find(
        Arrays.stream(path.split(File.pathSeparator))
            .filter(directory -> !directory.isEmpty())
            .map(Path::of)
            .toList());
  }

  /** Finds the programs in the given directories. */
  public static Toolchain find(List<Path> directories) {
    Path verilator =
        program(directories, "verilator")
            .orElseThrow(() -> missing("Verilator", "verilator", "verilator"));
    Path compiler =
        program(directories, "clang++")
            .or(() -> program(directories, "g++"))
            .orElseThrow(() -> missing("a C++ compiler", "clang++ or g++", "clang"));
    Path make = program(directories, "make").orElseThrow(() -> missing("GNU make", "make", "make"));
    return new Toolchain(
        verilator, compiler, make, firstLine(verilator) + "\n" + firstLine(compiler));
  }

  private static Optional<Path> program(List<Path> directories, String name) {
    return directories.stream()
        .map(directory -> directory.resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static BadInputException missing(String what, String names, String debianPackage) {
    return new BadInputException(
        "simulation needs %s, but %s is not on the PATH; on Debian or Ubuntu: apt-get install %s"
            .formatted(what, names, debianPackage));
  }

  private static String firstLine(Path program) {
    try {
      Process process =
          new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new BadInputException(
            "'%s --version' failed; reinstall it: %s"
                .formatted(program, output.strip().lines().findFirst().orElse("no output")));
      }
      return output.lines().findFirst().orElse("");
    } catch (IOException e) {
      throw new BadInputException("cannot start %s: %s".formatted(program, e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted while asking %s for its version".formatted(program), e);
    }
  }
}
