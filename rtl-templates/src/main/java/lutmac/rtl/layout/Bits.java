package lutmac.rtl.layout;

/**
 * Place and type of a field.
 *
 * @param lsb position of the least significant bit in its word
 * @param width in bits, 1 to 32
 * @param signed two's complement, or unsigned
 * @param meaning what the field says, for tables and comments
 */
public record Bits(int lsb, int width, boolean signed, String meaning) {
  public Bits {
    if (lsb < 0 || width < 1 || width > 32 || lsb + width > 64) {
      throw new IllegalArgumentException("no field has %d bits from bit %d".formatted(width, lsb));
    }
  }

  /** An unsigned field. */
  public Bits(int lsb, int width, String meaning) {
    this(lsb, width, false, meaning);
  }
}
