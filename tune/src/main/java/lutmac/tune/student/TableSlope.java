package lutmac.tune.student;

import lutmac.network.quantized.ActivationTable;

/**
 * An activation table in training: between codes a straight line, and as derivative the mean slope
 * of the codes around, since neighbouring entries differ by whole steps or not at all.
 */
final class TableSlope {
  /** Codes to each side that a slope is taken over. */
  private static final int REACH = 8;

  private final int lo;
  private final float[] values;
  private final float[] slopes;

  /**
   * @param lo the pre-activation code of its first entry
   */
  TableSlope(int lo, ActivationTable table) {
    this.lo = lo;
    values = new float[table.values().size()];
    slopes = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = table.values().get(i);
    }
    for (int i = 0; i < values.length; i++) {
      int below = Math.max(0, i - REACH);
      int above = Math.min(values.length - 1, i + REACH);
      slopes[i] = (values[above] - values[below]) / Math.max(1, above - below);
    }
  }

  /** Replaces pre-activation codes within the table by its values. */
  void lookUp(float[] codes, int start, int end) {
    for (int i = start; i < end; i++) {
      float entry = codes[i] - lo;
      int below = (int) entry;
      float value = values[below];
      codes[i] = below == entry ? value : value + (values[below + 1] - value) * (entry - below);
    }
  }

  /** The chain rule: gradients by values become those by codes, of which some lie outside. */
  void multiplySlopes(float[] gradient, float[] codes, int start, int end) {
    for (int i = start; i < end; i++) {
      int entry = Math.round(codes[i]) - lo;
      gradient[i] *= slopes[Math.max(0, Math.min(slopes.length - 1, entry))];
    }
  }
}
