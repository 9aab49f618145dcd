package lutmac.api.files;

import java.nio.file.Path;
import java.util.List;

/** One file that is written. It may be one of the same command before: a checkpoint. */
public final class FileOutput extends WrittenArgument {
  FileOutput(Path path) {
    super(path);
  }

  @Override
  public List<Path> files() {
    return List.of(path());
  }
}
