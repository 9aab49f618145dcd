package lutmac.rtl.layout;

import java.util.Locale;

/**
 * The registers of an accelerator on a bus (docs/hardware.md §10): 32 bits each, at byte offsets.
 * What they hold beside a single number are {@link BusField}s. The hardware, {@code lutmac_regs.h},
 * the simulation's harness and the page's tables follow this list.
 */
public enum BusRegister {
  IDENTIFICATION(0x000, Access.READ, "0x4d54554c, the letters LUTM"),
  VERSION(0x004, Access.READ, "of what drivers see"),
  ARRAY(0x008, Access.READ, "the array and the bus"),
  MEMORIES(0x00c, Access.READ, "depths of the memories"),
  CONFIGURATION(0x010, Access.READ, "fingerprint of the configuration, that of its memory images"),
  CONTROL(0x014, Access.COMMAND, "what to do; reads 0"),
  STATUS(0x018, Access.READ, "what it does"),
  INTERRUPT_ENABLE(0x01c, Access.WRITE, "causes that raise the interrupt"),
  INTERRUPT_STATUS(0x020, Access.CLEAR, "causes that have come; a 1 that is written clears one"),
  ERROR_CAUSE(0x024, Access.READ, "of the last start, 0 while nothing is wrong"),
  ERROR_ADDRESS(0x028, Access.READ, "where it went wrong, bits 31:0"),
  ERROR_ADDRESS_HIGH(0x02c, Access.READ, "bits 63:32"),
  IMAGE_ADDRESS(0x030, Access.WRITE, "of the memory image, bits 31:0"),
  IMAGE_ADDRESS_HIGH(0x034, Access.WRITE, "bits 63:32"),
  INPUT_ADDRESS(0x038, Access.WRITE, "of the input, bits 31:0"),
  INPUT_ADDRESS_HIGH(0x03c, Access.WRITE, "bits 63:32"),
  OUTPUT_ADDRESS(0x040, Access.WRITE, "of the output, bits 31:0"),
  OUTPUT_ADDRESS_HIGH(0x044, Access.WRITE, "bits 63:32"),
  WATCHDOG(0x048, Access.WRITE, "most cycles that the bus may owe an answer, 0: any number"),
  RUN_LIMIT(0x04c, Access.WRITE, "most cycles of a run of the core, 0: 2^32"),
  CYCLES(0x050, Access.READ, "cycles from start to end"),
  LOAD_CYCLES(0x054, Access.READ, "of these: the memory image was loaded"),
  RUN_CYCLES(0x058, Access.READ, "of these: the core ran"),
  STEP_CYCLES(0x05c, Access.READ, "of these: the array took a step"),
  READ_WAIT_CYCLES(0x060, Access.READ, "of these: waited for words that the bus reads"),
  WRITE_WAIT_CYCLES(0x064, Access.READ, "of these: waited until the bus had written words"),
  SCRATCH_ADDRESS(0x068, Access.WRITE, "of the scratch area, bits 31:0"),
  SCRATCH_ADDRESS_HIGH(0x06c, Access.WRITE, "bits 63:32"),
  LAYER_CYCLES(
      0x400, Access.READ, 64, "register n: CYCLES when layer n, modulo 64, of the run was over");

  /** Bits of a register. */
  public static final int BITS = 32;

  /** Bits of an address within the registers. */
  public static final int ADDRESS_BITS = 12;

  /** Cycles that {@link #WATCHDOG} allows after a reset. */
  public static final int DEFAULT_WATCHDOG = 1 << 20;

  /** Version of this list, in {@link BusField#REGISTER_VERSION}; it grows with every change. */
  public static final int LIST_VERSION = 2;

  /** What software can do with a register. */
  public enum Access {
    /** It says something; writes are ignored. */
    READ("R"),
    /** It holds what is written. */
    WRITE("RW"),
    /** Every 1 that is written does something. */
    COMMAND("W"),
    /** Every 1 that is written clears a bit. */
    CLEAR("RW1C");

    private final String label;

    Access(String label) {
      this.label = label;
    }

    /** The name in docs/hardware.md. */
    public String label() {
      return label;
    }
  }

  private final int offset;
  private final Access access;
  private final int count;
  private final String meaning;

  BusRegister(int offset, Access access, String meaning) {
    this(offset, access, 1, meaning);
  }

  BusRegister(int offset, Access access, int count, String meaning) {
    this.offset = offset;
    this.access = access;
    this.count = count;
    this.meaning = meaning;
  }

  /** Byte offset of the register, or of the first of several. */
  public int offset() {
    return offset;
  }

  /** Digits of the offset. */
  public String hexOffset() {
    return "%03x".formatted(offset);
  }

  /** Index of the register among all 32-bit words. */
  public int word() {
    return offset * Byte.SIZE / BITS;
  }

  public Access access() {
    return access;
  }

  /** Registers in a row. */
  public int count() {
    return count;
  }

  /** What it holds, for tables and comments. */
  public String meaning() {
    return meaning;
  }

  /** What it holds after a reset, if that is a constant of every accelerator. */
  public int reset() {
    return switch (this) {
      case IDENTIFICATION -> StatusField.IDENTIFICATION_WORD;
      case WATCHDOG -> DEFAULT_WATCHDOG;
      default -> 0;
    };
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
