package lutmac.quant.recipe;

import java.util.Objects;
import lutmac.quant.format.Rounding;

/**
 * The choices of a user.
 *
 * @param weightBits bits of a weight code, 1 to 4: tables of 2 to 16 levels
 * @param levelDigits most signed power-of-two digits of a table level, 1 to 4
 * @param activationBits 2 to 8
 * @param rounding of the output stages
 * @param channelShifts whether every output channel has a power-of-two scale of its own
 * @param method how weights go to levels
 * @param calibrationImages how many of the calibration images to use at most: the first ones
 * @param seed of the choice of output positions that the statistics are taken from
 */
public record QuantizeOptions(
    int weightBits,
    int levelDigits,
    int activationBits,
    Rounding rounding,
    boolean channelShifts,
    Method method,
    int calibrationImages,
    long seed) {

  /** How weights go to table levels. */
  public enum Method {
    /** Each to the nearest level. */
    NEAREST,
    /** So that the errors of a channel's weights cancel in its output on calibration data. */
    COMPENSATED
  }

  public QuantizeOptions {
    Objects.requireNonNull(rounding, "rounding");
    Objects.requireNonNull(method, "method");
    require(weightBits >= 1 && weightBits <= 4, "a weight code has 1 to 4 bits", weightBits);
    require(levelDigits >= 1 && levelDigits <= 4, "a level has 1 to 4 digits", levelDigits);
    require(
        activationBits >= 2 && activationBits <= 8,
        "an activation code has 2 to 8 bits",
        activationBits);
    require(calibrationImages >= 1, "calibration needs at least one image", calibrationImages);
  }

  private static void require(boolean holds, String rule, int got) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", got " + got);
    }
  }

  /** 16-entry tables of two-digit levels in every layer, 8-bit activations. */
  public static QuantizeOptions defaults() {
    return new QuantizeOptions(4, 2, 8, Rounding.HALF_EVEN, true, Method.COMPENSATED, 1000, 1);
  }

  public QuantizeOptions withWeightBits(int bits) {
    return new QuantizeOptions(
        bits,
        levelDigits,
        activationBits,
        rounding,
        channelShifts,
        method,
        calibrationImages,
        seed);
  }

  public QuantizeOptions withActivationBits(int bits) {
    return new QuantizeOptions(
        weightBits, levelDigits, bits, rounding, channelShifts, method, calibrationImages, seed);
  }

  public QuantizeOptions withRounding(Rounding rule) {
    return new QuantizeOptions(
        weightBits,
        levelDigits,
        activationBits,
        rule,
        channelShifts,
        method,
        calibrationImages,
        seed);
  }

  public QuantizeOptions withChannelShifts(boolean on) {
    return new QuantizeOptions(
        weightBits, levelDigits, activationBits, rounding, on, method, calibrationImages, seed);
  }

  public QuantizeOptions withMethod(Method chosen) {
    return new QuantizeOptions(
        weightBits,
        levelDigits,
        activationBits,
        rounding,
        channelShifts,
        chosen,
        calibrationImages,
        seed);
  }

  public QuantizeOptions withCalibrationImages(int most) {
    return new QuantizeOptions(
        weightBits, levelDigits, activationBits, rounding, channelShifts, method, most, seed);
  }
}
