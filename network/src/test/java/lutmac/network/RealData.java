package lutmac.network;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Trained networks and labelled images that the project does not contain. */
public final class RealData {
  private RealData() {}

  /**
   * A file of the data directory; without one the test is skipped, under {@code CI=true} it fails.
   */
  public static Path file(String relative) {
    String configured = System.getProperty("lutmac.data", System.getenv("LUTMAC_DATA"));
    Path directory = configured == null ? besideRepository() : Path.of(configured);
    Path file = directory.resolve(relative);
    if (!Files.exists(file)) {
      String message =
          file + " is missing: point -Dlutmac.data or LUTMAC_DATA to the directory of test data";
      if ("true".equals(System.getenv("CI"))) {
        Assertions.fail(message);
      }
      Assumptions.abort(message);
    }
    return file;
  }

  /** {@code ../shared/data} from the repository root, the nearest directory with a {@code .mvn}. */
  private static Path besideRepository() {
    Path directory = Path.of("").toAbsolutePath();
    while (directory.getParent() != null && !Files.isDirectory(directory.resolve(".mvn"))) {
      directory = directory.getParent();
    }
    return directory.resolveSibling("shared").resolve("data");
  }
}
