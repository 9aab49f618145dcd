package lutmac.rtl.layout;

/**
 * The fields of one slot of a {@code csd} or {@code serial} table entry (docs/hardware.md §5): a
 * signed power-of-two digit. An entry holds slot 0 in its lowest bits, the others above it.
 */
public enum DigitField implements BitField {
  SHIFT(0, 3, "position of the digit"),
  NEG(3, 1, "the digit is negative"),
  NZ(4, 1, "the digit is not zero");

  /** Bits of a slot. */
  public static final int BITS = NZ.lsb() + NZ.width();

  /** Most slots of an entry: as many digits as a weight of 8 bits can have. */
  public static final int SLOTS = 4;

  private final Bits bits;

  DigitField(int lsb, int width, String meaning) {
    this.bits = new Bits(lsb, width, meaning);
  }

  @Override
  public Bits bits() {
    return bits;
  }
}
