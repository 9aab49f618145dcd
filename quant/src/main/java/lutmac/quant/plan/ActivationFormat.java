package lutmac.quant.plan;

import java.util.Optional;
import java.util.function.Function;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;

/** How a feature map is stored. Without a fraction the calibration chooses one. */
public sealed interface ActivationFormat {
  /** What the function for this kind of format says. */
  <R> R fold(
      Function<? super Fixed, ? extends R> fixed, Function<? super Log, ? extends R> logarithmic);

  /** Bits that one element takes in memory. */
  int bits();

  Optional<Integer> frac();

  /** The format with a fraction. */
  ActivationFormat at(int frac);

  /** The format without one. */
  ActivationFormat free();

  /**
   * Fixed point; unsigned where no value is negative.
   *
   * @param bits 2 to 8
   */
  record Fixed(int bits, Optional<Integer> frac) implements ActivationFormat {
    public Fixed {
      if (bits < 2 || bits > 8) {
        throw new IllegalArgumentException("an activation code has 2 to 8 bits, got " + bits);
      }
    }

    public static Fixed of(int bits) {
      return new Fixed(bits, Optional.empty());
    }

    @Override
    public Fixed at(int frac) {
      return new Fixed(bits, Optional.of(frac));
    }

    @Override
    public Fixed free() {
      return of(bits);
    }

    /** The tensor's format. */
    public FixedFormat format(boolean signed) {
      return new FixedFormat(bits, frac.orElseThrow(), signed);
    }

    @Override
    public <R> R fold(
        Function<? super Fixed, ? extends R> fixed,
        Function<? super Log, ? extends R> logarithmic) {
      return fixed.apply(this);
    }
  }

  /**
   * Logarithmic ({@link LogFormat}); for feature maps without negative values.
   *
   * @param bits 3 to 6
   * @param step {@code 2^step} codes an octave, 0 to 3
   */
  record Log(int bits, int step, Optional<Integer> frac) implements ActivationFormat {
    public Log {
      if (!LogFormat.exists(bits, step)) {
        throw new IllegalArgumentException(
            "there is no logarithmic format of %d bits and step %d".formatted(bits, step));
      }
    }

    public static Log of(int bits, int step) {
      return new Log(bits, step, Optional.empty());
    }

    @Override
    public Log at(int frac) {
      return new Log(bits, step, Optional.of(frac));
    }

    @Override
    public Log free() {
      return of(bits, step);
    }

    /** The tensor's format. */
    public LogFormat format() {
      return new LogFormat(bits, step, frac.orElseThrow());
    }

    @Override
    public <R> R fold(
        Function<? super Fixed, ? extends R> fixed,
        Function<? super Log, ? extends R> logarithmic) {
      return logarithmic.apply(this);
    }
  }
}
