package lutmac.quant.recipe;

import java.util.Objects;
import java.util.Optional;
import lutmac.network.format.Rounding;
import lutmac.quant.hardware.Hardware;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.WeightFormat;
import lutmac.runtime.image.Labels;

/**
 * The choices of a user.
 *
 * @param recipe which formats
 * @param pins formats that are decided: they come before the recipe's
 * @param rounding of the output stages
 * @param techniques of the quantizer that are done
 * @param balance of the equalization, 0 to 1 (see {@link lutmac.quant.equalize.Equalizer}); empty:
 *     feature maps are scaled as a whole, channels are not
 * @param calibrationImages how many of the calibration images to use at most: the first ones
 * @param labels of the calibration images, for an accuracy budget and for {@code fxp}; all others
 *     do without
 * @param hardware that shall compute the network: the recipe chooses formats that it computes, and
 *     budgets are its time and its memory
 * @param seed of the choice of output positions that the statistics are taken from
 */
public record QuantizeOptions(
    Recipe recipe,
    PinnedFormats pins,
    Rounding rounding,
    Techniques techniques,
    Optional<Double> balance,
    int calibrationImages,
    Optional<Labels> labels,
    Optional<Hardware> hardware,
    long seed) {

  public QuantizeOptions {
    Objects.requireNonNull(recipe, "recipe");
    Objects.requireNonNull(pins, "pins");
    Objects.requireNonNull(rounding, "rounding");
    Objects.requireNonNull(techniques, "techniques");
    Objects.requireNonNull(labels, "labels");
    Objects.requireNonNull(hardware, "hardware");
    balance.ifPresent(
        b -> {
          if (!(b >= 0 && b <= 1)) {
            throw new IllegalArgumentException("the balance of equalization is 0 to 1, got " + b);
          }
        });
    if (calibrationImages < 1) {
      throw new IllegalArgumentException(
          "calibration needs at least one image, got " + calibrationImages);
    }
  }

  /** {@code auto}: 16-entry tables of two-digit levels in every layer, 8-bit activations. */
  public static QuantizeOptions defaults() {
    return new QuantizeOptions(
        Recipe.Auto.of(new WeightFormat.Table(4, 2), ActivationFormat.Fixed.of(8)),
        PinnedFormats.none(),
        Rounding.HALF_EVEN,
        Techniques.all(),
        Optional.empty(),
        1000,
        Optional.empty(),
        Optional.empty(),
        1);
  }

  public QuantizeOptions withRecipe(Recipe chosen) {
    return new QuantizeOptions(
        chosen, pins, rounding, techniques, balance, calibrationImages, labels, hardware, seed);
  }

  public QuantizeOptions withPins(PinnedFormats chosen) {
    return new QuantizeOptions(
        recipe, chosen, rounding, techniques, balance, calibrationImages, labels, hardware, seed);
  }

  public QuantizeOptions withRounding(Rounding rule) {
    return new QuantizeOptions(
        recipe, pins, rule, techniques, balance, calibrationImages, labels, hardware, seed);
  }

  public QuantizeOptions withTechniques(Techniques chosen) {
    return new QuantizeOptions(
        recipe, pins, rounding, chosen, balance, calibrationImages, labels, hardware, seed);
  }

  public QuantizeOptions withBalance(Optional<Double> chosen) {
    return new QuantizeOptions(
        recipe, pins, rounding, techniques, chosen, calibrationImages, labels, hardware, seed);
  }

  public QuantizeOptions withCalibrationImages(int most) {
    return new QuantizeOptions(
        recipe, pins, rounding, techniques, balance, most, labels, hardware, seed);
  }

  public QuantizeOptions withLabels(Labels chosen) {
    return new QuantizeOptions(
        recipe,
        pins,
        rounding,
        techniques,
        balance,
        calibrationImages,
        Optional.of(chosen),
        hardware,
        seed);
  }

  public QuantizeOptions withHardware(Hardware chosen) {
    return new QuantizeOptions(
        recipe,
        pins,
        rounding,
        techniques,
        balance,
        calibrationImages,
        labels,
        Optional.of(chosen),
        seed);
  }

  public QuantizeOptions withSeed(long chosen) {
    return new QuantizeOptions(
        recipe, pins, rounding, techniques, balance, calibrationImages, labels, hardware, chosen);
  }
}
