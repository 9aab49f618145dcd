package lutmac.generator.pe;

import java.util.List;
import java.util.Map;
import lutmac.network.BadInputException;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.SignedDigits.Digit;

/**
 * Signed power-of-two digits, all of a weight's shifted and added in one cycle.
 *
 * @param digits most digits of a weight; 4 are enough for any of 8 bits
 */
public record CsdStyle(int digits) implements PeStyle {
  /** Two digits have tables that cost hardly any accuracy. */
  private static final StyleParameter DIGITS =
      new StyleParameter(
          "digits",
          "Signed powers of two of a weight",
          "weights of more are computed in several steps",
          "digits",
          1,
          4,
          2);

  /** Of two slots, the largest shift of slot 1; a single digit above it goes to slot 0. */
  private static final int SLOT1_MAX_SHIFT = 5;

  /** Cycles between the ends of two segments beside one per row and those that a product takes. */
  private static final int DRAIN_OVERHEAD = 3;

  public CsdStyle {
    DIGITS.require(digits);
  }

  /** Of two digits. */
  public CsdStyle() {
    this(DIGITS.standard());
  }

  @Override
  public String name() {
    return "csd";
  }

  @Override
  public String summary() {
    return "shifts and adds all digits of a weight in a cycle, for silicon";
  }

  @Override
  public List<StyleParameter> parameters() {
    return List.of(DIGITS);
  }

  @Override
  public Map<String, Integer> values() {
    return Map.of(DIGITS.name(), digits);
  }

  @Override
  public CsdStyle with(Map<String, Integer> values) {
    return new CsdStyle(DIGITS.in(values, digits));
  }

  @Override
  public List<String> templates() {
    return List.of(
        "mac_array_csd", "mac_grid", "pe_digits_" + (digits > 2 ? 4 : digits), "row_select");
  }

  @Override
  public boolean computes(int level) {
    return SignedDigits.count(level) <= digits;
  }

  @Override
  public int[] table(String layer, List<Codebook> planes, StepCodes codes) {
    return WeightTable.of(planes, codes, level -> entry(layer, level));
  }

  private int entry(String layer, int level) {
    List<Digit> all = SignedDigits.of(level);
    if (all.size() > digits) {
      throw new BadInputException(
          ("layer '%s': weight level %d needs %d signed power-of-two digits, the csd array has %d;"
                  + " use %s %d or --pe bins")
              .formatted(layer, level, all.size(), digits, DIGITS.option(), all.size()));
    }
    int entry = 0;
    for (int n = 0; n < all.size(); n++) {
      Digit digit = all.get(n);
      int slot =
          switch (digits) {
            case 1 -> 0;
            case 2 -> n == all.size() - 1 && digit.shift() <= SLOT1_MAX_SHIFT ? 1 : 0;
            default -> digit.shift() / 2;
          };
      entry |= WeightTable.digit(digit, slot);
    }
    return entry;
  }

  @Override
  public int segmentSpacing(int rows, List<Integer> table, int plane) {
    return rows + productCycles() + DRAIN_OVERHEAD;
  }

  private int productCycles() {
    return digits > 2 ? 2 : 1;
  }

  @Override
  public String describe(int index, int word) {
    return WeightTable.describe(index, WeightTable.digits(word));
  }

  @Override
  public List<AreaBound> areaBounds() {
    ArrayFeatures plain = ArrayFeatures.plain(24);
    return List.of(
        new AreaBound(new CsdStyle(2), plain, 62),
        new AreaBound(new CsdStyle(2), ArrayFeatures.plain(20), 61),
        new AreaBound(new CsdStyle(2), new ArrayFeatures(24, 9, 2, false), 63),
        new AreaBound(new CsdStyle(2), new ArrayFeatures(24, 13, 1, false), 78),
        new AreaBound(new CsdStyle(2), new ArrayFeatures(24, 9, 1, true), 71),
        new AreaBound(new CsdStyle(1), plain, 38),
        new AreaBound(new CsdStyle(4), plain, 80));
  }
}
