package lutmac.rtl.layout;

/** The fields of an entry of the {@code bins} drain schedule (docs/hardware.md §5). */
public enum DrainField implements BitField {
  BIN(0, 4, "bin that is added; bin 0 is always zero"),
  TWICE(4, 1, "the sum is doubled first"),
  NEG(5, 1, "the bin is subtracted"),
  LAST(6, 1, "the schedule ends with this entry");

  /** Bits of an entry. */
  public static final int BITS = LAST.lsb() + LAST.width();

  private final Bits bits;

  DrainField(int lsb, int width, String meaning) {
    this.bits = new Bits(lsb, width, meaning);
  }

  @Override
  public Bits bits() {
    return bits;
  }
}
