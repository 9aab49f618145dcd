package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.rtl.layout.DescriptorField;
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
    NetworkPlan plan = new NetworkPlanner(network, config).plan();
    if (config.bus() instanceof Bus.Axi && !fits(plan, config)) {
      requireSums(plan.layers(), config);
      return scheduled(network, config);
    }
    CountBits.require(plan.layers(), config.features().countBits());
    requireFits(plan, config);
    int cols = config.cols();
    List<LayerPlacement> layers = placements(plan.layers(), plan.results(), config.rows());
    List<String> targets = plan.layers().stream().map(layer -> layer.layer().target()).toList();
    return new CompiledNetwork(
        network,
        config,
        MemoryImages.program(plan.layers()),
        MemoryImages.weights(plan.layers(), cols),
        MemoryImages.parameters(plan.layers(), cols),
        List.copyOf(plan.inputs()),
        OutputView.of(network, layers, targets, cols),
        layers);
  }

  private static boolean fits(NetworkPlan plan, AcceleratorConfig config) {
    return plan.featureMapWords() <= config.featureMapWords()
        && plan.weightWords() <= config.weightWords()
        && plan.parameterWords() <= config.parameterWords()
        && plan.programWords() <= config.programWords()
        && CountBits.fit(plan.layers(), config.features().countBits());
  }

  /** Compiles a network that does not fit the buffers, in the way that takes the least time. */
  private static CompiledNetwork scheduled(QuantizedNetwork network, AcceleratorConfig config) {
    UnplacedNetwork unplaced = new NetworkPlanner(network, config).unplaced();
    List<CompiledNetwork> ways = new ArrayList<>();
    BadInputException refused = null;
    for (StripPlanner.Choice choice : StripPlanner.Choice.ALL) {
      try {
        ways.add(scheduled(network, config, unplaced, choice));
      } catch (BadInputException e) {
        refused = e;
      } catch (ArithmeticException e) {
        refused =
            new BadInputException(
                "network '%s' needs more than 2 GiB of memory beside the accelerator"
                    .formatted(network.name()),
                e);
      }
    }
    if (ways.isEmpty()) {
      throw refused;
    }
    return Collections.min(
        ways, Comparator.comparingLong(way -> BusClock.predict(way, BusClock.USUAL_LATENCY)));
  }

  private static CompiledNetwork scheduled(
      QuantizedNetwork network,
      AcceleratorConfig config,
      UnplacedNetwork unplaced,
      StripPlanner.Choice choice) {
    StripPlanner.Plan strips = new StripPlanner(unplaced, config, choice).plan();
    RunPlanner.Plan plan = new RunPlanner(config).plan(strips.works());
    List<LoweredLayer> layers = plan.runs().stream().flatMap(run -> run.layers().stream()).toList();
    CountBits.require(layers, config.features().countBits());
    int cols = config.cols();
    List<LayerPlacement> results = placements(strips.results(), null, config.rows());
    List<String> targets = strips.results().stream().map(layer -> layer.layer().target()).toList();
    int[] program = MemoryImages.program(layers);
    List<LoweredLayer> constants = plan.constants();
    byte[] weights = MemoryImages.weights(constants, cols);
    byte[] parameters = MemoryImages.parameters(constants, cols);
    Map<Memory, byte[]> resident = new EnumMap<>(Memory.class);
    if (plan.programResident()) {
      resident.put(Memory.PROGRAM, HostBeats.bytes(program));
    }
    if (plan.resident().isPresent()) {
      resident.put(Memory.WEIGHTS, weights);
      resident.put(Memory.PARAMETERS, parameters);
    }
    ScriptWriter.Text text = ScriptWriter.write(config, plan, strips.lastMoves());
    Script script =
        new Script(
            cols,
            text.entries(),
            MemoryImage.setup(resident, cols),
            text.data(),
            end(strips.inputParts()),
            end(strips.outputParts()),
            strips.scratchBytes());
    Schedule schedule =
        new Schedule(
            script,
            strips.inputParts(),
            strips.outputParts(),
            plan.runs().stream().map(run -> run.layers().size()).toList(),
            results,
            plan.use(strips.featureMapWords()),
            Schedule.Traffic.of(script));
    return new CompiledNetwork(
        network,
        config,
        program,
        weights,
        parameters,
        List.copyOf(strips.inputs()),
        OutputView.of(network, results, targets, cols),
        placements(layers, Set.of(), config.rows()),
        Optional.of(schedule));
  }

  private static long end(List<MemoryImage.Part> parts) {
    if (parts.isEmpty()) {
      return 0;
    }
    MemoryImage.Part last = parts.get(parts.size() - 1);
    return Script.aligned((long) last.byteOffset() + last.bytes());
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

  /**
   * Where layers leave what they make.
   *
   * @param results the maps and copies that the host reads; null: all
   */
  private static List<LayerPlacement> placements(
      List<LoweredLayer> layers, Set<String> results, int rows) {
    List<LayerPlacement> placements = new ArrayList<>();
    for (LoweredLayer layer : layers) {
      HardwareLayer hardware = layer.layer();
      Descriptor descriptor = layer.descriptor();
      placements.add(
          new LayerPlacement(
              placements.size(),
              hardware.name(),
              hardware.output(),
              (int) descriptor.get(DescriptorField.OUT_BASE) - layer.firstWordOfPixels(),
              descriptor.getInt(DescriptorField.OUT_STRIDE),
              descriptor.is(DescriptorField.RAW_OUT),
              layer.macs(rows),
              layer.output().laneBits(),
              descriptor.getInt(DescriptorField.OUT_PART),
              IntStream.range(0, layer.blocks()).mapToObj(layer::channels).toList(),
              layer.pixels(),
              results == null || results.contains(hardware.target())));
    }
    return placements;
  }
}
