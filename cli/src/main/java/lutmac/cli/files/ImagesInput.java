package lutmac.cli.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lutmac.runtime.image.ImageSets;

/** Images: one file, or a folder of pictures. */
public final class ImagesInput implements ReadArgument {
  private final Path path;

  ImagesInput(Path path) {
    this.path = path;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public String what() {
    return "the images";
  }

  @Override
  public boolean reads(Path place) throws IOException {
    return Files.isDirectory(path)
        ? ImageSets.isPicture(place) && Places.same(path, place.getParent())
        : Places.same(path, place);
  }
}
