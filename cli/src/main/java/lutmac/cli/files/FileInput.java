package lutmac.cli.files;

import java.io.IOException;
import java.nio.file.Path;

/** One file that is read, and nothing else: labels, formats. */
public final class FileInput implements ReadArgument {
  private final Path path;

  FileInput(Path path) {
    this.path = path;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public String what() {
    return "a file";
  }

  @Override
  public boolean reads(Path place) throws IOException {
    return Places.same(path, place);
  }
}
