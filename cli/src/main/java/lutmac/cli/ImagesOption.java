package lutmac.cli;

import java.nio.file.Path;
import lutmac.api.files.ImagesInput;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.ImageSets;
import picocli.CommandLine.Option;

/** The images that a command runs. */
final class ImagesOption {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "IMAGES",
      description =
          "Images: .npy (as the network's input, or channels first), or a .zip or folder of JPEG or"
              + " PNG.")
  private ImagesInput data;

  /** The file or folder as it is given. */
  Path path() {
    return data.path();
  }

  /**
   * The images.
   *
   * @throws lutmac.network.BadInputException if they cannot be read
   */
  ImageSet read() {
    return ImageSets.read(data.path());
  }
}
