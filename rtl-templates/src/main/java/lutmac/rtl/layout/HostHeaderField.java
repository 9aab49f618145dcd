package lutmac.rtl.layout;

/** The fields of a host command's header beat (docs/hardware.md §8). */
public enum HostHeaderField implements BitField {
  OPERATION(0, 4, "what to do"),
  MEMORY(4, 4, "number of the memory; run, start, wait: 0"),
  ADDRESS(
      8,
      24,
      "address of the first word; run, start: of the program; wait: 0; after: index of a layer"),
  WORDS(32, 32, "words to move; run, start: most cycles that it may take, 0 for 2^32");

  /** Bits of a beat. */
  public static final int BITS = 64;

  private final Bits bits;

  HostHeaderField(int lsb, int width, String meaning) {
    this.bits = new Bits(lsb, width, meaning);
  }

  @Override
  public Bits bits() {
    return bits;
  }
}
