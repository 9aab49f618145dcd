package lutmac.quant.result;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What {@code --budget} has to say so that the formats may cost so much, and next to nothing more.
 *
 * @param unit of the costs
 * @param whole number of weights of {@link Allocation.Unit#CODE_BITS}; bits of the whole network in
 *     float32 of {@link Allocation.Unit#MEMORY_BITS}
 * @param fixed cost of what no budget chooses
 */
public record BudgetPrice(Allocation.Unit unit, long whole, long fixed) {
  private static final int DECIMALS = 3;

  /** The budget of a cost: {@code 4.6}, {@code 8x}, {@code 400000cycles}. */
  public String of(long cost) {
    BigDecimal all = BigDecimal.valueOf(whole);
    BigDecimal counted = BigDecimal.valueOf(cost + fixed);
    return switch (unit) {
      case CODE_BITS -> spelled(counted.divide(all, DECIMALS, RoundingMode.UP));
      case MEMORY_BITS -> spelled(all.divide(counted, DECIMALS, RoundingMode.DOWN)) + "x";
      case ARRAY_STEPS -> counted + "steps";
      case CYCLES -> counted + "cycles";
    };
  }

  private static String spelled(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }
}
