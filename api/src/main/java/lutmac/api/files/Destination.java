package lutmac.api.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lutmac.network.BadInputException;
import lutmac.network.file.OutputPlace;

/** Looks at an output's place before minutes of work go into it. */
final class Destination {
  private Destination() {}

  /**
   * @throws BadInputException if no file can be written there
   */
  static void checkFile(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new BadInputException("%s is a directory; name a file".formatted(file));
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new BadInputException(
          "%s is a pipe, a socket or a device, which is not written to; name a file"
              .formatted(file));
    }
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw new BadInputException(
          "%s is there and protected from writing; name another file".formatted(file));
    }
    checkParent(file);
  }

  /**
   * @throws BadInputException if no directory can be made there
   */
  static void checkDirectory(Path directory) throws IOException {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new BadInputException("%s is a file; name a directory".formatted(directory));
    }
    checkParent(directory);
  }

  private static void checkParent(Path path) throws IOException {
    Path parent = OutputPlace.of(path).normalize().getParent();
    if (parent != null && Files.isRegularFile(parent)) {
      throw new BadInputException(
          "%s: %s is a file, not a directory; choose another place".formatted(path, parent));
    }
    if (parent == null) {
      throw new BadInputException(
          "%s is the root of all directories; name one in it".formatted(path));
    }
    if (!Files.isDirectory(parent)) {
      throw new BadInputException(
          "%s: there is no directory %s; create it first".formatted(path, parent));
    }
    if (!Files.isWritable(parent)) {
      throw new BadInputException(
          "%s: no permission to write in %s; choose another place".formatted(path, parent));
    }
  }
}
