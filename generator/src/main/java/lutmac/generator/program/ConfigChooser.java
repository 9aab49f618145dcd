package lutmac.generator.program;

import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.PeStyle;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.rtl.layout.Memory;

/** Sizes an accelerator for a network: accumulators and buffers as large as it needs, no larger. */
public final class ConfigChooser {
  /**
   * A bin of 14 bits takes any 64 codes of 8 bits, a phase of the widest array: every network can
   * be cut into segments, and on long reductions these still last longer than a drain.
   */
  public static final int DEFAULT_BIN_BITS = 14;

  /**
   * Rows that share a drain unit. A schedule has about 30 entries: four rows are drained during the
   * 144 steps of a 3x3 kernel over 16 channels, the shortest reduction that dominates a network.
   */
  public static final int DEFAULT_GROUP_ROWS = 4;

  private static final int MIN_ACC_BITS = 12;
  private static final int MAX_ACC_BITS = 32;

  private ConfigChooser() {}

  /** Sizes with default bins and drain units. */
  public static AcceleratorConfig choose(QuantizedNetwork network, int rows, int cols, PeStyle pe) {
    return choose(network, rows, cols, pe, DEFAULT_BIN_BITS, DEFAULT_GROUP_ROWS);
  }

  /**
   * The smallest configuration on which the network runs as fast as this array allows: depths are
   * rounded up to powers of two.
   *
   * @param binBits width of a bin ({@code bins} only)
   * @param groupRows rows that share a drain unit ({@code bins} only)
   * @throws BadInputException if the array's shape is out of range or no configuration suffices
   */
  public static AcceleratorConfig choose(
      QuantizedNetwork network, int rows, int cols, PeStyle pe, int binBits, int groupRows) {
    AcceleratorConfig unlimited = unlimited(rows, cols, pe, binBits, groupRows);
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

  /** The array with the deepest buffers and the widest accumulators there are. */
  private static AcceleratorConfig unlimited(
      int rows, int cols, PeStyle pe, int binBits, int groupRows) {
    try {
      return new AcceleratorConfig(
          rows,
          cols,
          pe,
          MAX_ACC_BITS,
          binBits,
          groupRows,
          Memory.MAX_WORDS,
          Memory.MAX_WORDS,
          Memory.MAX_WORDS,
          Memory.MAX_WORDS);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(
          e.getMessage() + "; choose another --array, --bin-bits or --group-rows", e);
    }
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
    if (words > Memory.MAX_WORDS) {
      throw new BadInputException(
          ("network '%s' needs %d %s words on chip, a buffer holds at most %d; use an --array with"
                  + " more columns")
              .formatted(network.name(), words, memory, Memory.MAX_WORDS));
    }
    return (int) Math.max(2, Long.highestOneBit(Math.max(1, words - 1)) << 1);
  }
}
