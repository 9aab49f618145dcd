package lutmac.api.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether names stand for one place, whatever links lead there. */
final class Places {
  private Places() {}

  /** Whether both exist and are one file; hard links are, too. */
  static boolean same(Path one, Path other) throws IOException {
    return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
  }

  /**
   * Whether a file or directory is a directory, or lies somewhere below it. It may not exist yet,
   * nor its parents.
   */
  static boolean isWithin(Path path, Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return false;
    }
    Path root = directory.toRealPath();
    return real(path).startsWith(root)
        || path.toAbsolutePath().normalize().startsWith(directory.toAbsolutePath().normalize());
  }

  /** Links resolved as far as there is anything. */
  private static Path real(Path path) throws IOException {
    Path whole = path.toAbsolutePath();
    for (Path there = whole; there != null; there = there.getParent()) {
      if (Files.exists(there)) {
        return there.toRealPath().resolve(there.relativize(whole)).normalize();
      }
    }
    return whole.normalize();
  }
}
