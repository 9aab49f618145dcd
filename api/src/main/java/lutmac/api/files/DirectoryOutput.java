package lutmac.api.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import lutmac.network.BadInputException;

/** A directory that is made, or replaced as a whole. */
public final class DirectoryOutput extends WrittenArgument {
  DirectoryOutput(Path path) {
    super(path);
  }

  /** A quantized network in it. */
  public NetworkOutput network(String name) {
    return new NetworkOutput(path().resolve(name));
  }

  /** A design in it, once it is written. */
  public DesignInput design(String name) {
    return new DesignInput(path().resolve(name));
  }

  @Override
  public List<Path> files() {
    return List.of();
  }

  @Override
  void checkPlace() throws IOException {
    Destination.checkDirectory(path());
  }

  @Override
  void checkAgainst(ReadArgument input) throws IOException {
    if (Places.isWithin(input.path(), path())) {
      throw new BadInputException(
          "%s holds the input %s; name another directory".formatted(path(), input.path()));
    }
    input.requireOther(path());
  }
}
