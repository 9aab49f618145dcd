package lutmac.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lutmac.network.BadInputException;

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

  /**
   * Nobody wants an input replaced by an output.
   *
   * @param what the input is, for people: "is the float network itself"
   * @throws BadInputException if output and input are one file
   */
  static void checkOther(Path output, Path input, String what) {
    try {
      if (Files.exists(output) && Files.exists(input) && Files.isSameFile(output, input)) {
        throw new BadInputException("%s %s; name another file with -o".formatted(output, what));
      }
    } catch (IOException e) {
      throw new BadInputException(
          "%s: cannot be looked at (%s); name another file with -o"
              .formatted(output, e.getMessage()),
          e);
    }
  }

  private static void checkParent(Path path) {
    Path parent = path.toAbsolutePath().normalize().getParent();
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
