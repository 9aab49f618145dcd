package lutmac.quant.plan;

import java.util.List;
import java.util.Optional;
import lutmac.network.format.Codebook;

/**
 * What somebody decided about one layer; what is empty is left to the recipe.
 *
 * @param channelShifts whether every output channel has a power-of-two scale of its own
 * @param shifts d of every output channel: a level L is the weight {@code L * 2^-(g + d)}
 * @param exponent g
 * @param table the levels of the weights' codes
 * @param output of the feature map that the layer makes
 */
public record PinnedLayer(
    Optional<WeightFormat> weights,
    Optional<Boolean> channelShifts,
    Optional<List<Integer>> shifts,
    Optional<Integer> exponent,
    Optional<Codebook> table,
    Optional<ActivationFormat> output) {

  /** Nothing decided. */
  public static final PinnedLayer NONE =
      new PinnedLayer(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public PinnedLayer {
    shifts = shifts.map(List::copyOf);
    if (shifts.isPresent() && !channelShifts.equals(Optional.of(true))) {
      throw new IllegalArgumentException("channels without scales of their own have no shifts");
    }
    table.ifPresent(levels -> requireFit(levels, weights));
  }

  private static void requireFit(Codebook table, Optional<WeightFormat> weights) {
    if (weights.isEmpty()) {
      throw new IllegalArgumentException("a table needs the format of the weights beside it");
    }
    weights.get().requireFits(table);
  }

  /** The same with another format of the feature map. */
  public PinnedLayer withOutput(Optional<ActivationFormat> format) {
    return new PinnedLayer(weights, channelShifts, shifts, exponent, table, format);
  }

  /** Whether anything is decided about the weights. */
  public boolean pinsWeights() {
    return !withOutput(Optional.empty()).equals(NONE);
  }
}
