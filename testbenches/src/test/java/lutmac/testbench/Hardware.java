package lutmac.testbench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.emit.RtlEmitter;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.sim.Simulation;
import lutmac.sim.SimulationOptions;
import lutmac.sim.reference.FastReference;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.RunLength;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;

/** Compiles, emits and simulates networks for the end-to-end tests. */
public final class Hardware {
  private static final Map<AcceleratorConfig, SortedMap<String, String>> RTL =
      new ConcurrentHashMap<>();

  private Hardware() {}

  /** The network on an array of the given shape, with parameters and buffers that suit it. */
  public static CompiledNetwork compile(
      QuantizedNetwork network, int rows, int cols, PeStyle style) {
    PeStyle pe = ConfigChooser.suited(network, rows, cols, style, Map.of());
    return NetworkCompiler.compile(network, ConfigChooser.choose(network, rows, cols, pe));
  }

  /**
   * Builds simulators into the user's cache. All tests share it: to ask the programs for their
   * versions takes longer than to simulate a small network.
   */
  static VerilatorBuild simulators() {
    return Simulators.KEPT;
  }

  /**
   * Builds an optimized simulator, which the next runs find, for hardware whose runs take longer
   * than their multiply-accumulates say: many short ones, or gates in place of RTL.
   */
  public static void expectLongRuns(RtlSources rtl, Bus bus) {
    simulators().build(rtl, bus, false, RunLength.SHORT);
  }

  private static final class Simulators {
    private static final VerilatorBuild KEPT = new VerilatorBuild(Toolchain.find());
  }

  public static SortedMap<String, String> rtl(AcceleratorConfig config) {
    return RTL.computeIfAbsent(config, RtlEmitter::emit);
  }

  public static SimulationReport simulate(CompiledNetwork compiled, List<int[]> images) {
    return simulate(compiled, rtl(compiled.config()), images, options -> options);
  }

  public static SimulationReport simulate(
      CompiledNetwork compiled,
      Map<String, String> rtl,
      List<int[]> images,
      java.util.function.UnaryOperator<SimulationOptions> choose) {
    return new Simulation(
            compiled,
            new RtlSources(rtl),
            simulators(),
            new FastReference(compiled.network(), new IntegerExecutor(compiled.network())::runAll))
        .run(images, choose.apply(SimulationOptions.defaults(waveform())), done -> {});
  }

  private static Path waveform() {
    Path directory = Path.of("target", "waveforms").toAbsolutePath();
    try {
      return Files.createTempFile(Files.createDirectories(directory), "mismatch", ".fst");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
