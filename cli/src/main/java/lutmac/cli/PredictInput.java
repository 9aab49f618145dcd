package lutmac.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lutmac.api.files.ImagesInput;
import lutmac.api.files.ModelInput;
import lutmac.network.BadInputException;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.ImageSets;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A network, and images that are named one by one behind it, or as {@code --data}. */
final class PredictInput {
  @Parameters(
      index = "0",
      paramLabel = "NET",
      description = "Float network, or quantized network from 'lutmac quantize' or another tool.")
  private ModelInput network;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "PICTURE",
      showDefaultValue = Visibility.NEVER,
      description = "JPEG or PNG files; or one folder, .zip or .npy of images.")
  private List<ImagesInput> pictures = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "IMAGES",
      description = "The same as one PICTURE, for scripts.")
  private ImagesInput data;

  /** The network's file. */
  Path network() {
    return network.path();
  }

  /**
   * The images.
   *
   * @throws BadInputException if none are named, or they cannot be read
   */
  ImageSet images() {
    if (data != null && !pictures.isEmpty()) {
      throw new BadInputException(
          "images are named twice, with --data %s and as %s; leave out one"
              .formatted(data.path(), pictures.get(0).path()));
    }
    if (data == null && pictures.isEmpty()) {
      throw new BadInputException(
          "no images; name pictures, or a folder, .zip or .npy of them, behind the network");
    }
    return data != null
        ? ImageSets.read(data.path())
        : ImageSets.read(pictures.stream().map(ImagesInput::path).toList());
  }
}
