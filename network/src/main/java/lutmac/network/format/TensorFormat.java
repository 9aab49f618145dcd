package lutmac.network.format;

import java.util.Optional;
import java.util.function.Function;

/**
 * What a feature map holds. Its elements are the integers {@code D(code)} that arithmetic sees;
 * only for a logarithmic format do they differ from the stored codes.
 */
public sealed interface TensorFormat permits FixedFormat, LogFormat, AccumulatorFormat {
  /** Smallest integer that the feature map can hold. */
  long minCode();

  /** Largest integer that the feature map can hold. */
  long maxCode();

  /** Whether an integer is one that the feature map can hold. */
  default boolean holds(int integer) {
    return integer >= minCode() && integer <= maxCode();
  }

  /** Whether neighbouring values are equally far apart everywhere, as ONNX's linear scales want. */
  boolean uniform();

  /** Whether it holds unrounded sums, which no layer can read: the network's result. */
  default boolean raw() {
    return false;
  }

  /** The format, if it is fixed point. */
  default Optional<FixedFormat> fixedPoint() {
    return Optional.empty();
  }

  /** Whether it says the fraction bits of each of so many channels. */
  default boolean covers(int channels) {
    return true;
  }

  /** Fraction bits of channel {@code channel}: its real value is {@code integer * 2^-frac}. */
  int frac(int channel);

  /**
   * The same integers with so many more fraction bits in every channel: each stands for {@code
   * 2^-bits} of the real value that it stood for.
   */
  TensorFormat withMoreFraction(int bits);

  /** What the function for this format's kind says. */
  default <R> R fold(
      Function<? super FixedFormat, ? extends R> fixed,
      Function<? super LogFormat, ? extends R> logarithmic,
      Function<? super AccumulatorFormat, ? extends R> accumulator) {
    return accept(
        new Kinds<R>() {
          @Override
          public R fixed(FixedFormat value) {
            return fixed.apply(value);
          }

          @Override
          public R logarithmic(LogFormat value) {
            return logarithmic.apply(value);
          }

          @Override
          public R accumulator(AccumulatorFormat value) {
            return accumulator.apply(value);
          }
        });
  }

  /** The answer for this format's kind. */
  <R> R accept(Kinds<R> kinds);

  /** One answer a kind: the one list of all kinds. */
  interface Kinds<R> {
    R fixed(FixedFormat value);

    R logarithmic(LogFormat value);

    R accumulator(AccumulatorFormat value);
  }
}
