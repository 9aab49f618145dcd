package lutmac.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import lutmac.generator.program.MemoryImage;
import lutmac.sim.harness.Job;
import lutmac.sim.harness.MemoryModel;

/**
 * How to simulate.
 *
 * @param processes simulators that run side by side, each with a share of the images
 * @param seed of the random contents that registers and memories start with, and of the pauses
 * @param pauses chance, in 1/1000, that a host stream pauses in a cycle; 0 to 900
 * @param watchdogCycles cycles without any progress after which the hardware counts as hung
 * @param cycleLimit cycles after which an image that comes to no end is given up; empty for those
 *     that {@link CycleLimit} allows it
 * @param trace image number whose waveform is wanted whatever comes out
 * @param disturbance what the host sends before it writes everything anew for an image, by the
 *     image's number, whatever the shell makes of it
 * @param memory of a design on a bus
 * @param image memory image of a design on a bus; empty for that of the network
 * @param traceFile where the waveform goes, of the wanted image or of the first wrong one; empty if
 *     none is wanted
 * @param plusArguments what the model can ask for with {@code $value$plusargs}, as {@code
 *     +name=value}
 */
public record SimulationOptions(
    int processes,
    long seed,
    int pauses,
    long watchdogCycles,
    OptionalLong cycleLimit,
    Optional<Integer> trace,
    Optional<IntFunction<List<Job.StrayBeat>>> disturbance,
    MemoryModel memory,
    Optional<MemoryImage> image,
    Optional<Path> traceFile,
    List<String> plusArguments) {
  private static final long DEFAULT_WATCHDOG = 100_000;

  public SimulationOptions {
    if (processes < 1) {
      throw new IllegalArgumentException("needs at least one process, got " + processes);
    }
    if (watchdogCycles < 1) {
      throw new IllegalArgumentException("needs a positive watchdog, got " + watchdogCycles);
    }
    if (cycleLimit.isPresent() && cycleLimit.getAsLong() < 1) {
      throw new IllegalArgumentException(
          "an image needs at least one cycle, got " + cycleLimit.getAsLong());
    }
    if (trace.isPresent() && traceFile.isEmpty()) {
      throw new IllegalArgumentException("a waveform needs a file");
    }
    plusArguments = List.copyOf(plusArguments);
  }

  /** One process per processor, no pauses, a waveform only of a wrong image. */
  public static SimulationOptions defaults(Path traceFile) {
    return withoutWaveform().changed(draft -> draft.traceFile = Optional.of(traceFile));
  }

  /** The same without a waveform. */
  public static SimulationOptions withoutWaveform() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new SimulationOptions(
        processors,
        1,
        0,
        DEFAULT_WATCHDOG,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        MemoryModel.USUAL,
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  public SimulationOptions withProcesses(int count) {
    return changed(draft -> draft.processes = count);
  }

  public SimulationOptions withSeed(long newSeed) {
    return changed(draft -> draft.seed = newSeed);
  }

  public SimulationOptions withPauses(int permille) {
    return changed(draft -> draft.pauses = permille);
  }

  public SimulationOptions withWatchdog(long cycles) {
    return changed(draft -> draft.watchdogCycles = cycles);
  }

  /** With so many cycles for an image. */
  public SimulationOptions withCycleLimit(long cycles) {
    return changed(draft -> draft.cycleLimit = OptionalLong.of(cycles));
  }

  public SimulationOptions withTrace(int image) {
    return changed(draft -> draft.trace = Optional.of(image));
  }

  /** With beats before every image that no host should send. */
  public SimulationOptions withDisturbance(IntFunction<List<Job.StrayBeat>> beats) {
    return changed(draft -> draft.disturbance = Optional.of(beats));
  }

  /** With another memory behind the bus. */
  public SimulationOptions withMemory(MemoryModel model) {
    return changed(draft -> draft.memory = model);
  }

  /** With another memory image, whose inputs and outputs lie as those of the network's. */
  public SimulationOptions withImage(MemoryImage other) {
    return changed(draft -> draft.image = Optional.of(other));
  }

  /** With a plus argument more. */
  public SimulationOptions withPlusArgument(String name, long value) {
    List<String> more = new ArrayList<>(plusArguments);
    more.add("+%s=%d".formatted(name, value));
    return changed(draft -> draft.plusArguments = more);
  }

  private SimulationOptions changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** Options that are yet to be checked. */
  private static final class Draft {
    private int processes;
    private long seed;
    private int pauses;
    private long watchdogCycles;
    private OptionalLong cycleLimit;
    private Optional<Integer> trace;
    private Optional<IntFunction<List<Job.StrayBeat>>> disturbance;
    private MemoryModel memory;
    private Optional<MemoryImage> image;
    private Optional<Path> traceFile;
    private List<String> plusArguments;

    private Draft(SimulationOptions options) {
      processes = options.processes;
      seed = options.seed;
      pauses = options.pauses;
      watchdogCycles = options.watchdogCycles;
      cycleLimit = options.cycleLimit;
      trace = options.trace;
      disturbance = options.disturbance;
      memory = options.memory;
      image = options.image;
      traceFile = options.traceFile;
      plusArguments = options.plusArguments;
    }

    private SimulationOptions options() {
      return new SimulationOptions(
          processes,
          seed,
          pauses,
          watchdogCycles,
          cycleLimit,
          trace,
          disturbance,
          memory,
          image,
          traceFile,
          plusArguments);
    }
  }
}
