package lutmac.cli.files;

import java.io.IOException;
import java.nio.file.Path;

/** One file that is read, and nothing else: labels, formats. */
public final class FileInput extends ReadArgument {
  FileInput(Path path) {
    super(path, "a file");
  }

  @Override
  boolean reads(Path place) throws IOException {
    return Places.same(path(), place);
  }
}
