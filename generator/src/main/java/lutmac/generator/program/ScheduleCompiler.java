package lutmac.generator.program;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.BadInputException;
import lutmac.rtl.layout.Memory;

/**
 * Compiles a network that does not fit the buffers, in the way that takes the least time of those
 * that are tried: layers apart in some ways to share the buffer, then layers joined, map by map of
 * those that lie in memory (docs/hardware.md §11).
 */
final class ScheduleCompiler {
  private final AcceleratorConfig config;
  private final UnplacedNetwork unplaced;
  private Optional<Way> fastest = Optional.empty();
  private Optional<BadInputException> refused = Optional.empty();

  ScheduleCompiler(UnplacedNetwork unplaced, AcceleratorConfig config) {
    this.config = config;
    this.unplaced = unplaced;
  }

  /**
   * A way to compute the network.
   *
   * @param movedOut the last layers that write a map that is moved out
   */
  private record Way(
      StripChoice choice, CompiledNetwork compiled, List<Integer> movedOut, long cycles) {}

  /**
   * The fastest way.
   *
   * @throws BadInputException if there is none: a row of a layer or a block of its weights is too
   *     large
   */
  CompiledNetwork fastest() {
    StripChoice.APART.forEach(this::attempt);
    if (fastest.isPresent()) {
      join();
    }
    return fastest.map(Way::compiled).orElseThrow(() -> refused.orElseThrow());
  }

  /** Joins the layers around the maps in memory, one map after the other, where that is faster. */
  private void join() {
    JoinedLayers layers = new JoinedLayers(unplaced);
    Set<Integer> tried = new HashSet<>();
    Optional<Integer> next;
    do {
      next = fastest.orElseThrow().movedOut().stream().filter(tried::add).findFirst();
      next.ifPresent(
          map -> {
            StripChoice choice = fastest.orElseThrow().choice();
            layers.without(map, choice.joined()).ifPresent(more -> attempt(choice.joining(more)));
          });
    } while (next.isPresent());
    StripChoice kept = fastest.orElseThrow().choice();
    // What shares the buffer best may be another way now; those without joined layers are tried.
    StripChoice.APART.stream()
        .map(choice -> choice.joining(kept.joined()))
        .filter(choice -> !choice.equals(kept) && !choice.joined().isEmpty())
        .forEach(this::attempt);
  }

  /** Keeps a way if it is faster than all before. */
  private void attempt(StripChoice choice) {
    try {
      StripPlan strips = new StripPlanner(unplaced, config, choice).plan();
      CompiledNetwork compiled = compile(strips);
      long cycles = BusClock.predict(compiled, BusClock.USUAL_LATENCY);
      if (fastest.map(way -> cycles < way.cycles()).orElse(true)) {
        fastest = Optional.of(new Way(choice, compiled, strips.movedOut(), cycles));
      }
    } catch (BadInputException e) {
      refused = refused.or(() -> Optional.of(e));
    } catch (ArithmeticException e) {
      refused =
          refused.or(
              () ->
                  Optional.of(
                      new BadInputException(
                          "network '%s' needs more than 2 GiB of memory beside the accelerator"
                              .formatted(unplaced.network().name()),
                          e)));
    }
  }

  /** The network cut in this way. */
  CompiledNetwork compile(StripPlan strips) {
    RunPlanner.Plan plan = new RunPlanner(config).plan(strips.works());
    List<LoweredLayer> layers = plan.runs().stream().flatMap(run -> run.layers().stream()).toList();
    CountBits.require(layers, config.features().countBits());
    int cols = config.cols();
    List<LayerPlacement> results = LayerPlacement.of(strips.results(), config.rows(), map -> true);
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
            layerMacs(),
            plan.use(strips.featureMapWords()),
            Schedule.Traffic.of(script));
    return new CompiledNetwork(
        unplaced.network(),
        config,
        program,
        weights,
        parameters,
        List.copyOf(strips.inputs()),
        Optional.empty(),
        OutputView.of(unplaced.network(), results, targets, cols),
        LayerPlacement.of(layers, config.rows(), map -> false),
        Optional.of(schedule));
  }

  private Map<String, Long> layerMacs() {
    Map<String, Long> macs = new LinkedHashMap<>();
    for (UnplacedNetwork.Layer layer : unplaced.layers()) {
      long all = layer.whole().stream().mapToLong(part -> part.macs(config.rows())).sum();
      macs.merge(layer.layer().name(), all, Long::sum);
    }
    return macs;
  }

  private static long end(List<MemoryImage.Part> parts) {
    if (parts.isEmpty()) {
      return 0;
    }
    MemoryImage.Part last = parts.get(parts.size() - 1);
    return Script.aligned((long) last.byteOffset() + last.bytes());
  }
}
