package lutmac.network.quantized;

import java.util.List;
import java.util.function.Function;

/** What happens to {@code v_o}, the biased accumulator of output channel o. */
public sealed interface OutputStage {
  /** What the function for this kind of stage says. */
  <R> R fold(
      Function<? super Requantize, ? extends R> requantize,
      Function<? super Accumulators, ? extends R> accumulators);

  /**
   * {@code y = clamp(round(v_o / 2^shift_o), lo, hi)}. A fixed-point map holds y; a logarithmic one
   * the D nearest to y, of two equally near ones the larger.
   *
   * @param shift {@code 0 <= shift_o <= 31} per output channel
   */
  record Requantize(List<Integer> shift, int lo, int hi) implements OutputStage {
    public Requantize {
      shift = List.copyOf(shift);
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
    public <R> R fold(
        Function<? super Requantize, ? extends R> requantize,
        Function<? super Accumulators, ? extends R> accumulators) {
      return accumulators.apply(this);
    }
  }
}
