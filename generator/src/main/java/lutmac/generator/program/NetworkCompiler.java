package lutmac.generator.program;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.rtl.layout.DescriptorField;

/** Compiles a quantized network to program and memory images (docs/hardware.md §2 to §5). */
public final class NetworkCompiler {
  private NetworkCompiler() {}

  /**
   * Compiles a network for a configuration.
   *
   * @throws BadInputException if the network does not fit; the message names the layer, what it
   *     needs, the limit and the option to change
   */
  public static CompiledNetwork compile(QuantizedNetwork network, AcceleratorConfig config) {
    NetworkPlan plan = new NetworkPlanner(network, config).plan();
    requireFits(plan, config);
    int cols = config.cols();
    return new CompiledNetwork(
        network,
        config,
        MemoryImages.program(plan),
        MemoryImages.weights(plan, cols),
        MemoryImages.parameters(plan, cols),
        List.copyOf(plan.inputs()),
        placements(plan));
  }

  private static void requireFits(NetworkPlan plan, AcceleratorConfig config) {
    for (LoweredLayer layer : plan.layers()) {
      if (layer.accBits() > config.accBits()) {
        throw new BadInputException(
            "layer '%s': its sums need accumulators of %d bits, the array has %d (--acc-bits)"
                .formatted(layer.layer().name(), layer.accBits(), config.accBits()));
      }
    }
    if (plan.featureMapWords() > config.featureMapWords()) {
      throw new BadInputException(
          ("layer '%s': the feature maps alive there need a buffer of %d words of %d bytes, it has"
                  + " %d (--feature-map-words)")
              .formatted(
                  plan.fullestLayer(),
                  plan.featureMapWords(),
                  config.cols(),
                  config.featureMapWords()));
    }
    long weightWords = 0;
    long parameterWords = 0;
    long programWords = 0;
    for (LoweredLayer layer : plan.layers()) {
      String name = layer.layer().name();
      weightWords += layer.weightWords();
      parameterWords += layer.parameterWords();
      programWords += layer.descriptor().words();
      requireDepth(name, "weight", weightWords, config.weightWords());
      requireDepth(name, "parameter", parameterWords, config.parameterWords());
      requireDepth(name, "program", programWords, config.programWords());
    }
  }

  private static void requireDepth(String layer, String memory, long needed, int available) {
    if (needed > available) {
      throw new BadInputException(
          "layer '%s': the network up to it needs %d %s words, the buffer has %d (--%s-words)"
              .formatted(layer, needed, memory, available, memory));
    }
  }

  private static List<LayerPlacement> placements(NetworkPlan plan) {
    List<LayerPlacement> placements = new ArrayList<>();
    Set<HardwareLayer> counted = new HashSet<>();
    for (LoweredLayer layer : plan.layers()) {
      HardwareLayer hardware = layer.layer();
      Descriptor descriptor = layer.descriptor();
      // A layer's work is counted once, with its first descriptor.
      boolean first = counted.add(hardware);
      long macs = first ? hardware.fold(array -> array.mac().macs(), pool -> 0L, copy -> 0L) : 0;
      placements.add(
          new LayerPlacement(
              placements.size(),
              hardware.name(),
              hardware.output(),
              descriptor.getInt(DescriptorField.OUT_BASE),
              descriptor.getInt(DescriptorField.OUT_STRIDE),
              descriptor.is(DescriptorField.RAW_OUT),
              macs,
              layer.output().laneBits(),
              descriptor.getInt(DescriptorField.OUT_PART),
              IntStream.range(0, layer.blocks()).mapToObj(layer::channels).toList(),
              plan.results().contains(hardware.target())));
    }
    return placements;
  }
}
