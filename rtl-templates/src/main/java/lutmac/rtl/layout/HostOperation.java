package lutmac.rtl.layout;

import java.util.Locale;

/** What a host command does, as {@link HostHeaderField#OPERATION} states it. */
public enum HostOperation {
  WRITE(1),
  READ(2),
  RUN(3);

  private final int code;

  HostOperation(int code) {
    this.code = code;
  }

  public int code() {
    return code;
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
