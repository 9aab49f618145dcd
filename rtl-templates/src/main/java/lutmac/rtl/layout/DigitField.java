package lutmac.rtl.layout;

/**
 * The fields of one slot of a {@code csd} table entry (docs/hardware.md §5): a signed power-of-two
 * digit. An entry holds slot 0 in its lowest bits and slot 1 above it.
 */
public enum DigitField implements BitField {
  SHIFT(0, 3, "position of the digit"),
  NEG(3, 1, "the digit is negative"),
  NZ(4, 1, "the digit is not zero");

  /** Bits of a slot. */
  public static final int BITS = NZ.lsb() + NZ.width();

  /** Slots of an entry. */
  public static final int SLOTS = 2;

  private final Bits bits;

  DigitField(int lsb, int width, String meaning) {
    this.bits = new Bits(lsb, width, meaning);
  }

  @Override
  public Bits bits() {
    return bits;
  }
}
