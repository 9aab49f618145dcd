package lutmac.tune.parameter;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Gradients of all parameters, summed over images: one array a slot. */
public final class GradientSums {
  /** Numbers that one thread adds at a time. */
  private static final int BLOCK = 1 << 14;

  private final float[][] slots;

  /**
   * @param sizes of the slots
   */
  public GradientSums(List<Integer> sizes) {
    slots = sizes.stream().map(size -> new float[size]).toArray(float[][]::new);
  }

  /** A slot's numbers, to be added to. */
  public float[] slot(int index) {
    return slots[index];
  }

  public void clear() {
    for (float[] slot : slots) {
      Arrays.fill(slot, 0);
    }
  }

  /** Adds others, in their order. */
  public void add(List<GradientSums> others) {
    for (int s = 0; s < slots.length; s++) {
      int index = s;
      float[] sum = slots[s];
      IntStream.range(0, (sum.length + BLOCK - 1) / BLOCK)
          .parallel()
          .forEach(
              block -> {
                int end = Math.min(sum.length, (block + 1) * BLOCK);
                for (GradientSums other : others) {
                  float[] added = other.slots[index];
                  for (int i = block * BLOCK; i < end; i++) {
                    sum[i] += added[i];
                  }
                }
              });
    }
  }
}
