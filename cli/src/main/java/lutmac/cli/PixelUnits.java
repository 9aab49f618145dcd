package lutmac.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.Preprocessing;
import lutmac.runtime.image.ImageSet;

/** What looks forgotten or mistaken in how images become the input of a network. */
final class PixelUnits {
  /** Images that are looked at, until one says what pixels are. */
  private static final int LOOKED_AT = 10;

  /** PyTorch's {@code Normalize} works on pixels divided by this. */
  private static final double BYTES = 255;

  /** No standard deviation of pixels 0 to 255 is less; those of 0..1 are below 1. */
  private static final double LEAST_STD = 2;

  private PixelUnits() {}

  /** How images become the network's input. */
  static String words(InputEncoding input) {
    return words(input.tensor().name(), input.preprocessing());
  }

  /** How images become the input of that name. */
  static String words(String input, Preprocessing preprocessing) {
    return "input '%s': %s".formatted(input, preprocessing.words());
  }

  /**
   * What to tell the user; empty if all is well.
   *
   * @param given null where none of the options is given
   * @param whole what is done to the pixels, by the options and by what the network's file says
   */
  static Optional<String> remark(ImageSet images, PreprocessingOptions given, Preprocessing whole) {
    if (given == null || !given.sayValues()) {
      return whole.keepsValues() && reachAboveOne(images)
          ? Optional.of(
              "%s: no --mean and no --std: the network gets the pixels as they are, whole numbers above 1; for PyTorch's Normalize(m, s) give --mean 255*m --std 255*s, for x / 255 --std 255"
                  .formatted(images.source()))
          : Optional.empty();
    }
    Preprocessing told = given.preprocessing();
    List<Double> mean = told.mean();
    List<Double> std = told.std();
    boolean noMean = mean.stream().allMatch(value -> value == 0);
    boolean noStd = std.stream().allMatch(value -> value == 1);
    boolean smallMean = !noMean && mean.stream().allMatch(value -> value >= 0 && value <= 1);
    boolean smallStd = !noStd && std.stream().allMatch(value -> value < LEAST_STD);
    if (!(smallMean || smallStd) || !reachAboveOne(images)) {
      return Optional.empty();
    }
    String had =
        (smallMean ? " --mean " + list(mean, 1) : "") + (smallStd ? " --std " + list(std, 1) : "");
    // What works on 0..1 without a deviation divides by 255 alone.
    String wanted =
        (smallMean ? " --mean " + list(mean, BYTES) : "")
            + (smallStd || noStd ? " --std " + list(std, BYTES) : "");
    return Optional.of(
        "%s: its pixels are whole numbers above 1, but%s looks like units of 0..1; in pixels 0 to 255 it is%s"
            .formatted(images.source(), had, wanted));
  }

  private static String list(List<Double> values, double factor) {
    return values.stream()
        .map(value -> Preprocessing.number(value * factor))
        .collect(Collectors.joining(","));
  }

  private static boolean reachAboveOne(ImageSet images) {
    for (int image = 0; image < Math.min(images.count(), LOOKED_AT); image++) {
      float most = 0;
      for (float value : images.image(image)) {
        if (value != Math.rint(value)) {
          return false;
        }
        most = Math.max(most, value);
      }
      if (most > 1) {
        return true;
      }
    }
    return false;
  }
}
