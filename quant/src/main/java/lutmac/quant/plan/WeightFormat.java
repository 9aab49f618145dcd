package lutmac.quant.plan;

import java.util.function.Function;
import lutmac.network.HardwareLimits;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import lutmac.network.quantized.WeightPlanes;

/** How a layer's weights are stored. */
public sealed interface WeightFormat {
  /** What the function for this kind of format says. */
  <R> R fold(
      Function<? super Table, ? extends R> table,
      Function<? super FixedPoint, ? extends R> fixedPoint);

  /** Bits that one weight takes in memory. */
  int bits();

  /** Name for reports, such as {@code table4} or {@code fixed8}. */
  String label();

  /** The greatest integer that a weight can be. */
  int greatestLevel();

  /**
   * Checks that weights of this format can be codes into a table.
   *
   * @throws IllegalArgumentException if they have no table, one of another size or of fewer digits
   */
  void requireFits(Codebook table);

  /**
   * Codes into a table of 8-bit levels.
   *
   * @param bits of a code, 1 to 4: {@code 2^bits} levels
   * @param digits most signed power-of-two digits of a level, 1 to 4: adders of a processing
   *     element
   */
  record Table(int bits, int digits) implements WeightFormat {
    /** What nobody mentions. */
    private static final int USUAL_DIGITS = 2;

    public Table {
      require(
          bits >= 1 && bits <= HardwareLimits.MAX_CODE_BITS, "a table code has 1 to 4 bits", bits);
      require(digits >= 1 && digits <= 4, "a table level has 1 to 4 digits", digits);
    }

    @Override
    public int greatestLevel() {
      return (1 << (HardwareLimits.LEVEL_BITS - 1)) - 1;
    }

    @Override
    public void requireFits(Codebook table) {
      if (bits != table.bits()) {
        throw new IllegalArgumentException(
            "codes of %d bits need a table of %d levels, got %d"
                .formatted(bits, 1 << bits, table.levels().size()));
      }
      for (int level : table.levels()) {
        if (SignedDigits.count(level) > digits) {
          throw new IllegalArgumentException(
              "the table's level %d has %d signed digits, %d are allowed"
                  .formatted(level, SignedDigits.count(level), digits));
        }
      }
    }

    @Override
    public String label() {
      return digits == USUAL_DIGITS
          ? "table" + bits
          : "table%d of %d-digit levels".formatted(bits, digits);
    }

    @Override
    public <R> R fold(
        Function<? super Table, ? extends R> table,
        Function<? super FixedPoint, ? extends R> fixedPoint) {
      return table.apply(this);
    }
  }

  /**
   * Two's complement integers, {@code -2^(bits - 1) .. 2^(bits - 1) - 1}; with more than 4 bits
   * they take two planes of codes. Of 8 bits those above 119 are not used: their planes would need
   * levels of three digits ({@link WeightPlanes}).
   *
   * @param bits 2 to 8
   */
  record FixedPoint(int bits) implements WeightFormat {
    public FixedPoint {
      require(bits >= 2 && bits <= 8, "a fixed-point weight has 2 to 8 bits", bits);
    }

    @Override
    public int greatestLevel() {
      return WeightPlanes.greatestOfTwoDigits(bits);
    }

    /** The least integer that a weight can be. */
    public int leastLevel() {
      return -(1 << (bits - 1));
    }

    @Override
    public void requireFits(Codebook table) {
      throw new IllegalArgumentException("fixed-point weights have no table");
    }

    @Override
    public String label() {
      return "fixed" + bits;
    }

    @Override
    public <R> R fold(
        Function<? super Table, ? extends R> table,
        Function<? super FixedPoint, ? extends R> fixedPoint) {
      return fixedPoint.apply(this);
    }
  }

  private static void require(boolean holds, String rule, int got) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", got " + got);
    }
  }
}
