package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.program.HardwareLayer.ArrayLayer;
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
  private record Choice(List<LoweredLayer> options, int chosen) {
    LoweredLayer current() {
      return options.get(chosen);
    }

    boolean canShrink() {
      return chosen + 1 < options.size();
    }

    Choice shrunk() {
      return new Choice(options, chosen + 1);
    }
  }

  /** The plan; its memories may be larger than the configuration's. */
  NetworkPlan plan() {
    List<HardwareLayer> layers = HardwareLayer.of(network);
    List<Choice> choices = new ArrayList<>();
    for (int index = 0; index < layers.size(); index++) {
      choices.add(new Choice(options(layers.get(index), index == layers.size() - 1), 0));
    }
    NetworkPlan plan = place(choices);
    while (plan.featureMapWords() > config.featureMapWords()) {
      int smallestLoss = leastLoss(choices);
      if (smallestLoss < 0) {
        return plan;
      }
      choices.set(smallestLoss, choices.get(smallestLoss).shrunk());
      plan = place(choices);
    }
    return plan;
  }

  private NetworkPlan place(List<Choice> choices) {
    return NetworkPlan.place(choices.stream().map(Choice::current).toList(), config.cols());
  }

  /** Index of the layer that becomes slower by least with its next smaller arrangement, or -1. */
  private int leastLoss(List<Choice> choices) {
    int best = -1;
    long least = Long.MAX_VALUE;
    for (int index = 0; index < choices.size(); index++) {
      Choice choice = choices.get(index);
      if (choice.canShrink()) {
        long loss = cost(choice.shrunk().current()) - cost(choice.current());
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
  private List<LoweredLayer> options(HardwareLayer layer, boolean last) {
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
    Tensor input = layer.input();
    if (!(layer instanceof ArrayLayer array)) {
      return List.of(Arrangement.plain(input));
    }
    MacLayer mac = array.mac();
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
