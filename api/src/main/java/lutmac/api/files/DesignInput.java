package lutmac.api.files;

import java.io.IOException;
import java.nio.file.Path;

/** The directory of a design, which holds what {@code generate} wrote and nothing else. */
public final class DesignInput extends ReadArgument {
  DesignInput(Path path) {
    super(path, "the design");
  }

  @Override
  boolean reads(Path place) throws IOException {
    return Places.isWithin(place, path());
  }

  /** Where the waveform of a wrong word goes if none is asked for: beside the design. */
  public Path waveform() {
    Path directory = path().toAbsolutePath().normalize();
    return directory.resolveSibling(directory.getFileName() + "-mismatch.fst");
  }
}
