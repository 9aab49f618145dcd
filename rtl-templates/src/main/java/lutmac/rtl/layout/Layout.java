package lutmac.rtl.layout;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All bits of a word, or of several in a row, field by field: what templates print as packed
 * structures and constants.
 *
 * @param bits of the whole
 * @param members fields and the reserved bits between them, the most significant first
 */
public record Layout(int bits, List<Member> members) {

  /**
   * A field or a run of reserved bits.
   *
   * @param name in Verilog
   * @param place bits of the word, {@code [15:0]}; with the word in front where there are several
   * @param position of the least significant bit in the whole
   * @param meaning a comment, empty for reserved bits
   */
  public record Member(
      String name, String place, int position, int width, boolean signed, String meaning) {
    /** Nobody's bits: hardware does not look at them, software sets them to 0. */
    public boolean reserved() {
      return meaning.isEmpty();
    }

    /** The name in a constant's: {@code TableN} of {@code table_n}. */
    public String constant() {
      return CamelCase.of(name);
    }
  }

  /**
   * The layout of fields that do not overlap.
   *
   * @param bits of the whole
   * @param wordBits of one word
   * @throws IllegalArgumentException if two fields overlap, or one ends beyond {@code bits}
   */
  public static Layout of(int bits, int wordBits, List<? extends BitField> fields) {
    List<? extends BitField> rising =
        fields.stream().sorted(Comparator.comparingInt(BitField::position)).toList();
    List<Member> members = new ArrayList<>();
    int end = 0;
    for (BitField field : rising) {
      if (field.position() < end || field.position() + field.width() > bits) {
        throw new IllegalArgumentException(
            "field %s takes bits of another one or lies outside %d bits"
                .formatted(field.label(), bits));
      }
      reserve(members, end, field.position(), wordBits, bits);
      members.add(
          new Member(
              field.label(),
              place(field.position(), field.width(), wordBits, bits),
              field.position(),
              field.width(),
              field.signed(),
              field.bits().meaning()));
      end = field.position() + field.width();
    }
    reserve(members, end, bits, wordBits, bits);
    return new Layout(
        bits,
        members.stream()
            .sorted(Comparator.comparingInt(Member::position).reversed())
            .collect(Collectors.toUnmodifiableList()));
  }

  /** The fields alone, the least significant first. */
  public List<Member> fields() {
    return members.stream()
        .filter(member -> !member.reserved())
        .sorted(Comparator.comparingInt(Member::position))
        .toList();
  }

  /** Names and bits of the fields, the least significant first. */
  List<String> places() {
    return fields().stream()
        .map(
            field ->
                "%s@%d+%d%s"
                    .formatted(
                        field.name(), field.position(), field.width(), field.signed() ? "s" : ""))
        .toList();
  }

  /** The members of a SystemVerilog structure with a comment each, in columns. */
  public List<String> declarations() {
    int types = longest(Layout::type);
    int names = longest(Member::name);
    int places = longest(Member::place);
    String line = "%%-%ds %%-%ds  // %%-%ds  %%s".formatted(types, names + 1, places);
    return members.stream()
        .map(
            member ->
                line.formatted(type(member), member.name() + ";", member.place(), member.meaning())
                    .stripTrailing())
        .toList();
  }

  /** Positions and widths of the fields as SystemVerilog constants, in columns, a field a line. */
  public List<String> constants() {
    int names = longest(Member::constant);
    String line =
        "localparam int %%-%ds = %%%dd, %%-%ds = %%2d;"
            .formatted(names + 3, longest(Layout::position), names + 1);
    return fields().stream()
        .map(
            field ->
                line.formatted(
                    field.constant() + "Lsb",
                    field.position(),
                    field.constant() + "W",
                    field.width()))
        .toList();
  }

  private int longest(Function<Member, String> column) {
    return members.stream().mapToInt(member -> column.apply(member).length()).max().orElse(1);
  }

  private static String type(Member member) {
    String range = member.width() == 1 ? "" : "[%d:0]".formatted(member.width() - 1);
    return "logic%s %6s".formatted(member.signed() ? " signed" : "       ", range).stripTrailing();
  }

  private static String position(Member member) {
    return String.valueOf(member.position());
  }

  private static void reserve(List<Member> members, int from, int until, int wordBits, int bits) {
    for (int at = from; at < until; ) {
      int width = Math.min(until, (at / wordBits + 1) * wordBits) - at;
      String place = place(at, width, wordBits, bits);
      members.add(new Member("reserved_" + at, place, at, width, false, ""));
      at += width;
    }
  }

  private static String place(int position, int width, int wordBits, int bits) {
    int lsb = position % wordBits;
    String range = width == 1 ? "[%d]".formatted(lsb) : "[%d:%d]".formatted(lsb + width - 1, lsb);
    return bits == wordBits ? range : position / wordBits + range;
  }
}
