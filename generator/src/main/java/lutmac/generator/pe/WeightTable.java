package lutmac.generator.pe;

import java.util.List;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits.Digit;
import lutmac.rtl.layout.DigitField;
import lutmac.rtl.layout.Memory;

/** The table of a style that has an entry for every weight code of every plane. */
final class WeightTable {
  /** Entries of a plane. */
  static final int ENTRIES = 1 << Memory.WEIGHTS.elementBits();

  private WeightTable() {}

  /** What makes a word of a level. */
  interface Entry {
    int word(int level);
  }

  /**
   * The words of all planes.
   *
   * @param entry of a level; that of level 0 stands for codes that no weight has
   */
  static int[] of(List<Codebook> planes, StepCodes codes, Entry entry) {
    int[] table = new int[planes.size() * ENTRIES];
    for (int plane = 0; plane < planes.size(); plane++) {
      List<Integer> levels = used(planes.get(plane), codes, plane);
      for (int code = 0; code < ENTRIES; code++) {
        table[plane * ENTRIES + code] = entry.word(code < levels.size() ? levels.get(code) : 0);
      }
    }
    return table;
  }

  /** The levels of a plane; 0 for those that no weight has. */
  static List<Integer> used(Codebook codebook, StepCodes codes, int plane) {
    boolean[] used = codes.used(plane);
    return IntStream.range(0, codebook.levels().size())
        .mapToObj(code -> used[code] ? codebook.level(code) : 0)
        .toList();
  }

  /** A digit in a slot of an entry. */
  static int digit(Digit digit, int slot) {
    long word =
        DigitField.NZ.encode(1)
            | DigitField.NEG.encode(digit.negative() ? 1 : 0)
            | DigitField.SHIFT.encode(digit.shift());
    return (int) word << slot * DigitField.BITS;
  }

  /** The digits of an entry for people. */
  static String digits(int word) {
    StringJoiner digits = new StringJoiner(" ");
    for (int slot = 0; slot < DigitField.SLOTS; slot++) {
      int digit = word >>> slot * DigitField.BITS;
      if (DigitField.NZ.decode(digit) != 0) {
        String sign = DigitField.NEG.decode(digit) != 0 ? "-" : "+";
        digits.add(sign + "2^" + DigitField.SHIFT.decode(digit));
      }
    }
    return digits.toString();
  }

  /** What an entry means, for people. */
  static String describe(int index, String meaning) {
    String code = "code %2d = %s".formatted(index % ENTRIES, meaning).stripTrailing();
    return index < ENTRIES ? code : "plane %d, %s".formatted(index / ENTRIES, code);
  }
}
