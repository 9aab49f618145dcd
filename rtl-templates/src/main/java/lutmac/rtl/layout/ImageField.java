package lutmac.rtl.layout;

/**
 * The fields of a memory image's header (docs/hardware.md §10), 64-bit words from the image's
 * address on.
 */
public enum ImageField implements BitField {
  IDENTIFICATION(0, 0, "0x494d554c, the letters LUMI"),
  CONFIGURATION(0, 32, "fingerprint of the configuration, as the register of this name"),
  ENTRIES(1, 0, "number of script entries"),
  SETUP_BEATS(1, 32, "64-bit words of the setup"),
  SETUP_OFFSET(2, 0, "bytes from the image's address to the setup"),
  IMAGE_BYTES(2, 32, "bytes of the image"),
  INPUT_BYTES(3, 0, "bytes of the input"),
  OUTPUT_BYTES(3, 32, "bytes of the output"),
  SCRATCH_BYTES(4, 0, "bytes of the scratch area, 0 if none is needed");

  /** Words of the header; the script follows it. */
  public static final int WORDS = 8;

  /**
   * Words of a script entry: a host command, and where its data lie, as {@link EntryField} says.
   */
  public static final int ENTRY_WORDS = 2;

  /**
   * What all addresses and what the parts of an image, of the input and output are multiples of.
   */
  public static final int ALIGNMENT_BYTES = 16;

  /** What {@link #IDENTIFICATION} says. */
  public static final int IDENTIFICATION_WORD = 0x494d554c;

  /** What {@link BusField#IMAGE_VERSION} says; it grows with every change of the layout. */
  public static final int LAYOUT_VERSION = 2;

  private static final int FIELD_BITS = 32;

  private final int word;
  private final Bits bits;

  ImageField(int word, int lsb, String meaning) {
    this.word = word;
    this.bits = new Bits(lsb, FIELD_BITS, meaning);
  }

  /** Index of the 64-bit word that holds the field. */
  public int word() {
    return word;
  }

  /** Place of the field in the image, in bytes. */
  public int byteOffset() {
    return position() / Byte.SIZE;
  }

  @Override
  public int position() {
    return HostHeaderField.BITS * word + lsb();
  }

  @Override
  public Bits bits() {
    return bits;
  }
}
