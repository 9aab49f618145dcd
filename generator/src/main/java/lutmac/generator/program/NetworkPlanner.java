package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.BadInputException;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Window;

/**
 * Lowers every layer and chooses how the input is arranged for each layer that reads it: the
 * fastest arrangement, and where the buffer is too small for that, the ones that lose least.
 */
final class NetworkPlanner {
  private final QuantizedNetwork network;
  private final LayerLowering lowering;
  private final CycleModel cycles;
  private final AcceleratorConfig config;

  NetworkPlanner(QuantizedNetwork network, AcceleratorConfig config) {
    this.network = network;
    this.config = config;
    this.lowering = new LayerLowering(config, network.rounding());
    this.cycles = new CycleModel(config);
  }

  /**
   * Ways to arrange one layer's input, fastest first.
   *
   * @param chosen index of the one in use
   */
  private record Variants(List<LoweredLayer> fastestFirst, int chosen) {
    LoweredLayer current() {
      return fastestFirst.get(chosen);
    }

    boolean canShrink() {
      return chosen + 1 < fastestFirst.size();
    }

    Variants shrunk() {
      return new Variants(fastestFirst, chosen + 1);
    }
  }

  /** The plan; its memories may be larger than the configuration's. */
  NetworkPlan plan() {
    List<HardwareLayer> layers = HardwareLayer.of(network);
    List<Variants> variants = new ArrayList<>();
    for (int index = 0; index < layers.size(); index++) {
      boolean last = index == layers.size() - 1;
      variants.add(new Variants(fastestFirst(layers.get(index), last), 0));
    }
    NetworkPlan plan = place(variants);
    while (plan.featureMapWords() > config.featureMapWords()) {
      int smallestLoss = leastLoss(variants);
      if (smallestLoss < 0) {
        return plan;
      }
      variants.set(smallestLoss, variants.get(smallestLoss).shrunk());
      plan = place(variants);
    }
    return plan;
  }

  private NetworkPlan place(List<Variants> variants) {
    return NetworkPlan.place(variants.stream().map(Variants::current).toList(), config.cols());
  }

  /** Index of the layer that becomes slower by least with its next smaller arrangement, or -1. */
  private int leastLoss(List<Variants> variants) {
    int best = -1;
    long least = Long.MAX_VALUE;
    for (int index = 0; index < variants.size(); index++) {
      Variants layer = variants.get(index);
      if (layer.canShrink()) {
        long loss = cost(layer.shrunk().current()) - cost(layer.current());
        if (loss < least) {
          least = loss;
          best = index;
        }
      }
    }
    return best;
  }

  private long cost(LoweredLayer layer) {
    return cycles.cycles(layer.descriptor());
  }

  /** Lowered variants of a layer, fastest first, each smaller than the one before. */
  private List<LoweredLayer> fastestFirst(HardwareLayer layer, boolean last) {
    List<LoweredLayer> variants = new ArrayList<>();
    for (Arrangement arrangement : arrangements(layer)) {
      variants.add(lowering.lower(layer, arrangement, last));
    }
    variants.sort(
        Comparator.comparingLong(this::cost)
            .thenComparingLong(variant -> variant.arrangement().words(config.cols())));
    List<LoweredLayer> useful = new ArrayList<>();
    long smallest = Long.MAX_VALUE;
    for (LoweredLayer variant : variants) {
      long words = variant.arrangement().words(config.cols());
      if (words < smallest) {
        smallest = words;
        useful.add(variant);
      }
    }
    return useful;
  }

  private List<Arrangement> arrangements(HardwareLayer layer) {
    return layer.fold(
        array -> arrangements(array.mac()), pool -> List.of(Arrangement.plain(pool.input())));
  }

  private List<Arrangement> arrangements(MacLayer mac) {
    Tensor input = mac.input();
    Window window = mac.window();
    boolean zeroPadding = !window.padded() || input.padCodes().stream().allMatch(code -> code == 0);
    if (!input.name().equals(network.input().tensor().name())) {
      if (!zeroPadding) {
        throw new BadInputException(
            "layer '%s' pads '%s' with other codes than 0: only the network input can be"
                .formatted(mac.name(), input.name()));
      }
      return List.of(Arrangement.plain(input));
    }
    List<Arrangement> arrangements = new ArrayList<>();
    arrangements.add(
        Arrangement.of(input, zeroPadding ? InputFold.PLAIN : InputFold.PADDED, window));
    if (window.kernelWidth() > 1) {
      arrangements.add(Arrangement.of(input, InputFold.COLUMNS, window));
    }
    if (window.kernelHeight() > 1) {
      arrangements.add(Arrangement.of(input, InputFold.ROWS, window));
    }
    if (window.kernelWidth() > 1 && window.kernelHeight() > 1) {
      arrangements.add(Arrangement.of(input, InputFold.KERNEL, window));
    }
    return arrangements;
  }
}
