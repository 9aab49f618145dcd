package lutmac.rtl.layout;

import java.util.Locale;

/** The areas of a host's memory that a memory image's script refers to (docs/hardware.md §10). */
public enum Base {
  INPUT(0),
  OUTPUT(1),
  IMAGE(2),
  SCRATCH(3);

  private final int code;

  Base(int code) {
    this.code = code;
  }

  /** The number in {@link EntryField#BASE}. */
  public int code() {
    return code;
  }

  /** The name in docs/hardware.md. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
