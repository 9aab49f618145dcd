package lutmac.network;

/**
 * What no accelerator of this project goes beyond, whatever its configuration: the quantizer keeps
 * to it, the compiler checks it, the hardware's fields are sized by it.
 */
public final class HardwareLimits {
  /**
   * Bits of a biased accumulator {@code v = acc + B + (R << t)}, two's complement. Partial sums may
   * wrap around; v itself must fit.
   */
  public static final int ACCUMULATOR_BITS = 32;

  /** Largest right shift of the requantization and largest left shift that aligns a skip. */
  public static final int MAX_SHIFT = 31;

  /** Bits of one weight code: {@code 2^n} entries in a plane's table. */
  public static final int MAX_CODE_BITS = 4;

  /** Bits of a fixed-point activation code, and of a lane of a feature-map word. */
  public static final int MAX_ACTIVATION_BITS = 8;

  /** Bits of a table's entry, two's complement. */
  public static final int LEVEL_BITS = 8;

  /**
   * Largest fraction of a feature map or of accumulators, either sign: every scale and product is
   * then a normal float32, and floats hold {@code code * 2^-frac} exactly.
   */
  public static final int MAX_FRACTION = 60;

  private HardwareLimits() {}
}
