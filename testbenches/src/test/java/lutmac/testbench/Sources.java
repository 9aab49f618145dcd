package lutmac.testbench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The checkout that the tests run in. */
public final class Sources {
  /** Maven runs the tests of a module in its directory, the scripts run in the checkout's. */
  private static final Path ROOT =
      Stream.iterate(Path.of("").toAbsolutePath(), Objects::nonNull, Path::getParent)
          .filter(folder -> Files.isDirectory(folder.resolve("rtl-templates")))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalStateException("no checkout around " + Path.of("").toAbsolutePath()));

  private Sources() {}

  /** The file that says what a package is for. */
  static Optional<Path> packageInfo(String name) {
    Path below = Path.of("src/main/java", name.replace('.', '/'), "package-info.java");
    try (Stream<Path> modules = Files.list(ROOT)) {
      return modules.map(module -> module.resolve(below)).filter(Files::exists).findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All tests of all modules, by the path from the checkout. */
  static SortedMap<String, String> tests() {
    SortedMap<String, String> tests = new TreeMap<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path folder : modules.map(module -> module.resolve("src/test/java")).toList()) {
        if (!Files.isDirectory(folder)) {
          continue;
        }
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
            tests.put(ROOT.relativize(file).toString(), Files.readString(file));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tests;
  }

  /** A file of the checkout. */
  public static Path path(String path) {
    return ROOT.resolve(path);
  }

  /** A text file of the checkout. */
  public static String text(String path) {
    try {
      return Files.readString(ROOT.resolve(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
