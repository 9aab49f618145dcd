package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.sim.Simulation;
import lutmac.sim.SimulationOptions;
import lutmac.sim.reference.GoldenReference;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;

/**
 * Random small networks of every kind on the RTL of every style: every word of every layer equals
 * the golden model's, with memories and registers that start with random contents.
 */
@Tag("slow")
class RandomNetworkCosimulationTest {

  @Provide
  Arbitrary<AcceleratorConfig> arrays() {
    return Arbitraries.of(RandomHardware.everyArray());
  }

  @Provide
  Arbitrary<AcceleratorConfig> plainArrays() {
    return Arbitraries.of(RandomHardware.plainArrays());
  }

  @Provide
  Arbitrary<AcceleratorConfig> arraysWithoutMaxima() {
    return Arbitraries.of(RandomHardware.arraysWithoutMaxima());
  }

  @Provide
  Arbitrary<PeStyle> styles() {
    return Arbitraries.of(PeStyles.all());
  }

  /** Groups, depthwise layers, planes, logarithms, concatenations, packed lanes and codes. */
  @Property(tries = 110, shrinking = ShrinkingMode.OFF)
  void everyWordOfEveryLayerIsBitExact(
      @ForAll long seed,
      @ForAll("arrays") AcceleratorConfig array,
      @ForAll @IntRange(max = 500) int pauses) {
    QuantizedNetwork network = RandomNetworks.anyNetwork(seed);
    requireBitExact(NetworkCompiler.compile(network, array), seed, pauses, keptSimulators());
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void everyOutputIsBitExact(@ForAll long seed, @ForAll("arrays") AcceleratorConfig array) {
    QuantizedNetwork network = RandomNetworks.networkOfSeveralOutputs(seed);
    requireBitExact(NetworkCompiler.compile(network, array), seed, 0, keptSimulators());
  }

  /** Maps with several readers, pools first and last, bins that a single code fills. */
  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void branchesAreBitExact(@ForAll long seed, @ForAll("arrays") AcceleratorConfig array) {
    QuantizedNetwork network = RandomNetworks.branchingNetwork(seed, 2);
    requireBitExact(NetworkCompiler.compile(network, array), seed, 0, keptSimulators());
  }

  /** What an array does not have must not be missing anywhere. */
  @Property(tries = 30, shrinking = ShrinkingMode.OFF)
  void arraysWithoutFeaturesAreBitExact(
      @ForAll long seed,
      @ForAll("plainArrays") AcceleratorConfig array,
      @ForAll @IntRange(max = 500) int pauses) {
    QuantizedNetwork network = RandomNetworks.network(seed);
    requireBitExact(NetworkCompiler.compile(network, array), seed, pauses, keptSimulators());
  }

  /** Of networks that arrays without maxima take. */
  @Property(tries = 30, shrinking = ShrinkingMode.OFF, maxDiscardRatio = 20)
  void arraysWithoutMaximaAreBitExact(
      @ForAll long seed,
      @ForAll("arraysWithoutMaxima") AcceleratorConfig array,
      @ForAll @IntRange(max = 500) int pauses) {
    QuantizedNetwork network = RandomNetworks.network(seed);
    Assume.that(!ConfigChooser.choose(network, 3, 4, array.pe()).features().pools());
    requireBitExact(NetworkCompiler.compile(network, array), seed, pauses, keptSimulators());
  }

  /** Sums of more than 24 bits. */
  @Property(tries = 12, shrinking = ShrinkingMode.OFF)
  void wideSumsAreBitExact(@ForAll long seed, @ForAll("arrays") AcceleratorConfig array) {
    requireBitExact(
        NetworkCompiler.compile(RandomNetworks.wideNetwork(seed), array),
        seed,
        0,
        keptSimulators());
  }

  /** Features, accumulators, addresses and buffers that are exactly what the network needs. */
  @Property(tries = 3, shrinking = ShrinkingMode.OFF)
  void tightestHardwareSuffices(@ForAll long seed, @ForAll("styles") PeStyle pe) {
    QuantizedNetwork network = RandomNetworks.anyNetwork(seed);
    requireBitExact(
        NetworkCompiler.compile(network, ConfigChooser.choose(network, 4, 5, pe)),
        seed,
        0,
        passingSimulators());
  }

  private static VerilatorBuild keptSimulators() {
    return Hardware.simulators();
  }

  /** For hardware that no other run will see again: goes with the next clean build. */
  private static VerilatorBuild passingSimulators() {
    return new VerilatorBuild(Toolchain.find(), Path.of("target", "simulators"));
  }

  private static void requireBitExact(
      CompiledNetwork compiled, long seed, int pauses, VerilatorBuild simulators) {
    QuantizedNetwork network = compiled.network();
    Path waveform = Path.of("target", network.name() + ".fst").toAbsolutePath();
    SimulationReport report =
        new Simulation(
                compiled,
                new RtlSources(Hardware.rtl(compiled.config())),
                simulators,
                new GoldenReference(network))
            .run(
                List.of(RandomNetworks.input(network, seed), RandomNetworks.input(network, ~seed)),
                SimulationOptions.defaults(waveform)
                    .withProcesses(1)
                    .withSeed(seed)
                    .withPauses(pauses),
                done -> {});
    assertEquals(
        Optional.empty(),
        RandomHardware.fault(compiled, report),
        () -> "seed %d, %s".formatted(seed, compiled.config()));
  }
}
