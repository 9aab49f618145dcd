package lutmac.network.format;

import java.util.Optional;
import lutmac.network.HardwareLimits;

/**
 * Fixed-point activation code, {@code fixed(bits, frac, signed)}: real value {@code code *
 * 2^-frac}.
 *
 * @param bits word length, 2 to {@link HardwareLimits#MAX_ACTIVATION_BITS}
 * @param frac fraction bits; may be negative or exceed {@code bits}
 * @param signed two's complement, or unsigned
 */
public record FixedFormat(int bits, int frac, boolean signed) implements TensorFormat {
  public FixedFormat {
    if (bits < 2 || bits > HardwareLimits.MAX_ACTIVATION_BITS) {
      throw new IllegalArgumentException(
          "an activation code has 2 to %d bits, got %d"
              .formatted(HardwareLimits.MAX_ACTIVATION_BITS, bits));
    }
  }

  @Override
  public long minCode() {
    return signed ? -(1L << (bits - 1)) : 0;
  }

  @Override
  public long maxCode() {
    return signed ? (1L << (bits - 1)) - 1 : (1L << bits) - 1;
  }

  @Override
  public boolean uniform() {
    return true;
  }

  @Override
  public Optional<FixedFormat> fixedPoint() {
    return Optional.of(this);
  }

  @Override
  public int frac(int channel) {
    return frac;
  }

  @Override
  public FixedFormat withMoreFraction(int bits) {
    return new FixedFormat(this.bits, frac + bits, signed);
  }

  /** Distance of neighbouring values, {@code 2^-frac}. */
  public double scale() {
    return Math.scalb(1.0, -frac);
  }

  /** Nearest code to a real value, ties to even, clamped to the range. */
  public int encode(double value) {
    double code = Math.rint(Math.scalb(value, frac));
    return (int) Math.max(minCode(), Math.min(maxCode(), code));
  }

  @Override
  public String toString() {
    return "%s%d.%d".formatted(signed ? "s" : "u", bits, frac);
  }

  @Override
  public <R> R accept(Kinds<R> kinds) {
    return kinds.fixed(this);
  }
}
