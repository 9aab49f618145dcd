package lutmac.api;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import lutmac.network.BadInputException;

/** The shape of a network's input as people write it. */
public final class InputExtents {
  private static final Pattern SHAPE =
      Pattern.compile("(?:[^:]+:)?(?:[Nn][x,])?[1-9]\\d{0,6}(?:[x,][1-9]\\d{0,6}){0,3}");

  private InputExtents() {}

  /**
   * Extents that are separated by commas or crosses.
   *
   * @throws BadInputException if they are none
   */
  public static List<Integer> parsed(String text) {
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
