package lutmac.rtl.layout;

/** The fields of an entry of the {@code bins} drain schedule (docs/hardware.md §5). */
public enum DrainField implements BitField {
  BIN(0, 4, "bin that is added; bin 0 is always zero"),
  HALVE(4, 1, "the accumulator is halved first, its lowest bit is one of the sum"),
  NEG(5, 1, "the bin is subtracted"),
  LAST(6, 1, "the schedule ends with this entry"),
  CLEAR(7, 1, "the bin is not read again and empty in the next segment");

  /** Bits of an entry. */
  public static final int BITS = CLEAR.lsb() + CLEAR.width();

  private final Bits bits;

  DrainField(int lsb, int width, String meaning) {
    this.bits = new Bits(lsb, width, meaning);
  }

  @Override
  public Bits bits() {
    return bits;
  }
}
