package lutmac.rtl.layout;

import java.util.Locale;

/**
 * Why the accelerator refused a command or ended a run (docs/hardware.md §8), those of a bus from
 * {@link #IMAGE} to {@link #BUS_TIMEOUT} (§10).
 */
public enum ErrorCause {
  NONE(0, "nothing was refused"),
  OPERATION(1, "a command has no known operation"),
  MEMORY(2, "a command names a memory that it cannot have"),
  RANGE(3, "a command's words lie beyond its memory"),
  CHECKSUM(4, "a descriptor or its tables are not what the compiler wrote"),
  DESCRIPTOR(5, "a descriptor asks for what this accelerator does not have"),
  LIMIT(6, "a run took more cycles than its command allows"),
  ABORTED(7, "the host ended a run"),
  IMAGE(8, "there is no memory image of this accelerator at the address, or it contradicts itself"),
  ALIGNMENT(9, "an address is no multiple of 16"),
  BUS_READ(10, "the bus answered a read with an error"),
  BUS_WRITE(11, "the bus answered a write with an error"),
  BUS_TIMEOUT(12, "the bus owed an answer for longer than the watchdog allows"),
  BUSY(13, "a run is to start before the end of the one before was waited for");

  /** Bits of a cause. */
  public static final int BITS = 4;

  private final int code;
  private final String meaning;

  ErrorCause(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  public int code() {
    return code;
  }

  /** What is wrong, for tables and messages. */
  public String meaning() {
    return meaning;
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
