package lutmac.runtime.image;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.InputEncoding;

/**
 * How images fill the input format of a quantized network. The format was chosen for the images
 * that calibrated it; others that lie mostly outside of it, or in a small part of it, are scaled
 * otherwise.
 *
 * @param source of the images
 * @param format of the input codes
 * @param least value of the network's input: a pixel where the format is one of raw pixels
 * @param most greatest such
 * @param clamped share of the values that lie far outside of the format
 */
public record InputRange(Path source, FixedFormat format, float least, float most, double clamped) {
  /** Images that are looked at. */
  private static final int LOOKED_AT = 100;

  /** What the search for a format leaves out is less. */
  private static final double MUCH = 0.05;

  /** Beyond the format's ends by this factor and more is far outside: 1 is not, for 0..255/256. */
  private static final double FAR = 1.25;

  /** A format has at most twice the range of the images that it was chosen for. */
  private static final double LITTLE = 1.0 / 16;

  /**
   * Looks at the first of some images.
   *
   * @param first number of the first image
   * @param last number behind the last image
   */
  public static InputRange of(Preprocessor inputs, InputEncoding encoding, int first, int last) {
    if (!(encoding.tensor().format() instanceof FixedFormat format)) {
      throw new IllegalArgumentException(
          "a network input has a fixed-point format, not " + encoding.tensor().format());
    }
    float least = 0;
    float most = 0;
    long outside = 0;
    long all = 0;
    double low = FAR * Math.scalb((double) format.minCode() - 1, -format.frac());
    double high = FAR * Math.scalb((double) format.maxCode() + 1, -format.frac());
    for (int i = first; i < Math.min(last, first + LOOKED_AT); i++) {
      for (float value : encoding.folded() ? inputs.pixels(i) : inputs.floatInput(i)) {
        least = Math.min(least, value);
        most = Math.max(most, value);
        outside += value < low || value > high ? 1 : 0;
        all++;
      }
    }
    return new InputRange(
        inputs.images().source(), format, least, most, all == 0 ? 0 : (double) outside / all);
  }

  /** What to tell the user; empty if all is well. */
  public Optional<String> warning() {
    double low = Math.scalb((double) format.minCode(), -format.frac());
    double high = Math.scalb((double) format.maxCode(), -format.frac());
    String ranges =
        "after mean and std its values are %s to %s, the network was calibrated for %s to %s"
            .formatted(number(least), number(most), number(low), number(high));
    String advice =
        "; give images scaled like those of the calibration (0..1 or 0..255), and mean and std of the network";
    if (clamped > MUCH) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "%s: %.0f %% of the input is clamped: %s%s",
              source,
              100 * clamped,
              ranges,
              advice));
    }
    if (most <= high * LITTLE && least >= low * LITTLE) {
      return Optional.of(
          "%s: the input uses little of its range: %s%s".formatted(source, ranges, advice));
    }
    return Optional.empty();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.3g", value);
  }
}
