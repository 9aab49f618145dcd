package lutmac.sim.verilator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.network.BadInputException;
import lutmac.network.process.ProgramRun;
import lutmac.network.process.SearchPath;

/**
 * The programs that turn RTL into a simulator: Verilator, a C++ compiler and make.
 *
 * @param compiler what {@code CXX} says; else clang++ where there is one (it builds in about half
 *     the time; which one's code is faster depends on the array, {@code make bench} tells), else
 *     g++
 * @param versions what the programs say about their versions; part of the cache key
 */
public record Toolchain(Path verilator, Path compiler, Path make, String versions) {

  /** Environment variables that name a program, as make and Verilator know them. */
  private static final String VERILATOR = "VERILATOR";

  private static final String COMPILER = "CXX";

  private static final Pattern VERSION = Pattern.compile("Verilator (\\d{1,4})(?:\\.(\\d{1,6}))?");
  private static final int OLDEST_MAJOR = 4;
  private static final int OLDEST_MINOR = 200;

  /**
   * Finds the programs on this process's {@code PATH}, or where the environment variables {@code
   * VERILATOR} and {@code CXX} say: names or paths of programs. A cache for objects is Verilator's
   * own affair, {@code OBJCACHE=ccache}.
   *
   * @throws BadInputException if one is missing; the message says what to install
   */
  public static Toolchain find() {
    return find(SearchPath.ofEnvironment(), System.getenv());
  }

  /** Finds the programs in the given directories. */
  public static Toolchain find(SearchPath path) {
    return find(path, Map.of());
  }

  /** The same with what an environment says. */
  static Toolchain find(SearchPath path, Map<String, String> environment) {
    Path verilator =
        chosen(VERILATOR, environment, path)
            .or(() -> path.find("verilator"))
            .orElseThrow(() -> missing("Verilator", "verilator", "verilator"));
    Path compiler =
        chosen(COMPILER, environment, path)
            .or(() -> path.find("clang++"))
            .or(() -> path.find("g++"))
            .orElseThrow(() -> missing("a C++ compiler", "clang++ or g++", "clang"));
    Path make = path.find("make").orElseThrow(() -> missing("GNU make", "make", "make"));
    return new Toolchain(verilator, compiler, make, versions(verilator, compiler));
  }

  /**
   * The program that a variable names, if it is set.
   *
   * @throws BadInputException if there is no such program
   */
  private static Optional<Path> chosen(
      String variable, Map<String, String> environment, SearchPath path) {
    String name = environment.getOrDefault(variable, "").strip();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    Path file = Path.of(name);
    Optional<Path> program =
        file.getNameCount() > 1
            ? Optional.of(file.toAbsolutePath()).filter(Files::isExecutable)
            : path.find(name);
    if (program.isEmpty()) {
      throw new BadInputException(
          "the environment variable %s names '%s', which is no program; name one without options, or unset it (OBJCACHE=ccache puts ccache before it)"
              .formatted(variable, name));
    }
    return program;
  }

  /** The same programs with another C++ compiler. */
  public Toolchain withCompiler(Path other) {
    return new Toolchain(verilator, other, make, versions(verilator, other));
  }

  private static String versions(Path verilator, Path compiler) {
    String version = firstLine(verilator);
    requireContexts(verilator, version);
    return version + "\n" + firstLine(compiler);
  }

  /**
   * The harness holds its model in a context of its own, which Verilator has since 4.200. A version
   * that is spelled otherwise is taken.
   */
  private static void requireContexts(Path verilator, String version) {
    Matcher number = VERSION.matcher(version);
    if (!number.find()) {
      return;
    }
    int major = Integer.parseInt(number.group(1));
    int minor = number.group(2) == null ? 0 : Integer.parseInt(number.group(2));
    if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR)) {
      throw new BadInputException(
          "%s is %s; simulation needs at least %d.%d (tried with 5.006): install a newer Verilator and name it with the environment variable %s"
              .formatted(verilator, version.strip(), OLDEST_MAJOR, OLDEST_MINOR, VERILATOR));
    }
  }

  private static BadInputException missing(String what, String names, String debianPackage) {
    return new BadInputException(
        "simulation needs %s, but %s is not on the PATH; on Debian or Ubuntu: apt-get install %s"
            .formatted(what, names, debianPackage));
  }

  private static String firstLine(Path program) {
    try {
      ProgramRun run =
          ProgramRun.of(
              List.of(program.toString(), "--version"), Path.of("."), Duration.ofMinutes(1));
      if (!run.succeeded()) {
        throw new BadInputException(
            "'%s --version' failed; reinstall it: %s"
                .formatted(program, run.output().strip().lines().findFirst().orElse("no output")));
      }
      return run.output().lines().findFirst().orElse("");
    } catch (IOException e) {
      throw new BadInputException("cannot start %s: %s".formatted(program, e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted while asking %s for its version".formatted(program), e);
    }
  }
}
