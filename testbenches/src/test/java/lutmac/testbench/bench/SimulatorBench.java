package lutmac.testbench.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.generator.emit.RtlEmitter;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.process.SearchPath;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.sim.Simulation;
import lutmac.sim.SimulationOptions;
import lutmac.sim.reference.Reference;
import lutmac.sim.report.ReportText;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;

/** Simulated cycles a second of the RTL, by one process, every word compared. */
final class SimulatorBench {
  private static final int ROWS = 14;
  private static final int COLS = 16;

  /** Cycles of a sample, long against the start of the simulator's process. */
  private static final long CYCLES = 1_000_000;

  private final QuantizedNetwork network;
  private final List<int[]> images;
  private final SimulationOptions options;

  /** What is expected, computed before the clock starts. */
  private final IdentityHashMap<int[], Map<String, int[]>> golden = new IdentityHashMap<>();

  /**
   * @param images input codes
   * @param waveform where it would go if a word differed
   */
  SimulatorBench(QuantizedNetwork network, List<int[]> images, Path waveform) {
    this.network = network;
    this.images = images;
    this.options = SimulationOptions.defaults(waveform).withProcesses(1);
    IntegerExecutor executor = new IntegerExecutor(network);
    images.forEach(codes -> golden.put(codes, executor.runAll(codes)));
  }

  /** The same toolchain with g++; empty if it is not installed or already the chosen compiler. */
  static Optional<Toolchain> withGcc(Toolchain chosen) {
    return SearchPath.ofEnvironment()
        .find("g++")
        .filter(gcc -> !gcc.equals(chosen.compiler()))
        .map(chosen::withCompiler);
  }

  /** The network on an array of the given style, built with both compilers. */
  Comparison compare(PeStyle pe, Toolchain ours, Toolchain reference, int repetitions)
      throws Exception {
    CompiledNetwork compiled =
        NetworkCompiler.compile(network, ConfigChooser.choose(network, ROWS, COLS, pe));
    RtlSources rtl = new RtlSources(RtlEmitter.emit(compiled.config()));
    return Comparison.measure(
        "RTL simulation, %s %dx%d, %s".formatted(pe.name(), ROWS, COLS, name(ours)),
        "the same RTL, " + name(reference),
        "Mcycles/s",
        Comparison.Better.HIGHER,
        1,
        repetitions,
        speed(compiled, rtl, ours),
        speed(compiled, rtl, reference));
  }

  private static String name(Toolchain tools) {
    return tools.compiler().getFileName().toString();
  }

  private Comparison.Sample speed(CompiledNetwork compiled, RtlSources rtl, Toolchain tools) {
    Simulation simulation =
        new Simulation(compiled, rtl, new VerilatorBuild(tools), new Prepared(golden));
    // The first run builds the simulator, too.
    long cycles = run(simulation, images).cyclesPerImage() * images.size();
    List<int[]> enough = new ArrayList<>();
    for (long planned = 0; planned < CYCLES; planned += cycles) {
      enough.addAll(images);
    }
    return () -> run(simulation, enough).timing().cyclesPerSecond() / 1e6;
  }

  /** The clock measures the simulator, not what it is compared with. */
  private record Prepared(Map<int[], Map<String, int[]>> maps) implements Reference {
    @Override
    public Map<String, int[]> maps(int image, int[] codes) {
      return maps.get(codes);
    }

    @Override
    public boolean golden(int image) {
      return false;
    }

    @Override
    public String title() {
      return "feature maps computed before";
    }
  }

  private SimulationReport run(Simulation simulation, List<int[]> some) {
    SimulationReport report = simulation.run(some, options, done -> {});
    if (report.verdict() != Verdict.BIT_EXACT) {
      throw new IllegalStateException("the RTL is wrong: " + ReportText.of(report));
    }
    return report;
  }
}
