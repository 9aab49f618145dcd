package lutmac.onnx.folding;

import java.util.Arrays;
import lutmac.onnx.model.Refusal;

/** NumPy's broadcasting: extents are aligned from the right, and 1 repeats. */
final class Broadcast {
  private Broadcast() {}

  /** The extents of what two tensors make. */
  static long[] joined(long[] left, long[] right) {
    long[] dims = new long[Math.max(left.length, right.length)];
    for (int i = 1; i <= dims.length; i++) {
      long a = i <= left.length ? left[left.length - i] : 1;
      long b = i <= right.length ? right[right.length - i] : 1;
      if (a != b && a != 1 && b != 1) {
        throw new Refusal(
            "constants of shapes %s and %s do not fit together"
                .formatted(Arrays.toString(left), Arrays.toString(right)));
      }
      dims[dims.length - i] = a == 1 ? b : a;
    }
    return dims;
  }

  /** The steps through a tensor that is seen as one of larger extents. */
  static int[] strides(long[] tensor, long[] dims) {
    int[] own = MovementRules.strides(tensor);
    int[] strides = new int[dims.length];
    int missing = dims.length - tensor.length;
    for (int i = 0; i < tensor.length; i++) {
      strides[missing + i] = tensor[i] == 1 ? 0 : own[i];
    }
    return strides;
  }
}
