package lutmac.rtl.layout;

import java.util.Locale;

/** What a host command does, as {@link HostHeaderField#OPERATION} states it. */
public enum HostOperation {
  WRITE(1),
  READ(2),
  RUN(3),
  STATUS(4),
  ABORT(5),
  START(6),
  WAIT(7),
  AFTER(8);

  /**
   * The rest of a status or abort command, above its operation. Where the accelerator drops beats
   * or runs it looks for these two commands alone, so that they are unlike any data.
   */
  public static final long KEY = 0x6c75_746d_6163_5a5L;

  private final int code;

  HostOperation(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** Whether the command has {@link #KEY} above its operation. */
  public boolean keyed() {
    return this == STATUS || this == ABORT;
  }

  /** The header of a keyed command. */
  public long keyedHeader() {
    return KEY << HostHeaderField.OPERATION.width() | code;
  }

  /** The name in docs/hardware.md. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The name in a constant's. */
  public String constant() {
    return CamelCase.of(label());
  }
}
