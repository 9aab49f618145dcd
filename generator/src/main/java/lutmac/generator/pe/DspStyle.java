package lutmac.generator.pe;

import java.util.List;
import java.util.Map;
import lutmac.network.format.Codebook;

/**
 * A table look-up and a multiplication, for FPGAs with multiplier blocks; and what the others are
 * compared with.
 *
 * @param products products of a multiplier block: two rows can share one where activations have 9
 *     bits
 */
public record DspStyle(int products) implements PeStyle {
  private static final StyleParameter PRODUCTS =
      new StyleParameter(
          "products",
          "Products of a multiplier block",
          "two where no map is logarithmic; without such blocks 1 is smaller",
          "products",
          1,
          2,
          2);

  private static final int WEIGHT_MASK = 0xff;

  /** Cycles between the ends of two segments beside one per row. */
  private static final int DRAIN_OVERHEAD = 5;

  /** Look-up tables per element of an 8x8 array without multiplier blocks. */
  private static final int MAX_LUTS = 242;

  public DspStyle {
    PRODUCTS.require(products);
  }

  DspStyle() {
    this(PRODUCTS.standard());
  }

  @Override
  public String name() {
    return "dsp";
  }

  @Override
  public String summary() {
    return "multiplies, for FPGAs with multiplier blocks to spare";
  }

  @Override
  public List<StyleParameter> parameters() {
    return List.of(PRODUCTS);
  }

  @Override
  public Map<String, Integer> values() {
    return Map.of(PRODUCTS.name(), products);
  }

  @Override
  public DspStyle with(Map<String, Integer> values) {
    return new DspStyle(PRODUCTS.in(values, products));
  }

  @Override
  public List<String> templates() {
    return List.of("mac_array_dsp", "mac_grid", "pe_product", "row_select");
  }

  @Override
  public boolean computes(int level) {
    return true;
  }

  @Override
  public int[] table(String layer, List<Codebook> planes, StepCodes codes) {
    return WeightTable.of(planes, codes, level -> level & WEIGHT_MASK);
  }

  @Override
  public int segmentSpacing(int rows, List<Integer> table, int plane) {
    return rows + DRAIN_OVERHEAD;
  }

  @Override
  public String describe(int index, int word) {
    return WeightTable.describe(index, String.valueOf((byte) word));
  }

  @Override
  public List<AreaBound> areaBounds() {
    return List.of(new AreaBound(new DspStyle(1), ArrayFeatures.plain(24), MAX_LUTS));
  }
}
