package lutmac.cli;

import java.util.List;
import java.util.Optional;
import lutmac.api.InputExtents;
import picocli.CommandLine.Option;

/** The size of the images where a float network leaves it open. */
final class InputShapeOption {
  @Option(
      names = "--input-shape",
      paramLabel = "C,H,W",
      description = {
        "Shape of one image, if the file leaves height, width or others open, in the",
        "file's own order of dimensions, for example 3,224,224 or 1x3x224x224."
      })
  private String shape;

  /**
   * The shape as it is given, with the batch or without.
   *
   * @throws lutmac.network.BadInputException if it is none
   */
  Optional<List<Integer>> shape() {
    return Optional.ofNullable(shape).map(InputExtents::parsed);
  }
}
