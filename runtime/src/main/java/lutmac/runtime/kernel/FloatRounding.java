package lutmac.runtime.kernel;

/** Rounding of floats in a way that the virtual machine vectorizes, unlike {@code Math.rint}. */
public final class FloatRounding {
  /** Its last place is 1: a small float added to it loses its fraction. */
  private static final float ROUNDER = 0x1.8p23f;

  private FloatRounding() {}

  /**
   * The nearest integer, ties to the even one.
   *
   * @param value of less than 2^22
   */
  public static float halfEven(float value) {
    return (value + ROUNDER) - ROUNDER;
  }
}
