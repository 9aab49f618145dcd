package lutmac.generator.pe;

import java.util.List;
import java.util.Map;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.SignedDigits.Digit;
import lutmac.rtl.layout.DigitField;

/** One signed power of two a cycle: a step takes as many cycles as its plane's weights have. */
public record SerialStyle() implements PeStyle {
  /** Where an entry says how many slots its plane uses, less 1. */
  private static final int USED = DigitField.SLOTS * DigitField.BITS;

  private static final int USED_MASK = DigitField.SLOTS - 1;

  /** Cycles between the ends of two segments of one digit beside one per row. */
  private static final int DRAIN_OVERHEAD = 4;

  @Override
  public String name() {
    return "serial";
  }

  @Override
  public String summary() {
    return "shifts and adds a digit of the weights a cycle, smallest";
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
  public SerialStyle with(Map<String, Integer> values) {
    return this;
  }

  @Override
  public List<String> templates() {
    return List.of("mac_array_serial", "mac_grid", "pe_digits_1", "row_select");
  }

  @Override
  public boolean computes(int level) {
    return SignedDigits.count(level) <= DigitField.SLOTS;
  }

  @Override
  public int[] table(String layer, List<Codebook> planes, StepCodes codes) {
    int[] table = WeightTable.of(planes, codes, SerialStyle::entry);
    for (int plane = 0; plane < planes.size(); plane++) {
      int most =
          WeightTable.used(planes.get(plane), codes, plane).stream()
              .mapToInt(SignedDigits::count)
              .max()
              .orElse(0);
      for (int code = 0; code < WeightTable.ENTRIES; code++) {
        table[plane * WeightTable.ENTRIES + code] |= Math.max(most - 1, 0) << USED;
      }
    }
    return table;
  }

  private static int entry(int level) {
    int entry = 0;
    List<Digit> digits = SignedDigits.of(level);
    for (int slot = 0; slot < digits.size(); slot++) {
      entry |= WeightTable.digit(digits.get(slot), slot);
    }
    return entry;
  }

  @Override
  public int stepCycles(List<Integer> table, int plane) {
    return 1 + (table.get(plane * WeightTable.ENTRIES) >> USED & USED_MASK);
  }

  @Override
  public int segmentSpacing(int rows, List<Integer> table, int plane) {
    return rows + DRAIN_OVERHEAD + stepCycles(table, plane) - 1;
  }

  @Override
  public String describe(int index, int word) {
    return WeightTable.describe(index, WeightTable.digits(word));
  }

  @Override
  public List<AreaBound> areaBounds() {
    return List.of(
        new AreaBound(this, ArrayFeatures.plain(24), 40),
        new AreaBound(this, new ArrayFeatures(24, 9, 2, false), 42),
        new AreaBound(this, new ArrayFeatures(24, 13, 1, false), 48),
        new AreaBound(this, new ArrayFeatures(24, 9, 1, true), 49));
  }
}
