package lutmac.generator.pe;

import java.util.List;
import java.util.Map;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.SignedDigits.Digit;

/** Two signed power-of-two digits per weight, shifted and added in one cycle. */
public record CsdStyle() implements PeStyle {
  /** Table words, one per weight code. */
  public static final int ENTRIES = 16;

  private static final int SLOT_BITS = 5;
  private static final int NONZERO = 1 << 4;
  private static final int NEGATIVE = 1 << 3;
  private static final int SHIFT_MASK = 7;

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
  public int[] table(String layer, Codebook codebook, StepCodes codes) {
    boolean[] used = codes.used();
    int[] table = new int[ENTRIES];
    for (int code = 0; code < codebook.levels().size(); code++) {
      if (used[code]) {
        table[code] = entry(layer, codebook.level(code));
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
        yield digits.get(0).shift() > SLOT1_MAX_SHIFT ? slot : slot << SLOT_BITS;
      }
      case 2 -> slot(digits.get(0)) | slot(digits.get(1)) << SLOT_BITS;
      default ->
          throw new BadInputException(
              ("layer '%s': weight level %d needs %d signed power-of-two digits, the csd array has"
                      + " 2; use --pe bins or quantize with two-digit tables")
                  .formatted(layer, level, digits.size()));
    };
  }

  private static int slot(Digit digit) {
    return NONZERO | (digit.negative() ? NEGATIVE : 0) | digit.shift();
  }

  @Override
  public int segmentSpacing(int rows, List<Integer> table) {
    return rows + DRAIN_OVERHEAD;
  }

  @Override
  public int handOver(int rows, List<Integer> table) {
    return rows;
  }

  @Override
  public String describe(int index, int word) {
    return "code %2d = %s%s"
        .formatted(index, describeSlot(word), describeSlot(word >> SLOT_BITS))
        .stripTrailing();
  }

  private static String describeSlot(int slot) {
    if ((slot & NONZERO) == 0) {
      return "";
    }
    return "%s2^%d ".formatted((slot & NEGATIVE) != 0 ? "-" : "+", slot & SHIFT_MASK);
  }

  @Override
  public List<AreaBound> areaBounds() {
    return List.of(new AreaBound(this, 24, MAX_LUTS), new AreaBound(this, 20, MAX_LUTS));
  }
}
