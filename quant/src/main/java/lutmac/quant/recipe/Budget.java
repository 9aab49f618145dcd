package lutmac.quant.recipe;

/** What an allocation of bits must stay within. */
public sealed interface Budget {

  /** Bits of a map's element that this budget leaves room for, 2 to 8. */
  int typicalBits();

  /**
   * Mean bits of a weight, over all layers.
   *
   * @param bits for example 4.6
   */
  record MeanWeightBits(double bits) implements Budget {
    public MeanWeightBits {
      require(bits > 0, bits);
    }

    @Override
    public int typicalBits() {
      return 8;
    }

    @Override
    public String toString() {
      return "of %s bits a weight".formatted(bits);
    }
  }

  /**
   * Weights, tables, biases and all feature maps together, this many times smaller than with 32
   * bits each.
   *
   * @param ratio for example 8
   */
  record AllSmaller(double ratio) implements Budget {
    public AllSmaller {
      require(ratio > 0, ratio);
    }

    @Override
    public int typicalBits() {
      return (int) Math.max(2, Math.min(8, Math.round(32 / ratio)));
    }

    @Override
    public String toString() {
      return "of %s times less memory".formatted(ratio);
    }
  }

  private static void require(boolean holds, double got) {
    if (!holds) {
      throw new IllegalArgumentException("a budget is positive, got " + got);
    }
  }
}
