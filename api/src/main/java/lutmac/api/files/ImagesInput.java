package lutmac.api.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lutmac.runtime.image.ImageSets;

/** Images: one file, or a folder of pictures. */
public final class ImagesInput extends ReadArgument {
  ImagesInput(Path path) {
    super(path, "the images");
  }

  @Override
  boolean reads(Path place) throws IOException {
    return Files.isDirectory(path())
        ? ImageSets.isPicture(place) && Places.same(path(), place.getParent())
        : Places.same(path(), place);
  }
}
