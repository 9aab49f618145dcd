package lutmac.testbench.netlist;

import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.sim.Simulation;
import lutmac.sim.SimulationOptions;
import lutmac.sim.reference.GoldenReference;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.VerilatorBuild;
import lutmac.testbench.Disturbance;
import lutmac.testbench.RandomHardware;

/**
 * What the tests of random networks demand of an accelerator (bit-exact, to the cycle, at any
 * pauses, after anything that a host sends), for one network.
 *
 * @param disturbed whether the host sends what it should not before every image
 */
record NetworkWorkload(
    CompiledNetwork compiled, long seed, int images, int pauses, boolean disturbed)
    implements Workload {
  /** Cycles without progress; layers of these networks are shorter. */
  private static final int WATCHDOG = 20_000;

  static NetworkWorkload of(
      QuantizedNetwork network, AcceleratorConfig array, long seed, int pauses) {
    return new NetworkWorkload(NetworkCompiler.compile(network, array), seed, 2, pauses, false);
  }

  NetworkWorkload disturbed(int times) {
    return new NetworkWorkload(compiled, seed, times, pauses, true);
  }

  @Override
  public boolean passes(RtlSources design, VerilatorBuild simulators, int mutant) {
    SimulationOptions options =
        SimulationOptions.withoutWaveform()
            .withProcesses(1)
            .withSeed(seed)
            .withPauses(pauses)
            .withWatchdog(WATCHDOG)
            .withPlusArgument("mutant", mutant);
    if (disturbed) {
      options =
          options.withDisturbance(image -> Disturbance.of(compiled, false, seed << 32 | image));
    }
    SimulationReport report =
        new Simulation(compiled, design, simulators, new GoldenReference(compiled.network()))
            .run(
                IntStream.range(0, images)
                    .mapToObj(image -> RandomNetworks.input(compiled.network(), seed + image))
                    .toList(),
                options,
                done -> {});
    return RandomHardware.fault(compiled, report).isEmpty();
  }
}
