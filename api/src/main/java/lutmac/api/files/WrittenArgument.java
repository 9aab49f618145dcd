package lutmac.api.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What a command writes. */
abstract sealed class WrittenArgument extends FileArgument
    permits FileOutput, NetworkOutput, DirectoryOutput {
  WrittenArgument(Path path) {
    super(path);
  }

  /** The files that are replaced as a whole, as named; empty for a directory. */
  public abstract List<Path> files();

  /**
   * Looks at its place.
   *
   * @throws lutmac.network.BadInputException if nothing can be written there
   */
  void checkPlace() throws IOException {
    for (Path file : files()) {
      Destination.checkFile(file);
    }
  }

  /**
   * Holds it against an input.
   *
   * @throws lutmac.network.BadInputException if the input would be replaced
   */
  void checkAgainst(ReadArgument input) throws IOException {
    for (Path file : files()) {
      input.requireOther(file);
    }
  }
}
