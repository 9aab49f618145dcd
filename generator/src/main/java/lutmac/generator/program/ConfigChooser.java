package lutmac.generator.program;

import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.generator.pe.PeStyle;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.rtl.layout.DescriptorField;
import lutmac.rtl.layout.Memory;

/** Sizes an accelerator for a network: accumulators and buffers as large as it needs, no larger. */
public final class ConfigChooser {
  private static final int MIN_ACC_BITS = 12;
  private static final int MAX_ACC_BITS = 32;

  private ConfigChooser() {}

  /**
   * The smallest configuration on which the network runs as fast as this array allows: depths are
   * rounded up to powers of two.
   *
   * @param pe style of the processing elements, with its parameters
   * @throws BadInputException if the array's shape is out of range or no configuration suffices
   */
  public static AcceleratorConfig choose(QuantizedNetwork network, int rows, int cols, PeStyle pe) {
    AcceleratorConfig unlimited = unlimited(rows, cols, pe);
    NetworkPlan plan = new NetworkPlanner(network, unlimited).plan();
    return new AcceleratorConfig(
        rows,
        cols,
        pe,
        features(plan),
        Math.max(MIN_ACC_BITS, accBits(plan)),
        depth(network, "feature-map", plan.featureMapWords()),
        depth(network, "weight", plan.weightWords()),
        depth(network, "parameter", plan.parameterWords()),
        depth(network, "program", plan.programWords()));
  }

  /** The array with the deepest buffers and the widest accumulators there are. */
  private static AcceleratorConfig unlimited(int rows, int cols, PeStyle pe) {
    try {
      return new AcceleratorConfig(
          rows,
          cols,
          pe,
          Features.ALL,
          MAX_ACC_BITS,
          Memory.MAX_WORDS,
          Memory.MAX_WORDS,
          Memory.MAX_WORDS,
          Memory.MAX_WORDS);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e.getMessage() + "; choose another --array", e);
    }
  }

  /** What the layers of a plan for {@link Features#ALL} use of it. */
  private static Features features(NetworkPlan plan) {
    int taps = 1;
    for (LoweredLayer layer : plan.layers()) {
      taps = Math.max(taps, layer.descriptor().getInt(DescriptorField.TAPS_FULL));
    }
    return new Features(Features.FIXED_ACT_BITS, taps, 1, false, false, false, 0);
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
