package lutmac.generator.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.rtl.layout.Memory;

/** Compiles a quantized network to program and memory images (docs/hardware.md §2 to §5). */
public final class NetworkCompiler {
  private NetworkCompiler() {}

  /**
   * Compiles a network for a configuration.
   *
   * @throws BadInputException if the network does not fit; the message names every layer at fault,
   *     what it needs, the limit and the option to change
   */
  public static CompiledNetwork compile(QuantizedNetwork network, AcceleratorConfig config) {
    NetworkPlanner planner = new NetworkPlanner(network, config);
    NetworkPlan plan = config.bus() == Bus.STREAM ? planner.planForStreams() : planner.plan();
    if (config.bus() instanceof Bus.Axi && !fits(plan, config)) {
      requireSums(plan.layers(), config);
      return new ScheduleCompiler(new NetworkPlanner(network, config).unplaced(), config).fastest();
    }
    CountBits.require(plan.layers(), config.features().countBits());
    requireFits(plan, config);
    int cols = config.cols();
    List<LayerPlacement> layers =
        LayerPlacement.of(plan.layers(), config.rows(), plan.results()::contains);
    List<String> targets = plan.layers().stream().map(layer -> layer.layer().target()).toList();
    return new CompiledNetwork(
        network,
        config,
        MemoryImages.program(plan.layers()),
        MemoryImages.weights(plan.layers(), cols),
        MemoryImages.parameters(plan.layers(), cols),
        List.copyOf(plan.inputs()),
        plan.inputFreeAt(),
        OutputView.of(network, layers, targets, cols),
        layers,
        Optional.empty());
  }

  private static boolean fits(NetworkPlan plan, AcceleratorConfig config) {
    return plan.featureMapWords() <= config.featureMapWords()
        && plan.weightWords() <= config.weightWords()
        && plan.parameterWords() <= config.parameterWords()
        && plan.programWords() <= config.programWords()
        && CountBits.fit(plan.layers(), config.features().countBits());
  }

  private static void requireSums(List<LoweredLayer> layers, AcceleratorConfig config) {
    List<String> problems = sumProblems(layers, config);
    if (!problems.isEmpty()) {
      throw new BadInputException(String.join("\n", problems));
    }
  }

  private static List<String> sumProblems(List<LoweredLayer> layers, AcceleratorConfig config) {
    List<String> problems = new ArrayList<>();
    for (LoweredLayer layer : layers) {
      if (layer.accBits() > config.accBits()) {
        problems.add(
            "layer '%s': its sums need accumulators of %d bits, the array has %d (--acc-bits)"
                .formatted(layer.layer().name(), layer.accBits(), config.accBits()));
      }
    }
    return problems;
  }

  private static void requireFits(NetworkPlan plan, AcceleratorConfig config) {
    List<String> problems = sumProblems(plan.layers(), config);
    if (plan.featureMapWords() > config.featureMapWords()) {
      problems.add(
          ("layer '%s': the feature maps alive there need a buffer of %d words of %d bytes, it has"
                  + " %d (--feature-map-words)")
              .formatted(
                  plan.fullestLayer(),
                  plan.featureMapWords(),
                  config.cols(),
                  config.featureMapWords()));
    }
    requireDepth(
        problems, plan, Memory.WEIGHTS, config, LoweredLayer::weightWords, config.weightWords());
    requireDepth(
        problems,
        plan,
        Memory.PARAMETERS,
        config,
        LoweredLayer::parameterWords,
        config.parameterWords());
    requireDepth(
        problems,
        plan,
        Memory.PROGRAM,
        config,
        layer -> layer.descriptor().words(),
        config.programWords());
    if (!problems.isEmpty()) {
      throw new BadInputException(String.join("\n", problems));
    }
  }

  private static void requireDepth(
      List<String> problems,
      NetworkPlan plan,
      Memory memory,
      AcceleratorConfig config,
      ToLongFunction<LoweredLayer> words,
      int available) {
    long all = plan.layers().stream().mapToLong(words).sum();
    long needed = 0;
    for (LoweredLayer layer : plan.layers()) {
      needed += words.applyAsLong(layer);
      if (needed > available) {
        long wanted = Long.highestOneBit(all - 1) << 1;
        problems.add(
            "layer '%s': the network up to it needs %d %s words and altogether %d, the buffer has %d (--%s-words %d takes %d more bytes)"
                .formatted(
                    layer.layer().name(),
                    needed,
                    singular(memory),
                    all,
                    available,
                    singular(memory),
                    wanted,
                    (wanted - available) * memory.wordBits(config.cols()) / Byte.SIZE));
        return;
      }
    }
  }

  private static String singular(Memory memory) {
    return memory.label().replaceAll("s$", "");
  }
}
