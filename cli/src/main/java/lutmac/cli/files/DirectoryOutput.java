package lutmac.cli.files;

import java.nio.file.Path;
import java.util.List;

/** A directory that is made, or replaced as a whole. */
public final class DirectoryOutput implements WrittenArgument {
  private final Path path;

  DirectoryOutput(Path path) {
    this.path = path;
  }

  @Override
  public Path path() {
    return path;
  }

  /** A quantized network in it. */
  public NetworkOutput network(String name) {
    return new NetworkOutput(path.resolve(name));
  }

  /** A design in it, once it is written. */
  public DesignInput design(String name) {
    return new DesignInput(path.resolve(name));
  }

  @Override
  public List<Path> files() {
    return List.of();
  }
}
