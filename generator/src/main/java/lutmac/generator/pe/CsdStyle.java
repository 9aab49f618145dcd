package lutmac.generator.pe;

import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.SignedDigits.Digit;
import lutmac.rtl.layout.DigitField;
import lutmac.rtl.layout.Memory;

/** Two signed power-of-two digits per weight, shifted and added in one cycle. */
public record CsdStyle() implements ArrayStyle {
  /** Table words, one per weight code. */
  public static final int ENTRIES = 1 << Memory.WEIGHTS.elementBits();

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
}
