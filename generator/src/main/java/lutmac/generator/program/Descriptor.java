package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import lutmac.network.BadInputException;
import lutmac.rtl.layout.DescriptorField;
import lutmac.rtl.layout.Layouts;
import lutmac.rtl.layout.ProgramCheck;

/**
 * One layer of a program: the descriptor's fields, and the array's table and the activation table
 * behind them (docs/hardware.md §4). Fields that were not set are 0.
 */
public final class Descriptor {
  /** Program words of an activation table. */
  private static final int ACTIVATION_TABLE_WORDS = 1 << Layouts.ACTIVATION_TABLE_ADDRESS_BITS;

  private final Map<DescriptorField, Long> values;
  private final List<Integer> table;
  private final List<Integer> activationTable;

  private Descriptor(
      Map<DescriptorField, Long> values, List<Integer> table, List<Integer> activationTable) {
    this.values = values;
    this.table = table;
    this.activationTable = activationTable;
  }

  /** Value of a field. */
  public long get(DescriptorField field) {
    return values.getOrDefault(field, 0L);
  }

  /** Value of a field of at most 31 bits. */
  public int getInt(DescriptorField field) {
    return Math.toIntExact(get(field));
  }

  public boolean is(DescriptorField flag) {
    return get(flag) != 0;
  }

  /** The array's table, entry 0 first. */
  public List<Integer> table() {
    return table;
  }

  /** The words of the activation table; empty if the layer has none. */
  public List<Integer> activationTable() {
    return activationTable;
  }

  /** Length in program words, check words included. */
  public int words() {
    return DescriptorField.WORDS + tableWords(table.size() + activationTable.size());
  }

  /** Words behind the descriptor's own: the tables and, where there are any, their check word. */
  private static int tableWords(int entries) {
    return entries == 0 ? 0 : entries + 1;
  }

  /** The descriptor's program words, with the check words that they ask for. */
  public int[] encode() {
    int[] words = new int[words()];
    values.forEach((field, value) -> words[field.word()] |= (int) field.encode(value));
    for (int entry = 0; entry < table.size(); entry++) {
      words[DescriptorField.WORDS + entry] = table.get(entry);
    }
    int activation = DescriptorField.WORDS + table.size();
    for (int word = 0; word < activationTable.size(); word++) {
      words[activation + word] = activationTable.get(word);
    }
    setCheckWords(words, 0);
    return words;
  }

  /**
   * Sets the check words of the descriptor at word {@code start} of a program, and of its tables if
   * they end within the program.
   */
  public static void setCheckWords(int[] program, int start) {
    int last = start + DescriptorField.CHECK.word();
    program[last] = checkWord(program, start, last);
    int flags = program[start];
    int entries =
        (int) DescriptorField.TABLE_N.decode(flags)
            + (int) DescriptorField.ACTIVATION_TABLE.decode(flags) * ACTIVATION_TABLE_WORDS;
    int tables = start + DescriptorField.WORDS;
    if (entries > 0 && tables + entries < program.length) {
      program[tables + entries] = checkWord(program, tables, tables + entries);
    }
  }

  private static int checkWord(int[] program, int from, int until) {
    int sum = ProgramCheck.SEED;
    for (int at = from; at < until; at++) {
      sum = ProgramCheck.add(sum, program[at]);
    }
    return ProgramCheck.word(sum);
  }

  /** A builder that starts from this descriptor. */
  public Builder toBuilder(String layer) {
    Builder builder = new Builder(layer);
    builder.values.putAll(values);
    builder.table.addAll(table);
    builder.activationTable.addAll(activationTable);
    return builder;
  }

  /** Reads the descriptor at word {@code start} of a program. */
  public static Descriptor decode(int[] program, int start) {
    Map<DescriptorField, Long> values = new EnumMap<>(DescriptorField.class);
    for (DescriptorField field : DescriptorField.values()) {
      values.put(field, field.decode(Integer.toUnsignedLong(program[start + field.word()])));
    }
    int tableStart = start + DescriptorField.WORDS;
    int tableEnd = tableStart + values.get(DescriptorField.TABLE_N).intValue();
    int activationWords =
        values.get(DescriptorField.ACTIVATION_TABLE) != 0 ? ACTIVATION_TABLE_WORDS : 0;
    return new Descriptor(
        values,
        Arrays.stream(program, tableStart, tableEnd).boxed().toList(),
        Arrays.stream(program, tableEnd, tableEnd + activationWords).boxed().toList());
  }

  /** All descriptors of programs that follow each other. */
  public static List<Descriptor> decodeAll(int[] programs) {
    List<Descriptor> descriptors = new ArrayList<>();
    int pc = 0;
    while (pc < programs.length) {
      descriptors.add(decode(programs, pc));
      pc += descriptors.get(descriptors.size() - 1).words();
    }
    return descriptors;
  }

  /** Sets fields one by one and refuses what does not fit. */
  public static final class Builder {
    private final String layer;
    private final Map<DescriptorField, Long> values = new EnumMap<>(DescriptorField.class);
    private final List<Integer> table = new ArrayList<>();
    private final List<Integer> activationTable = new ArrayList<>();

    /**
     * @param layer the layer's name, for messages
     */
    public Builder(String layer) {
      this.layer = layer;
    }

    /**
     * Sets one field.
     *
     * @throws BadInputException if the value is outside the field's range
     */
    public Builder set(DescriptorField field, long value) {
      if (value < field.min() || value > field.max()) {
        throw new BadInputException(
            ("layer '%s' is too large for the program format: %s is %d, a descriptor holds %d..%d;"
                    + " split the layer in the model or choose a larger --array")
                .formatted(layer, field.label(), value, field.min(), field.max()));
      }
      values.put(field, value);
      return this;
    }

    public Builder set(DescriptorField flag, boolean value) {
      return set(flag, value ? 1 : 0);
    }

    public Builder table(int[] words) {
      table.clear();
      for (int word : words) {
        table.add(word);
      }
      return set(DescriptorField.TABLE_N, words.length);
    }

    /**
     * The activation table.
     *
     * @param first pre-activation code of the first output code
     * @param codes output codes, at most as many as the table has entries
     */
    public Builder activationTable(int first, List<Integer> codes) {
      int[] words = new int[ACTIVATION_TABLE_WORDS];
      int entries = ACTIVATION_TABLE_WORDS * Layouts.ACTIVATION_TABLE_WORD_ENTRIES;
      for (int i = 0; i < codes.size(); i++) {
        int entry = Math.floorMod(first + i, entries);
        words[entry / Layouts.ACTIVATION_TABLE_WORD_ENTRIES] |=
            (codes.get(i) & 0xFF) << Byte.SIZE * (entry % Layouts.ACTIVATION_TABLE_WORD_ENTRIES);
      }
      activationTable.clear();
      Arrays.stream(words).forEach(activationTable::add);
      return set(DescriptorField.ACTIVATION_TABLE, true);
    }

    public Descriptor build() {
      return new Descriptor(
          new EnumMap<>(values), List.copyOf(table), List.copyOf(activationTable));
    }
  }
}
