package lutmac.rtl.layout;

/** The fields of the beat that answers a run (docs/hardware.md §8). */
public enum RunAnswerField implements BitField {
  CYCLES(0, 32, "cycles from the one after the core's start to its end, both included"),
  CAUSE(32, 4, "why the run ended early, or 0"),
  LAYER(48, 16, "layers that were over at its end: the index of the one that failed");

  /** Bits of a beat. */
  public static final int BITS = HostHeaderField.BITS;

  private final Bits bits;

  RunAnswerField(int lsb, int width, String meaning) {
    this.bits = new Bits(lsb, width, meaning);
  }

  @Override
  public Bits bits() {
    return bits;
  }
}
