package lutmac.api.files;

import java.nio.file.Path;

/**
 * A file or folder that a command or a call names. {@link NamedFiles} makes it, or a directory that
 * is written for what lies in it.
 */
abstract sealed class FileArgument permits ReadArgument, WrittenArgument {
  private final Path path;

  FileArgument(Path path) {
    this.path = path;
  }

  /** As it is named. */
  public final Path path() {
    return path;
  }
}
