package lutmac.generator.program;

import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.PeStyle;
import lutmac.quant.BadInputException;
import lutmac.quant.network.QuantizedNetwork;

/** Sizes an accelerator for a network: accumulators and buffers as large as it needs, no larger. */
public final class ConfigChooser {
  /** Three 6-bit LUT memories wide on 7-series devices; a bin then takes a thousand 8-bit codes. */
  public static final int DEFAULT_BIN_BITS = 18;

  /** Rows that share a drain unit unless the caller says otherwise. */
  public static final int DEFAULT_GROUP_ROWS = 4;

  private static final int MAX_WORDS = 1 << 24;
  private static final int MIN_ACC_BITS = 12;
  private static final int MAX_ACC_BITS = 32;

  private ConfigChooser() {}

  /** Sizes with the default bins. */
  public static AcceleratorConfig choose(QuantizedNetwork network, int rows, int cols, PeStyle pe) {
    return choose(network, rows, cols, pe, DEFAULT_BIN_BITS, DEFAULT_GROUP_ROWS);
  }

  /**
   * The smallest configuration on which the network runs as fast as the array allows: depths are
   * rounded up to powers of two.
   *
   * @throws BadInputException if the array's shape is out of range or no configuration suffices
   */
  public static AcceleratorConfig choose(
      QuantizedNetwork network, int rows, int cols, PeStyle pe, int binBits, int groupRows) {
    AcceleratorConfig unlimited;
    try {
      unlimited =
          new AcceleratorConfig(
              rows,
              cols,
              pe,
              MAX_ACC_BITS,
              binBits,
              groupRows,
              MAX_WORDS,
              MAX_WORDS,
              MAX_WORDS,
              MAX_WORDS);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e.getMessage(), e);
    }
    NetworkPlan plan = new NetworkPlanner(network, unlimited).plan();
    return new AcceleratorConfig(
        rows,
        cols,
        pe,
        Math.max(MIN_ACC_BITS, accBits(plan)),
        binBits,
        groupRows,
        depth(network, "feature-map", plan.featureMapWords()),
        depth(network, "weight", plan.weightWords()),
        depth(network, "parameter", plan.parameterWords()),
        depth(network, "program", plan.programWords()));
  }

  private static int accBits(NetworkPlan plan) {
    for (LoweredLayer layer : plan.layers()) {
      if (layer.accBits() > MAX_ACC_BITS) {
        throw new BadInputException(
            "layer '%s': its sums need %d bits, accumulators have at most %d"
                .formatted(layer.layer().name(), layer.accBits(), MAX_ACC_BITS));
      }
    }
    return plan.accBits();
  }

  private static int depth(QuantizedNetwork network, String memory, long words) {
    if (words > MAX_WORDS) {
      throw new BadInputException(
          ("network '%s' needs %d %s words on chip, a buffer holds at most %d; use an --array with"
                  + " more columns")
              .formatted(network.name(), words, memory, MAX_WORDS));
    }
    return (int) Math.max(2, Long.highestOneBit(Math.max(1, words - 1)) << 1);
  }
}
