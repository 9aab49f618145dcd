package lutmac.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lutmac.api.files.FileInput;
import lutmac.api.files.ImagesInput;
import lutmac.network.BadInputException;
import lutmac.network.format.Rounding;
import lutmac.network.text.Alike;
import lutmac.quant.hardware.Hardware;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.runtime.image.Labels;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What to calibrate on and how to choose formats: the same for every command that quantizes. */
final class QuantizationOptions {

  @Option(
      names = "--calib",
      required = true,
      paramLabel = "IMAGES",
      description =
          "Unlabelled images: .npy (as the network's input, or channels first), or a .zip or folder"
              + " of JPEG or PNG.")
  private ImagesInput calibration;

  @Option(
      names = "--calib-labels",
      paramLabel = "FILE",
      description =
          "Their labels, .npy or .npz [N], or the column of a .csv that is headed label, class or"
              + " target, else its last; nothing needs them, but a --budget of accuracy and --recipe"
              + " fxp take note of them.")
  private FileInput calibrationLabels;

  @Option(
      names = "--rounding",
      paramLabel = "RULE",
      defaultValue = "half-even",
      description = "Output rounding: half-even (as ONNX) or half-up (fewer gates).")
  private String rounding;

  @Option(
      names = "--calib-count",
      defaultValue = "1000",
      paramLabel = "N",
      description = "Use at most the first N calibration images.")
  private int calibrationCount;

  @Mixin private RecipeOptions formats;
  @Mixin private TargetOptions target;

  /** Where the calibration images are. */
  Path calibration() {
    return calibration.path();
  }

  /** Name of the recipe, as the user writes it. */
  String recipe() {
    return formats.method().toString();
  }

  /** What a wish for other digits of levels is compared with. */
  Optional<Recipe> usualDigits() {
    return formats.usualDigits();
  }

  /**
   * The quantizer's options.
   *
   * @throws BadInputException if one makes no sense
   */
  QuantizeOptions quantizer() {
    Recipe recipe = formats.recipe();
    Optional<Hardware> hardware = target.hardware(formats.digits());
    if (formats.countsTime() && hardware.isEmpty()) {
      throw new BadInputException(
          "--budget: only hardware takes time; name it with --target or --array, such as --array"
              + " 14x16");
    }
    QuantizeOptions plain =
        QuantizeOptions.defaults()
            .withRecipe(recipe)
            .withPins(formats.pins())
            .withTechniques(formats.techniques())
            .withRounding(roundingRule());
    QuantizeOptions options = hardware.map(plain::withHardware).orElse(plain);
    QuantizeOptions counted =
        Arguments.checked("--calib-count", () -> options.withCalibrationImages(calibrationCount));
    if (calibrationLabels == null) {
      return counted;
    }
    if (!(recipe instanceof Recipe.Fxp) && recipe.accuracy().isEmpty()) {
      throw new BadInputException(
          "--calib-labels: --recipe %s has no use for labels without an accuracy --budget such as 0.5%%; leave them out"
              .formatted(recipe()));
    }
    return counted.withLabels(Labels.read(calibrationLabels.path()));
  }

  private Rounding roundingRule() {
    return switch (rounding) {
      case "half-even" -> Rounding.HALF_EVEN;
      case "half-up" -> Rounding.HALF_UP;
      default ->
          throw new BadInputException(
              "--rounding is half-even or half-up, got '%s'%s"
                  .formatted(rounding, Alike.hint(rounding, List.of("half-even", "half-up"))));
    };
  }
}
