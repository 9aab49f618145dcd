package lutmac.rtl.layout;

/** The fields of one output channel's parameters (docs/hardware.md §2). */
public enum ParameterField implements BitField {
  BIAS(0, 32, true, "what the sum starts from"),
  SHIFT(32, 5, false, "the sum is divided by 2^shift; 0 under raw_out"),
  ALIGN(37, 5, false, "the skip's code is multiplied by 2^align");

  /** Bits of one output channel's parameters. */
  public static final int BITS = ALIGN.lsb() + ALIGN.width();

  private final Bits bits;

  ParameterField(int lsb, int width, boolean signed, String meaning) {
    this.bits = new Bits(lsb, width, signed, meaning);
  }

  @Override
  public Bits bits() {
    return bits;
  }
}
