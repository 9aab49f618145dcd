package lutmac.quant.plan;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import lutmac.network.format.Codebook;

/**
 * What one layer with weights becomes.
 *
 * @param channelShifts whether every output channel has a power-of-two scale of its own
 * @param exponent g, if it is pinned: a level L is the weight {@code L * 2^-(g + shift)}
 * @param table the levels, if they are pinned
 * @param shifts d of every output channel, if they are pinned
 * @param output of the feature map that it makes; one that returns its accumulators does so
 *     whatever this says
 */
public record LayerPlan(
    WeightFormat weights,
    boolean channelShifts,
    Optional<Integer> exponent,
    Optional<Codebook> table,
    Optional<List<Integer>> shifts,
    ActivationFormat output) {
  public LayerPlan {
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(output, "output");
    shifts = shifts.map(List::copyOf);
    if (shifts.isPresent() && !channelShifts) {
      throw new IllegalArgumentException("channels without scales of their own have no shifts");
    }
    table.ifPresent(weights::requireFits);
  }

  /** Nothing pinned. */
  public static LayerPlan of(WeightFormat weights, boolean channelShifts, ActivationFormat output) {
    return new LayerPlan(
        weights, channelShifts, Optional.empty(), Optional.empty(), Optional.empty(), output);
  }

  /** The same with other weights; pins that belong to the old ones are dropped. */
  public LayerPlan with(WeightFormat other) {
    return of(other, channelShifts, output);
  }

  /** The same with another output. */
  public LayerPlan with(ActivationFormat other) {
    return new LayerPlan(weights, channelShifts, exponent, table, shifts, other);
  }

  /** The same with what is pinned in place of what was chosen. */
  public LayerPlan overlaid(PinnedLayer pins) {
    WeightFormat format = pins.weights().orElse(weights);
    LayerPlan base = format.equals(weights) ? this : with(format);
    boolean scaled = pins.channelShifts().orElse(channelShifts);
    return new LayerPlan(
        format,
        scaled,
        pins.exponent().or(base::exponent),
        pins.table().or(base::table),
        scaled ? pins.shifts().or(base::shifts) : Optional.empty(),
        pins.output().orElse(output));
  }
}
