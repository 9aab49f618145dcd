package lutmac.cli.files;

import java.nio.file.Path;
import java.util.List;

/** One file that is written. It may be one of the same command before: a checkpoint. */
public final class FileOutput implements WrittenArgument {
  private final Path path;

  FileOutput(Path path) {
    this.path = path;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public List<Path> files() {
    return List.of(path);
  }
}
