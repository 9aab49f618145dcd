package lutmac.rtl.layout;

/**
 * The fields of a script entry's second word, which says where the data of its command lie
 * (docs/hardware.md §10).
 */
public enum EntryField implements BitField {
  BEATS(0, 30, "64-bit words of data that the command moves"),
  BASE(30, 2, "where they lie"),
  PLACE(32, 32, "from there on, in units of 16 bytes");

  /** Bits of the word. */
  public static final int BITS = HostHeaderField.BITS;

  private final Bits bits;

  EntryField(int lsb, int width, String meaning) {
    this.bits = new Bits(lsb, width, meaning);
  }

  @Override
  public Bits bits() {
    return bits;
  }
}
