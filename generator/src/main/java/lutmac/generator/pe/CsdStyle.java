package lutmac.generator.pe;

import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.SignedDigits.Digit;

/** Two signed power-of-two digits per weight, shifted and added in one cycle. */
public record CsdStyle() implements ArrayStyle {
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
  public int segmentPhases(String layer, Codebook codebook, StepCodes codes, FixedFormat input) {
    return codes.phases();
  }

  @Override
  public int segmentSpacing(int rows, int tableEntries) {
    return rows + DRAIN_OVERHEAD;
  }

  @Override
  public int handOver(int rows, int tableEntries) {
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
}
