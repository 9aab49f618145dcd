package lutmac.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import lutmac.network.BadInputException;
import picocli.CommandLine.Option;

/** The size of the images where a float network leaves it open. */
final class InputShapeOption {
  private static final Pattern SHAPE =
      Pattern.compile("(?:[^:]+:)?(?:[Nn][x,])?[1-9]\\d{0,6}(?:[x,][1-9]\\d{0,6}){0,3}");

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
   * @throws BadInputException if it is none
   */
  Optional<List<Integer>> shape() {
    return Optional.ofNullable(shape).map(InputShapeOption::parsed);
  }

  /** Extents that are separated by commas or crosses. */
  static List<Integer> parsed(String text) {
    if (!SHAPE.matcher(text).matches()) {
      throw new BadInputException(
          "--input-shape takes extents such as 3,224,224, got '%s'".formatted(text));
    }
    String extents = text.substring(text.indexOf(':') + 1);
    return Arrays.stream(extents.split("[x,]"))
        .filter(extent -> !extent.equalsIgnoreCase("n"))
        .map(Integer::valueOf)
        .toList();
  }
}
