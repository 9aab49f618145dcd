package lutmac.runtime.kernel;

import java.util.Arrays;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * Maximum over the windows of a feature map. Positions outside the map take no part: padding never
 * is the maximum. Safe for use by several threads.
 */
public final class MaxPooling {
  private final int inputPixels;

  /** Positions in a channel plane that output pixel p sees, {@code [p][..]}. */
  private final int[][] windows;

  /**
   * @param input shape of the map that is pooled; only its height and width count
   */
  public MaxPooling(Shape input, Window window) {
    Shape output = window.outputShape(input, 1);
    inputPixels = input.pixels();
    windows = new int[output.pixels()][];
    int[] seen = new int[window.kernelArea()];
    for (int p = 0; p < windows.length; p++) {
      int top = p / output.width() * window.strideHeight() - window.padTop();
      int left = p % output.width() * window.strideWidth() - window.padLeft();
      int count = 0;
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        int y = window.upsampling().row(top + ky * window.dilationHeight());
        for (int kx = 0; kx < window.kernelWidth(); kx++) {
          int x = window.upsampling().column(left + kx * window.dilationWidth());
          if (y >= 0 && y < input.height() && x >= 0 && x < input.width()) {
            seen[count++] = y * input.width() + x;
          }
        }
      }
      windows[p] = Arrays.copyOf(seen, count);
    }
  }

  /**
   * The pooled planes of any number of channels and images.
   *
   * @param planes {@code [.., H, W]}
   */
  public float[] apply(float[] planes) {
    float[] out = new float[planes.length / inputPixels * windows.length];
    int at = 0;
    for (int plane = 0; plane < planes.length; plane += inputPixels) {
      for (int[] window : windows) {
        float most = Float.NEGATIVE_INFINITY;
        for (int position : window) {
          most = Math.max(most, planes[plane + position]);
        }
        out[at++] = most;
      }
    }
    return out;
  }

  /**
   * Where each maximum comes from: of equal values the first of its window, row by row.
   *
   * @param planes {@code [.., H, W]}
   * @return positions in {@code planes}, one a value of {@link #apply(float[])}
   */
  public int[] positions(float[] planes) {
    int[] positions = new int[planes.length / inputPixels * windows.length];
    int at = 0;
    for (int plane = 0; plane < planes.length; plane += inputPixels) {
      for (int[] window : windows) {
        int best = plane + window[0];
        for (int position : window) {
          best = planes[plane + position] > planes[best] ? plane + position : best;
        }
        positions[at++] = best;
      }
    }
    return positions;
  }

  /** The pooled planes of integers. */
  public int[] apply(int[] planes) {
    int[] out = new int[planes.length / inputPixels * windows.length];
    int at = 0;
    for (int plane = 0; plane < planes.length; plane += inputPixels) {
      for (int[] window : windows) {
        int most = Integer.MIN_VALUE;
        for (int position : window) {
          most = Math.max(most, planes[plane + position]);
        }
        out[at++] = most;
      }
    }
    return out;
  }
}
