package lutmac.cli.files;

import java.nio.file.Path;

/**
 * A file or folder that the command line names. {@link FileArguments} makes it, or a directory that
 * is written for what lies in it.
 */
abstract sealed class FileArgument permits ReadArgument, WrittenArgument {
  private final Path path;

  FileArgument(Path path) {
    this.path = path;
  }

  /** As the user writes it. */
  public final Path path() {
    return path;
  }
}
