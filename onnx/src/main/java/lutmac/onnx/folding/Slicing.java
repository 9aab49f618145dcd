package lutmac.onnx.folding;

import lutmac.onnx.model.Refusal;

/**
 * What Slice takes of one axis.
 *
 * @param start first position, counted from the front
 * @param step from one to the next, negative for backwards
 * @param count how many
 */
public record Slicing(int start, int step, int count) {
  /**
   * As ONNX defines it: negative positions count from the end, and what lies outside is cut.
   *
   * @throws Refusal if the step is 0
   */
  public static Slicing of(long start, long end, long step, long extent) {
    if (step == 0 || step < -Integer.MAX_VALUE || extent > Integer.MAX_VALUE) {
      throw new Refusal("its step is %d".formatted(step));
    }
    // Adding the extent to a number near the least one stays far below 0.
    long from = start < 0 ? start + extent : start;
    long to = end < 0 ? end + extent : end;
    if (step > 0) {
      from = Math.max(0, Math.min(extent, from));
      to = Math.max(0, Math.min(extent, to));
    } else {
      from = Math.max(0, Math.min(extent - 1, from));
      to = Math.max(-1, Math.min(extent - 1, to));
    }
    long distance = step > 0 ? to - from : from - to;
    long stride = Math.abs(step);
    long count = distance > 0 && extent > 0 ? (distance + stride - 1) / stride : 0;
    int taken = (int) Math.max(-Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, step));
    return new Slicing((int) from, count > 1 ? taken : 1, (int) count);
  }
}
