package lutmac.network.format;

import java.util.Arrays;

/**
 * Logarithmic activation code, unsigned, of fine resolution: {@code D(0) = 0} and {@code D(c) =
 * T_k[(c - 1) mod 2^k] << ((c - 1) div 2^k)}, {@code T_k} the values of the {@link #firstOctave
 * first octave}; real value {@code D(code) * 2^-frac}. The base {@code 2^(1 / 2^k)} is the
 * "fine-grained step size" of MXQN (Huang 2021), whose formula is reconstructed here from its
 * abstract; the integer semantics are this project's.
 *
 * <p>The first octave is as coarse as accuracy allows, so that {@code D} is short: a hardware array
 * multiplies it (docs/decisions.md has the accuracy of coarser and finer tables).
 *
 * @param bits word length, 3 to 6
 * @param resolution k, 0 to 3: {@code 2^k} codes an octave
 * @param frac fraction bits of {@code D}
 */
public record LogFormat(int bits, int resolution, int frac) implements TensorFormat {
  /** {@code T_k} by k. */
  private static final int[][] FIRST_OCTAVE = {
    {1}, {5, 7}, {16, 19, 23, 27}, {32, 35, 38, 41, 45, 49, 54, 59}
  };

  /** Octaves that a value may be shifted up: values of 13 bits at most. */
  private static final int MOST_OCTAVE = 7;

  public LogFormat {
    if (bits < 3 || bits > 6) {
      throw new IllegalArgumentException("a logarithmic code has 3 to 6 bits, got " + bits);
    }
    if (resolution < 0 || resolution > 3) {
      throw new IllegalArgumentException(
          "the step of a logarithmic code is 0 to 3, got " + resolution);
    }
    if (((1 << bits) - 2) >> resolution > MOST_OCTAVE) {
      throw new IllegalArgumentException(
          "%d-bit codes of step %d span more than %d octaves: take a finer step"
              .formatted(bits, resolution, MOST_OCTAVE + 1));
    }
  }

  /** Whether there is such a format: {@code bits} and {@code resolution} in range, octaves too. */
  public static boolean exists(int bits, int resolution) {
    return bits >= 3
        && bits <= 6
        && resolution >= 0
        && resolution <= 3
        && ((1 << bits) - 2) >> resolution <= MOST_OCTAVE;
  }

  /**
   * {@code T_k}: the values of the first octave's codes, {@code 1..2^k}; every further octave's are
   * twice those of the one before.
   *
   * @param resolution k, 0 to 3
   * @return {@code [2^k]}, ascending
   */
  public static int[] firstOctave(int resolution) {
    return FIRST_OCTAVE[resolution].clone();
  }

  /** Bits of the largest {@code D}, without a sign. */
  public int valueBits() {
    return Integer.SIZE - Integer.numberOfLeadingZeros((int) maxCode());
  }

  /**
   * {@code D(code)}.
   *
   * @throws IllegalArgumentException if it has no such code
   */
  public int decode(int code) {
    if (code < 0 || code >= 1 << bits) {
      throw new IllegalArgumentException("code %d of %s".formatted(code, this));
    }
    if (code == 0) {
      return 0;
    }
    int within = (code - 1) & ((1 << resolution) - 1);
    int octave = (code - 1) >> resolution;
    return FIRST_OCTAVE[resolution][within] << octave;
  }

  /** {@code D} of every code, ascending. */
  public int[] values() {
    int[] values = new int[1 << bits];
    Arrays.setAll(values, this::decode);
    return values;
  }

  /**
   * {@code thresholds[c]}, {@code c >= 1}: the least integer that encodes to {@code c} or more. The
   * nearest {@code D} wins, ties go to the larger code.
   */
  public int[] thresholds() {
    int[] values = values();
    int[] thresholds = new int[values.length];
    for (int c = 1; c < values.length; c++) {
      thresholds[c] = (values[c - 1] + values[c] + 1) >> 1;
    }
    return thresholds;
  }

  /** The code of the value nearest to an integer. */
  public int encode(int y) {
    return code(thresholds(), y);
  }

  /** The same by thresholds that the caller keeps. */
  public static int code(int[] thresholds, int y) {
    int code = 0;
    for (int half = thresholds.length / 2; half > 0; half /= 2) {
      code += y >= thresholds[code + half] ? half : 0;
    }
    return code;
  }

  @Override
  public long minCode() {
    return 0;
  }

  @Override
  public long maxCode() {
    return decode((1 << bits) - 1);
  }

  @Override
  public boolean holds(int integer) {
    return TensorFormat.super.holds(integer) && decode(encode(integer)) == integer;
  }

  @Override
  public boolean uniform() {
    return false;
  }

  @Override
  public int frac(int channel) {
    return frac;
  }

  @Override
  public LogFormat withMoreFraction(int bits) {
    return new LogFormat(this.bits, resolution, frac + bits);
  }

  @Override
  public String toString() {
    return "log%d.%d/%d".formatted(bits, resolution, frac);
  }

  @Override
  public <R> R accept(Kinds<R> kinds) {
    return kinds.logarithmic(this);
  }
}
