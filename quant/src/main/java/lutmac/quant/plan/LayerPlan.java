package lutmac.quant.plan;

import java.util.Objects;
import java.util.Optional;
import lutmac.quant.format.Codebook;

/**
 * What one layer with weights becomes.
 *
 * @param channelShifts whether every output channel has a power-of-two scale of its own
 * @param exponent g, if it is pinned: a level L is the weight {@code L * 2^-(g + shift)}
 * @param table the levels, if they are pinned
 * @param output of the map that it makes; the last layer returns its accumulators whatever this
 *     says
 */
public record LayerPlan(
    WeightFormat weights,
    boolean channelShifts,
    Optional<Integer> exponent,
    Optional<Codebook> table,
    MapFormat output) {
  public LayerPlan {
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(output, "output");
    table.ifPresent(
        levels -> {
          if (!(weights instanceof WeightFormat.Table t) || t.bits() != levels.bits()) {
            throw new IllegalArgumentException(
                "a table of %d levels does not fit %s".formatted(levels.levels().size(), weights));
          }
        });
  }

  /** Nothing pinned. */
  public static LayerPlan of(WeightFormat weights, boolean channelShifts, MapFormat output) {
    return new LayerPlan(weights, channelShifts, Optional.empty(), Optional.empty(), output);
  }

  /** The same with other weights; pins that belong to the old ones are dropped. */
  public LayerPlan with(WeightFormat other) {
    return new LayerPlan(other, channelShifts, Optional.empty(), Optional.empty(), output);
  }

  /** The same with another output. */
  public LayerPlan with(MapFormat other) {
    return new LayerPlan(weights, channelShifts, exponent, table, other);
  }
}
