package lutmac.quant.study;

import java.util.Optional;
import java.util.function.IntFunction;
import lutmac.runtime.image.Preprocessor;

/**
 * The calibration images as the network reads them.
 *
 * @param count how many
 * @param reals preprocessed image n, {@code [C*H*W]}; may be called by several threads
 * @param pixels the same images' raw 8-bit pixels in the network's channel order, if they are 8-bit
 * @param signedPixels whether those are int8
 */
public record CalibrationData(
    int count, IntFunction<float[]> reals, Optional<byte[][]> pixels, boolean signedPixels) {
  /** Preprocessed images, {@code [N][C*H*W]}. */
  public static CalibrationData ofReals(float[][] inputs) {
    return new CalibrationData(inputs.length, n -> inputs[n].clone(), Optional.empty(), false);
  }

  /** Images of 8-bit pixels: only those are kept. */
  public static CalibrationData ofPixels(
      byte[][] pixels, boolean signed, Preprocessor preprocessor) {
    return new CalibrationData(
        pixels.length,
        n -> preprocessor.normalized(floats(pixels[n], signed)),
        Optional.of(pixels),
        signed);
  }

  private static float[] floats(byte[] pixels, boolean signed) {
    float[] floats = new float[pixels.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = signed ? pixels[i] : pixels[i] & 0xFF;
    }
    return floats;
  }

  /** The first {@code most} images. */
  public CalibrationData first(int most) {
    int kept = Math.min(most, count);
    return new CalibrationData(
        kept, reals, pixels.map(all -> java.util.Arrays.copyOf(all, kept)), signedPixels);
  }

  /** The images from this one on. */
  public CalibrationData from(int first) {
    return new CalibrationData(
        count - first,
        n -> reals.apply(first + n),
        pixels.map(all -> java.util.Arrays.copyOfRange(all, first, count)),
        signedPixels);
  }

  /** Preprocessed image n, {@code [C*H*W]}. */
  public float[] real(int n) {
    return reals.apply(n);
  }
}
