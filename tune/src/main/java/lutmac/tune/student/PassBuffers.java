package lutmac.tune.student;

import java.util.Arrays;

/**
 * What one forward and backward pass over a few images holds: every feature map, {@code [C, N, H,
 * W]} in code units, its gradient, and the values from which it was rounded. They are used again
 * and again, so that training allocates little.
 */
public final class PassBuffers {
  private final int images;
  private final float[][] maps;
  private final float[][] unrounded;
  private final float[][] gradients;

  /**
   * @param maps how many feature maps the network has
   */
  PassBuffers(int images, int maps) {
    this.images = images;
    this.maps = new float[maps][];
    this.unrounded = new float[maps][];
    this.gradients = new float[maps][];
  }

  int images() {
    return images;
  }

  float[] map(int index) {
    return maps[index];
  }

  /** The feature map's array, to be overwritten. */
  float[] newMap(int index, int size) {
    return reused(maps, index, size);
  }

  float[] unrounded(int index) {
    return unrounded[index];
  }

  /** The array of the values that a feature map is rounded from, to be overwritten. */
  float[] newUnrounded(int index, int size) {
    return reused(unrounded, index, size);
  }

  float[] gradient(int index) {
    return gradients[index];
  }

  /** All feature maps have been made; their gradients start at zero. */
  void clearGradients() {
    for (int index = 0; index < maps.length; index++) {
      Arrays.fill(reused(gradients, index, maps[index].length), 0);
    }
  }

  private static float[] reused(float[][] arrays, int index, int size) {
    if (arrays[index] == null) {
      arrays[index] = new float[size];
    }
    return arrays[index];
  }
}
