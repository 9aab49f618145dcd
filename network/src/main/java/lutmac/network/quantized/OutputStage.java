package lutmac.network.quantized;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What happens to {@code v_o}, the biased accumulator of output channel o. */
public sealed interface OutputStage {
  /** How many fraction bits {@code v_o} has more than the output. */
  int rightShift(int channel);

  /** The rounding, if the stage rounds. */
  default Optional<Requantize> requantize() {
    return Optional.empty();
  }

  /** What the function for this kind of stage says. */
  <R> R fold(
      Function<? super Requantize, ? extends R> requantize,
      Function<? super Accumulators, ? extends R> accumulators);

  /**
   * {@code y = clamp(round(v_o / 2^shift_o), lo, hi)}. A fixed-point feature map holds y; a
   * logarithmic one the D nearest to y, of two equally near ones the larger. With a table, y is a
   * pre-activation code and the feature map holds {@code table[y - lo]}.
   *
   * @param shift per output channel, 0 to {@link lutmac.network.HardwareLimits#MAX_SHIFT}
   * @param lo least y; without a table within the output's format
   * @param hi greatest y, likewise
   * @param table of the activation function that follows, an entry for every y
   */
  record Requantize(List<Integer> shift, int lo, int hi, Optional<ActivationTable> table)
      implements OutputStage {
    public Requantize {
      shift = List.copyOf(shift);
      if (table.isPresent() && table.get().values().size() != hi - lo + 1) {
        throw new IllegalArgumentException(
            "codes %d..%d need as many entries of the activation table, got %d"
                .formatted(lo, hi, table.get().values().size()));
      }
    }

    /** Without an activation table. */
    public Requantize(List<Integer> shift, int lo, int hi) {
      this(shift, lo, hi, Optional.empty());
    }

    /** {@code clamp(y, lo, hi)}. */
    public long clamp(long y) {
      return Math.max(lo, Math.min(hi, y));
    }

    @Override
    public int rightShift(int channel) {
      return shift.get(channel);
    }

    @Override
    public Optional<Requantize> requantize() {
      return Optional.of(this);
    }

    @Override
    public <R> R fold(
        Function<? super Requantize, ? extends R> requantize,
        Function<? super Accumulators, ? extends R> accumulators) {
      return requantize.apply(this);
    }
  }

  /** The accumulators themselves, int32: the network's last layer. */
  record Accumulators() implements OutputStage {
    @Override
    public int rightShift(int channel) {
      return 0;
    }

    @Override
    public <R> R fold(
        Function<? super Requantize, ? extends R> requantize,
        Function<? super Accumulators, ? extends R> accumulators) {
      return accumulators.apply(this);
    }
  }
}
