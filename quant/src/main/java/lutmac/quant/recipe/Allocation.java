package lutmac.quant.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.MapFormat;
import lutmac.quant.plan.WeightFormat;

/**
 * How bits were allocated, or could have been where formats were chosen otherwise.
 *
 * @param plan the formats that were chosen
 * @param sensitivity what every format was expected to cost
 * @param chosen the selection behind the plan: the best within the budget, if there was one
 * @param curve selections on the lower convex hull of all (bits, divergence), from the smallest to
 *     the least divergence; the chosen one lies on or above it
 * @param countsMaps whether {@link Point#bits()} are those of weights, tables and feature maps;
 *     else of weight codes only
 */
public record Allocation(
    FormatPlan plan, Sensitivity sensitivity, Point chosen, List<Point> curve, boolean countsMaps) {
  public Allocation {
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(sensitivity, "sensitivity");
    Objects.requireNonNull(chosen, "chosen");
    curve = List.copyOf(curve);
  }

  /**
   * One selection of formats.
   *
   * @param bits that it takes
   * @param divergence expected of the whole network, nats: the sum of its formats' sensitivities
   * @param weights by layer name
   * @param maps by leader of the maps that share a format
   */
  public record Point(
      long bits,
      double divergence,
      Map<String, WeightFormat> weights,
      Map<String, MapFormat> maps) {
    public Point {
      weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
      maps = Collections.unmodifiableMap(new LinkedHashMap<>(maps));
    }
  }
}
