package lutmac.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import lutmac.quant.BadInputException;

/** Looks at an output's place before minutes of work go into it. */
final class Destination {
  private Destination() {}

  /**
   * @throws BadInputException if no file can be written there
   */
  static void checkFile(Path file) {
    if (Files.isDirectory(file)) {
      throw new BadInputException("%s is a directory; name a file".formatted(file));
    }
    checkParent(file);
  }

  /**
   * @throws BadInputException if no directory can be made there
   */
  static void checkDirectory(Path directory) {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new BadInputException("%s is a file; name a directory".formatted(directory));
    }
    checkParent(directory);
  }

  private static void checkParent(Path path) {
    Path parent = path.toAbsolutePath().normalize().getParent();
    if (parent != null && Files.isRegularFile(parent)) {
      throw new BadInputException(
          "%s: %s is a file, not a directory; choose another place".formatted(path, parent));
    }
    if (parent == null || !Files.isDirectory(parent)) {
      throw new BadInputException(
          "%s: there is no directory %s; create it first".formatted(path, parent));
    }
    if (!Files.isWritable(parent)) {
      throw new BadInputException(
          "%s: no permission to write in %s; choose another place".formatted(path, parent));
    }
  }
}
