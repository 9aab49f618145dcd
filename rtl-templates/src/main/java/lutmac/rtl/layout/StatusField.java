package lutmac.rtl.layout;

/**
 * The fields of the beats that answer a status command (docs/hardware.md §8). Cycles, cause and
 * layer are those of {@link RunAnswerField}; the cause is also that of a refused command.
 */
public enum StatusField implements BitField {
  IDENTIFICATION(0, 0, 32, "0x4d54554c, the letters LUTM"),
  VERSION(0, 32, 8, "of this protocol"),
  ROWS(0, 40, 8, "P"),
  COLS(0, 48, 8, "M"),
  OPERATION(1, 0, 4, "of the command before this one, as are memory, address and words"),
  MEMORY(1, 4, 4, "of the command"),
  ADDRESS(1, 8, 24, "of a refused command; else how far it came"),
  WORDS(1, 32, 32, "of a refused command; else what was left"),
  CYCLES(2, 0, 32, "of the last run"),
  CAUSE(2, 32, 4, "what was refused, or how the last run ended"),
  LAYER(2, 48, 16, "layers that were over when the last run ended"),
  STEPS(3, 0, 32, "cycles of the last run in which the array took a step"),
  STALLS(3, 32, 32, "cycles of the last run in which a step waited for the array");

  /** Beats of the answer. */
  public static final int BEATS = 4;

  /** What {@link #IDENTIFICATION} says. */
  public static final int IDENTIFICATION_WORD = 0x4d54554c;

  /** What {@link #VERSION} says: it grows with every change of commands, answers or descriptors. */
  public static final int PROTOCOL_VERSION = 3;

  private final int beat;
  private final Bits bits;

  StatusField(int beat, int lsb, int width, String meaning) {
    this.beat = beat;
    this.bits = new Bits(lsb, width, meaning);
  }

  /** Index of the 64-bit beat that holds the field. */
  public int beat() {
    return beat;
  }

  @Override
  public int position() {
    return HostHeaderField.BITS * beat + lsb();
  }

  @Override
  public Bits bits() {
    return bits;
  }
}
