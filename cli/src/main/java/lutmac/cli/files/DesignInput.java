package lutmac.cli.files;

import java.io.IOException;
import java.nio.file.Path;

/** The directory of a design, which holds what {@code generate} wrote and nothing else. */
public final class DesignInput implements ReadArgument {
  private final Path path;

  DesignInput(Path path) {
    this.path = path;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public String what() {
    return "the design";
  }

  @Override
  public boolean reads(Path place) throws IOException {
    return Places.isWithin(place, path);
  }

  /** Where the waveform of a wrong word goes if none is asked for: beside the design. */
  public Path waveform() {
    Path directory = path.toAbsolutePath().normalize();
    return directory.resolveSibling(directory.getFileName() + "-mismatch.fst");
  }
}
