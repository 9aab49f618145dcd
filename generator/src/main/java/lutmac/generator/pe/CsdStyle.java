package lutmac.generator.pe;

import java.util.List;
import java.util.Map;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.SignedDigits.Digit;
import lutmac.rtl.layout.DigitField;
import lutmac.rtl.layout.Memory;

/** Two signed power-of-two digits per weight, shifted and added in one cycle. */
public record CsdStyle() implements PeStyle {
  /** Table words, one per weight code. */
  public static final int ENTRIES = 1 << Memory.WEIGHTS.elementBits();

  /** Largest shift of slot 1; a single digit above it goes to slot 0. */
  private static final int SLOT1_MAX_SHIFT = 5;

  /** Cycles between the ends of two segments beside one per row. */
  private static final int DRAIN_OVERHEAD = 4;

  /** Look-up tables per element of an 8x8 array, whatever the widths. */
  private static final int MAX_LUTS = 85;

  @Override
  public String name() {
    return "csd";
  }

  @Override
  public String summary() {
    return "two shifts and adds a cycle, for silicon";
  }

  @Override
  public List<StyleParameter> parameters() {
    return List.of();
  }

  @Override
  public Map<String, Integer> values() {
    return Map.of();
  }

  @Override
  public CsdStyle with(Map<String, Integer> values) {
    return this;
  }

  @Override
  public boolean computes(int level) {
    return SignedDigits.count(level) <= DigitField.SLOTS;
  }

  @Override
  public int[] table(String layer, List<Codebook> planes, StepCodes codes) {
    int[] table = new int[planes.size() * ENTRIES];
    for (int plane = 0; plane < planes.size(); plane++) {
      boolean[] used = codes.used(plane);
      Codebook codebook = planes.get(plane);
      for (int code = 0; code < codebook.levels().size(); code++) {
        if (used[code]) {
          table[plane * ENTRIES + code] = entry(layer, codebook.level(code));
        }
      }
    }
    return table;
  }

  private static int entry(String layer, int level) {
    List<Digit> digits = SignedDigits.of(level);
    return switch (digits.size()) {
      case 0 -> 0;
      case 1 -> {
        int slot = slot(digits.get(0));
        yield digits.get(0).shift() > SLOT1_MAX_SHIFT ? slot : slot << DigitField.BITS;
      }
      case 2 -> slot(digits.get(0)) | slot(digits.get(1)) << DigitField.BITS;
      default ->
          throw new BadInputException(
              ("layer '%s': weight level %d needs %d signed power-of-two digits, the csd array has"
                      + " 2; use --pe bins or quantize with two-digit tables")
                  .formatted(layer, level, digits.size()));
    };
  }

  private static int slot(Digit digit) {
    return (int)
        (DigitField.NZ.encode(1)
            | DigitField.NEG.encode(digit.negative() ? 1 : 0)
            | DigitField.SHIFT.encode(digit.shift()));
  }

  @Override
  public int segmentSpacing(int rows, List<Integer> table, int plane) {
    return rows + DRAIN_OVERHEAD;
  }

  @Override
  public int handOver(int rows, List<Integer> table, int plane) {
    return rows;
  }

  @Override
  public String describe(int index, int word) {
    return "code %2d = %s%s"
        .formatted(index, describeSlot(word), describeSlot(word >> DigitField.BITS))
        .stripTrailing();
  }

  private static String describeSlot(int slot) {
    if (DigitField.NZ.decode(slot) == 0) {
      return "";
    }
    return "%s2^%d "
        .formatted(DigitField.NEG.decode(slot) != 0 ? "-" : "+", DigitField.SHIFT.decode(slot));
  }

  @Override
  public List<AreaBound> areaBounds() {
    return List.of(new AreaBound(this, ArrayFeatures.plain(24), MAX_LUTS),
        new AreaBound(this, ArrayFeatures.plain(20), MAX_LUTS));
  }
}
