package lutmac.quant.recipe;

import java.util.Optional;

/**
 * The calibration images as the network reads them.
 *
 * @param inputs preprocessed, {@code [N][C*H*W]}
 * @param pixels the same images' raw 8-bit pixels in the network's channel order, if they are 8-bit
 * @param signedPixels whether those are int8
 */
record CalibrationData(float[][] inputs, Optional<byte[][]> pixels, boolean signedPixels) {
  static CalibrationData ofReals(float[][] inputs) {
    return new CalibrationData(inputs, Optional.empty(), false);
  }

  static CalibrationData ofPixels(float[][] inputs, byte[][] pixels, boolean signed) {
    return new CalibrationData(inputs, Optional.of(pixels), signed);
  }
}
