package lutmac.generator.design;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.rtl.layout.BitField;
import lutmac.rtl.layout.ErrorCause;
import lutmac.rtl.layout.HostHeaderField;
import lutmac.rtl.layout.HostOperation;
import lutmac.rtl.layout.RunAnswerField;
import lutmac.rtl.layout.StatusField;

/**
 * The commands of the host's streams in {@code design.json}, and the counters in their answers.
 *
 * @param version of the commands, as status answers it
 * @param beatBits bits of a beat of either stream
 * @param operations number of every command
 * @param key of a status or abort command, the bits above its operation, in hexadecimal
 * @param command fields of a command's header
 * @param runAnswer fields of the beat that answers a run
 * @param statusAnswer fields of the beats that answer a status command
 * @param causes why a command was refused or a run ended early
 */
record ProtocolJson(
    int version,
    int beatBits,
    Map<String, Integer> operations,
    String key,
    List<Field> command,
    List<Field> runAnswer,
    List<Field> statusAnswer,
    List<Cause> causes) {

  /**
   * Bits of a beat.
   *
   * @param beat counted from 0
   * @param bit the lowest one
   * @param bits how many
   */
  record Field(String name, int beat, int bit, int bits, String meaning) {
    static Field of(BitField field) {
      return new Field(
          field.label(),
          field.position() / HostHeaderField.BITS,
          field.lsb(),
          field.width(),
          field.bits().meaning());
    }
  }

  /** A cause by its number. */
  record Cause(int code, String name, String meaning) {}

  static ProtocolJson stream() {
    Map<String, Integer> operations = new LinkedHashMap<>();
    for (HostOperation operation : HostOperation.values()) {
      operations.put(operation.label(), operation.code());
    }
    List<Cause> causes = new ArrayList<>();
    for (ErrorCause cause : ErrorCause.values()) {
      causes.add(new Cause(cause.code(), cause.label(), cause.meaning()));
    }
    return new ProtocolJson(
        StatusField.PROTOCOL_VERSION,
        HostHeaderField.BITS,
        operations,
        "0x%x".formatted(HostOperation.KEY),
        fields(HostHeaderField.values()),
        fields(RunAnswerField.values()),
        fields(StatusField.values()),
        causes);
  }

  private static List<Field> fields(BitField[] fields) {
    return List.of(fields).stream().map(Field::of).toList();
  }
}
