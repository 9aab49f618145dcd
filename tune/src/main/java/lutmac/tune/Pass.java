package lutmac.tune;

import java.util.Arrays;

/**
 * What one forward and backward pass over a few images holds: every map, {@code [C, N, H, W]} in
 * code units, its gradient, and the values from which maps were rounded. Passes are used again and
 * again, so that a step of training allocates little.
 */
final class Pass {
  private final int images;
  private final float[][] maps;
  private final float[][] unrounded;
  private final float[][] gradients;

  /**
   * @param maps how many maps the network has
   */
  Pass(int images, int maps) {
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

  /** The map's array, to be overwritten. */
  float[] newMap(int index, int size) {
    return reused(maps, index, size);
  }

  float[] unrounded(int index) {
    return unrounded[index];
  }

  /** The array of the values that a map is rounded from, to be overwritten. */
  float[] newUnrounded(int index, int size) {
    return reused(unrounded, index, size);
  }

  float[] gradient(int index) {
    return gradients[index];
  }

  /** All maps have been made; their gradients start at zero. */
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
