package lutmac.cli;

import java.nio.file.Path;
import java.util.Locale;
import lutmac.quant.BadInputException;
import lutmac.quant.format.Rounding;
import lutmac.quant.plan.MapFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.QuantizeOptions;
import picocli.CommandLine.Option;

/** What to calibrate on and how to choose formats: the same for every command that quantizes. */
final class QuantizationOptions {

  /** The published methods that {@code --recipe} names. */
  enum Recipe {
    LUT
  }

  @Option(
      names = "--calib",
      required = true,
      paramLabel = "IMAGES",
      description = "Unlabelled images: .npy [N, C, H, W], or a .zip or folder of JPEG or PNG.")
  private Path calibration;

  @Option(
      names = "--recipe",
      defaultValue = "lut",
      description = "lut: 4-bit codes into tables of 8-bit weights, power-of-two scales.")
  private Recipe recipe;

  @Option(names = "--weight-bits", defaultValue = "4", description = "Bits of a weight code, 1..4.")
  private int weightBits;

  @Option(
      names = "--activation-bits",
      defaultValue = "8",
      description = "Bits of an activation code, 2..8.")
  private int activationBits;

  @Option(
      names = "--per-channel",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Every output channel has a power-of-two scale of its own.")
  private boolean perChannel;

  @Option(
      names = "--rounding",
      defaultValue = "half-even",
      description = "Output rounding: half-even (as ONNX) or half-up (fewer gates).")
  private String rounding;

  @Option(
      names = "--calib-count",
      defaultValue = "1000",
      paramLabel = "N",
      description = "Use at most the first N calibration images.")
  private int calibrationCount;

  /** Where the calibration images are. */
  Path calibration() {
    return calibration;
  }

  /** Name of the recipe, as the user writes it. */
  String recipe() {
    return recipe.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The quantizer's options.
   *
   * @throws BadInputException if one makes no sense
   */
  QuantizeOptions quantizer() {
    WeightFormat weights =
        Arguments.checked("--weight-bits", () -> new WeightFormat.Table(weightBits, 2));
    MapFormat activations =
        Arguments.checked("--activation-bits", () -> MapFormat.Fixed.of(activationBits));
    QuantizeOptions options =
        QuantizeOptions.defaults()
            .withRecipe(new lutmac.quant.recipe.Recipe.Uniform(weights, perChannel, activations))
            .withRounding(roundingRule());
    return Arguments.checked(
        "--calib-count", () -> options.withCalibrationImages(calibrationCount));
  }

  private Rounding roundingRule() {
    return switch (rounding) {
      case "half-even" -> Rounding.HALF_EVEN;
      case "half-up" -> Rounding.HALF_UP;
      default ->
          throw new BadInputException(
              "--rounding is half-even or half-up, got '%s'".formatted(rounding));
    };
  }
}
