package lutmac.tune.kernel;

import lutmac.network.shape.Shape;

/**
 * Feature maps of several images as training holds them, {@code [C, N, H, W]}: channels outermost,
 * so that a channel of all images is one row of a matrix.
 */
public final class ChannelMajor {
  private ChannelMajor() {}

  /** {@code [C, N, H, W]} as {@code [N][C*H*W]}. */
  public static float[][] perImage(float[] batch, Shape shape, int images) {
    float[][] result = new float[images][shape.size()];
    int pixels = shape.pixels();
    for (int c = 0; c < shape.channels(); c++) {
      for (int n = 0; n < images; n++) {
        System.arraycopy(batch, (c * images + n) * pixels, result[n], c * pixels, pixels);
      }
    }
    return result;
  }

  /**
   * Copies one image {@code [C, H, W]} to its place in {@code [C, N, H, W]}.
   *
   * @param n the image's number
   * @param images N
   */
  public static void place(float[] image, Shape shape, int n, int images, float[] batch) {
    int pixels = shape.pixels();
    for (int c = 0; c < shape.channels(); c++) {
      System.arraycopy(image, c * pixels, batch, (c * images + n) * pixels, pixels);
    }
  }
}
