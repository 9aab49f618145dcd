package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The real networks and labelled images that the end-to-end tests use. They are not part of the
 * project: {@code LUTMAC_DATA} (or {@code -Dlutmac.data}) says where they are, by default {@code
 * ../shared/data} beside the checkout.
 */
final class RealData {
  private RealData() {}

  /** The file, or the test is skipped; in continuous integration a missing file fails it. */
  static Path file(String relative) {
    Path file = root().resolve(relative);
    if (!Files.exists(file)) {
      String message =
          "no %s: set LUTMAC_DATA to the directory that holds models/ and datasets/"
              .formatted(file);
      if ("true".equals(System.getenv("CI"))) {
        fail(message);
      }
      assumeTrue(false, message);
    }
    return file;
  }

  private static Path root() {
    String configured = System.getProperty("lutmac.data", System.getenv("LUTMAC_DATA"));
    return configured != null
        ? Path.of(configured)
        : checkout().resolve("../shared/data").normalize();
  }

  /** The directory that holds the top-level {@code pom.xml}. */
  static Path checkout() {
    Path directory = Path.of("").toAbsolutePath();
    while (directory != null && !Files.exists(directory.resolve("rtl-templates/pom.xml"))) {
      directory = directory.getParent();
    }
    if (directory == null) {
      throw new IllegalStateException("the tests do not run inside a checkout of lutmac");
    }
    return directory;
  }
}
