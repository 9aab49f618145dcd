package lutmac.quant.plan;

import java.util.Optional;
import java.util.function.Function;
import lutmac.network.HardwareLimits;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;

/** How a feature map is stored. Without a fraction the calibration chooses one. */
public sealed interface ActivationFormat {
  /** What the function for this kind of format says. */
  <R> R fold(
      Function<? super Fixed, ? extends R> fixed, Function<? super Log, ? extends R> logarithmic);

  /** Bits that one element takes in memory. */
  int bits();

  /** Fraction bits of the codes' integers, if they are decided. */
  Optional<Integer> frac();

  /** Whether codes lie at equal distances, so that the scale decides what they hold. */
  boolean uniform();

  /** Whether there are codes below zero. */
  boolean holdsNegatives();

  /**
   * The tensor's format; the fraction must be decided.
   *
   * @throws IllegalArgumentException if it has no negative values and some are wanted
   */
  TensorFormat format(boolean signed);

  /** Short name for reports, such as {@code fixed8} or {@code log5.2}. */
  String label();

  /** How feature maps of a tensor's format are stored, fraction included. */
  static ActivationFormat of(TensorFormat format) {
    return format.fold(
        fixed -> Fixed.of(fixed.bits()).at(fixed.frac(0)),
        logarithmic -> Log.of(logarithmic.bits(), logarithmic.resolution()).at(logarithmic.frac()),
        accumulator -> {
          throw new IllegalArgumentException("accumulators are no activation codes");
        });
  }

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
      if (bits < 2 || bits > HardwareLimits.MAX_ACTIVATION_BITS) {
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

    @Override
    public boolean uniform() {
      return true;
    }

    @Override
    public boolean holdsNegatives() {
      return true;
    }

    @Override
    public FixedFormat format(boolean signed) {
      return new FixedFormat(bits, frac.orElseThrow(), signed);
    }

    @Override
    public String label() {
      return "fixed" + bits;
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
   * @param resolution {@code 2^resolution} codes an octave, 0 to 3
   */
  record Log(int bits, int resolution, Optional<Integer> frac) implements ActivationFormat {
    public Log {
      if (!LogFormat.exists(bits, resolution)) {
        throw new IllegalArgumentException(
            "there is no logarithmic format of %d bits and step %d".formatted(bits, resolution));
      }
    }

    public static Log of(int bits, int resolution) {
      return new Log(bits, resolution, Optional.empty());
    }

    @Override
    public Log at(int frac) {
      return new Log(bits, resolution, Optional.of(frac));
    }

    @Override
    public Log free() {
      return of(bits, resolution);
    }

    @Override
    public boolean uniform() {
      return false;
    }

    @Override
    public boolean holdsNegatives() {
      return false;
    }

    @Override
    public LogFormat format(boolean signed) {
      if (signed) {
        throw new IllegalArgumentException("a logarithmic format has no negative values");
      }
      return new LogFormat(bits, resolution, frac.orElseThrow());
    }

    @Override
    public String label() {
      return "log%d.%d".formatted(bits, resolution);
    }

    @Override
    public <R> R fold(
        Function<? super Fixed, ? extends R> fixed,
        Function<? super Log, ? extends R> logarithmic) {
      return logarithmic.apply(this);
    }
  }
}
