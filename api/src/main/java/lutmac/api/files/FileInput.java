package lutmac.api.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** One file that is read, and nothing else: labels, formats. */
public final class FileInput extends ReadArgument {
  FileInput(Path path) {
    super(path, "a file");
  }

  /** The path of one that may not be given. */
  public static Optional<Path> pathOf(FileInput given) {
    return Optional.ofNullable(given).map(FileInput::path);
  }

  @Override
  boolean reads(Path place) throws IOException {
    return Places.same(path(), place);
  }
}
