package lutmac.tune.kernel;

/** Sums over the pixels of every plane, and their derivative. */
public final class PixelSums {
  private PixelSums() {}

  /**
   * {@code [C, N]} of a map {@code [C, N, H, W]}.
   *
   * @param pixels {@code H * W}
   */
  public static float[] of(float[] map, int pixels) {
    float[] sums = new float[map.length / pixels];
    for (int plane = 0; plane < sums.length; plane++) {
      double sum = 0;
      for (int i = plane * pixels; i < (plane + 1) * pixels; i++) {
        sum += map[i];
      }
      sums[plane] = (float) sum;
    }
    return sums;
  }

  /** Adds each sum's gradient to all of its pixels. */
  public static void addGradient(float[] sumGradient, int pixels, float[] gradient) {
    for (int plane = 0; plane < sumGradient.length; plane++) {
      for (int i = plane * pixels; i < (plane + 1) * pixels; i++) {
        gradient[i] += sumGradient[plane];
      }
    }
  }
}
