package lutmac.network.quantized;

import lutmac.network.format.TensorFormat;

/**
 * Least and greatest value that a sum can take, over every code that the formats of its inputs can
 * hold.
 */
public record SumRange(long min, long max) {
  /** The range of a sum without terms. */
  public static final SumRange EMPTY = new SumRange(0, 0);

  /** The range with one more term in the sum: {@code weight} times any code of {@code input}. */
  public SumRange plus(long weight, TensorFormat input) {
    long atMin = weight * input.minCode();
    long atMax = weight * input.maxCode();
    return new SumRange(min + Math.min(atMin, atMax), max + Math.max(atMin, atMax));
  }

  /** The range of the sum of this and the other. */
  public SumRange plus(SumRange other) {
    return new SumRange(min + other.min, max + other.max);
  }

  /** The least range that holds this sum and the other. */
  public SumRange including(SumRange other) {
    return new SumRange(Math.min(min, other.min), Math.max(max, other.max));
  }

  /** Bits of the two's complement word that holds every value. */
  public int bits() {
    return Long.SIZE + 1 - Long.numberOfLeadingZeros(Math.max(max, ~min));
  }
}
