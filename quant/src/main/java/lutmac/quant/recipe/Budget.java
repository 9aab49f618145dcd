package lutmac.quant.recipe;

/** What an allocation of bits must stay within. */
public sealed interface Budget {

  /**
   * Mean bits of a weight, over all layers.
   *
   * @param bits for example 4.6
   */
  record MeanWeightBits(double bits) implements Budget {
    public MeanWeightBits {
      require(bits > 0, bits);
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
  }

  private static void require(boolean holds, double got) {
    if (!holds) {
      throw new IllegalArgumentException("a budget is positive, got " + got);
    }
  }
}
