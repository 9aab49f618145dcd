package lutmac.generator.design;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import lutmac.rtl.layout.BusField;
import lutmac.rtl.layout.BusRegister;

/** The registers of an accelerator on a bus as IP-XACT describes them. */
final class RegisterXml {
  /** What a design fixes: these read as it is, whatever a reset does. */
  private static final Set<BusRegister> FIXED =
      Set.of(
          BusRegister.VERSION, BusRegister.ARRAY, BusRegister.MEMORIES, BusRegister.CONFIGURATION);

  private RegisterXml() {}

  /**
   * A register.
   *
   * @param access {@code read-only}, {@code read-write} or {@code write-only}
   * @param clears whether a 1 that is written clears a bit
   * @param changes whether it changes without being written
   */
  public record Register(
      String name,
      String meaning,
      int count,
      String hexOffset,
      String access,
      boolean clears,
      boolean changes,
      List<Field> fields) {
    public Register {
      fields = List.copyOf(fields);
    }
  }

  /**
   * A field.
   *
   * @param reset digits of what it holds after a reset; empty where nothing of the kind is said
   */
  public record Field(String name, String meaning, int bitOffset, int bitWidth, String reset) {}

  /** All registers in the order of their addresses. */
  static List<Register> all() {
    return Arrays.stream(BusRegister.values()).map(RegisterXml::of).toList();
  }

  private static Register of(BusRegister register) {
    return new Register(
        register.label(),
        register.meaning(),
        register.count(),
        register.hexOffset(),
        switch (register.access()) {
          case READ -> "read-only";
          case WRITE, CLEAR -> "read-write";
          case COMMAND -> "write-only";
        },
        register.access() == BusRegister.Access.CLEAR,
        !FIXED.contains(register)
            && register != BusRegister.IDENTIFICATION
            && register.access() != BusRegister.Access.WRITE,
        fields(register));
  }

  /** A register of one number has one field of its own name. */
  private static List<Field> fields(BusRegister register) {
    List<Field> fields =
        Arrays.stream(BusField.values())
            .filter(field -> field.register() == register)
            .map(
                field ->
                    new Field(
                        field.label(),
                        field.bits().meaning(),
                        field.lsb(),
                        field.width(),
                        reset(register)))
            .toList();
    return fields.isEmpty()
        ? List.of(
            new Field(register.label(), register.meaning(), 0, BusRegister.BITS, reset(register)))
        : fields;
  }

  private static String reset(BusRegister register) {
    boolean said = !FIXED.contains(register) && register != BusRegister.LAYER_CYCLES;
    return said ? Integer.toHexString(register.reset()) : "";
  }
}
