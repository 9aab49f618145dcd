package lutmac.quant.calib;

import java.util.Arrays;

/**
 * {@code out = W * columns}: rows of W against blocks of columns. Four taps at a time in a loop
 * over columns that the JVM vectorizes; every sum has one order, so results do not depend on
 * threads.
 */
public final class LinearKernel {
  private LinearKernel() {}

  /**
   * @param weights {@code [rows, taps]}
   * @param columns {@code [taps, count]}
   * @param out receives {@code [rows, count]}
   */
  public static void multiply(
      float[] weights, int rows, int taps, float[] columns, int count, float[][] out) {
    for (int o = 0; o < rows; o++) {
      float[] sums = out[o];
      Arrays.fill(sums, 0, count, 0);
      int k = 0;
      for (; k + 4 <= taps; k += 4) {
        addFour(sums, weights, o * taps + k, columns, k * count, count);
      }
      for (; k < taps; k++) {
        addOne(sums, weights[o * taps + k], columns, k * count, count);
      }
    }
  }

  private static void addFour(
      float[] sums, float[] weights, int w, float[] columns, int from, int count) {
    float w0 = weights[w];
    float w1 = weights[w + 1];
    float w2 = weights[w + 2];
    float w3 = weights[w + 3];
    int second = from + count;
    int third = second + count;
    int fourth = third + count;
    for (int j = 0; j < count; j++) {
      sums[j] +=
          w0 * columns[from + j]
              + w1 * columns[second + j]
              + w2 * columns[third + j]
              + w3 * columns[fourth + j];
    }
  }

  private static void addOne(float[] sums, float weight, float[] columns, int from, int count) {
    for (int j = 0; j < count; j++) {
      sums[j] += weight * columns[from + j];
    }
  }
}
