package lutmac.examples.digits;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The embedded example: a small network, trained by {@link DigitsTraining}, and its images. */
public final class DigitsExample {
  /** The network's input is {@code (pixel - MEAN) / STD}. */
  public static final double MEAN = 48;

  public static final double STD = 64;

  /** Seeds of image sets that have nothing in common. */
  private static final long CALIBRATION_SEED = 1;

  private static final long TEST_SEED = 2;

  private static final String RESOURCE = "digits.onnx";

  private DigitsExample() {}

  /** What its ten classes are called. */
  public static final List<String> NAMES =
      List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

  /** The trained float network, an ONNX file's bytes. */
  public static byte[] network() {
    try (InputStream in = DigitsExample.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            "the resource %s is not on the class path; build the module 'examples'"
                .formatted(RESOURCE));
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + RESOURCE, e);
    }
  }

  /** Images to calibrate with; the network has not been trained on them. */
  public static DigitImages calibration(int count) {
    return DigitImages.render(CALIBRATION_SEED, count);
  }

  /** Images to test with; the network has neither been trained nor calibrated on them. */
  public static DigitImages test(int count) {
    return DigitImages.render(TEST_SEED, count);
  }
}
