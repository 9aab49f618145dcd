package lutmac.network.quantized;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * One layer of a quantized network: reads feature maps, makes one.
 *
 * <p>Whatever treats layers by their kind goes through {@link #fold}, so that a new kind does not
 * compile until every place has an answer for it.
 */
public sealed interface QuantizedLayer permits MacLayer, MaxPoolLayer, ConcatLayer {
  /** Name of the float node that it came from. */
  String name();

  /** Every feature map that it reads, a skip connection's included. */
  List<Tensor> inputs();

  /** The feature map that it makes. */
  Tensor output();

  /**
   * Fractions of all fixed-point values that it computes: a file holds those of up to {@link
   * lutmac.network.HardwareLimits#MAX_FRACTION}.
   */
  default IntStream fractions() {
    return output().format().raw() ? IntStream.empty() : IntStream.of(output().format().frac(0));
  }

  /** The same layer with another output, of the same shape. */
  QuantizedLayer withOutput(Tensor output);

  /** The layer, if it is the kind that holds weights. */
  default Optional<MacLayer> mac() {
    return Optional.empty();
  }

  /** What the function for this layer's kind says. */
  default <R> R fold(
      Function<? super MacLayer, ? extends R> mac,
      Function<? super MaxPoolLayer, ? extends R> maxPool,
      Function<? super ConcatLayer, ? extends R> concat) {
    return accept(
        new Kinds<R>() {
          @Override
          public R mac(MacLayer value) {
            return mac.apply(value);
          }

          @Override
          public R maxPool(MaxPoolLayer value) {
            return maxPool.apply(value);
          }

          @Override
          public R concat(ConcatLayer value) {
            return concat.apply(value);
          }
        });
  }

  /** The answer for this layer's kind. */
  <R> R accept(Kinds<R> kinds);

  /** One answer a kind: the one list of all kinds. */
  interface Kinds<R> {
    R mac(MacLayer value);

    R maxPool(MaxPoolLayer value);

    R concat(ConcatLayer value);
  }
}
