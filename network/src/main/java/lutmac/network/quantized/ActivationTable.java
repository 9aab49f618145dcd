package lutmac.network.quantized;

import java.util.List;

/**
 * An activation function as a table from pre-activation code to output: behind rounding nothing
 * else of a function is left.
 *
 * @param function what it is made of, for people
 * @param frac fraction bits of the pre-activation codes
 * @param values the output's integers, one for every code from the stage's {@code lo} to its {@code
 *     hi}: at most {@value #MAX_ENTRIES}
 */
public record ActivationTable(String function, int frac, List<Integer> values) {
  /** Entries that the output unit holds: pre-activation codes have 8 bits. */
  public static final int MAX_ENTRIES = 256;

  public ActivationTable {
    values = List.copyOf(values);
    if (values.isEmpty() || values.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "an activation table has 1 to %d entries, got %d".formatted(MAX_ENTRIES, values.size()));
    }
  }
}
