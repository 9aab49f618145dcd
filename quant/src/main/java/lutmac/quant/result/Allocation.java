package lutmac.quant.result;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.WeightFormat;

/**
 * How bits were allocated, or could have been where formats were chosen otherwise.
 *
 * @param plan the formats that were chosen
 * @param sensitivity what every format was expected to cost
 * @param chosen the selection behind the plan: the best within the budget, if there was one
 * @param curve {@code auto}: selections on the lower convex hull of all (cost, divergence), the
 *     chosen one lies on or above it; {@code fxp}: every state on the way down; from the smallest
 *     to the least divergence
 * @param unit of {@link Point#cost()}
 * @param price what budget buys a point of the curve
 * @param trials networks that were built and measured under an accuracy budget, in that order
 */
public record Allocation(
    FormatPlan plan,
    Sensitivity sensitivity,
    Point chosen,
    List<Point> curve,
    Unit unit,
    BudgetPrice price,
    List<AccuracyTrial> trials) {
  public Allocation {
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(sensitivity, "sensitivity");
    Objects.requireNonNull(chosen, "chosen");
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(price, "price");
    curve = List.copyOf(curve);
    trials = List.copyOf(trials);
  }

  /** What a budget counts. */
  public enum Unit {
    /** Bits of the weights' codes. */
    CODE_BITS,
    /** Bits of the weights' codes and tables and of all feature maps that are chosen. */
    MEMORY_BITS,
    /** Steps of the array for one image. */
    ARRAY_STEPS,
    /** Clock cycles for one image. */
    CYCLES
  }

  /** The same with a point that trials have chosen. */
  public Allocation with(FormatPlan made, Point point, List<AccuracyTrial> measured) {
    return new Allocation(made, sensitivity, point, curve, unit, price, measured);
  }

  /**
   * One selection of formats.
   *
   * @param cost that it has, in the allocation's unit
   * @param divergence expected of the whole network: the sum of its formats' sensitivities
   * @param weights by layer name
   * @param activations by leader of the feature maps that share a format
   */
  public record Point(
      long cost,
      double divergence,
      Map<String, WeightFormat> weights,
      Map<String, ActivationFormat> activations) {
    public Point {
      weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
      activations = Collections.unmodifiableMap(new LinkedHashMap<>(activations));
    }
  }
}
