package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.generator.pe.BinsStyle;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.LayerCycles;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.sim.Simulation;
import lutmac.sim.SimulationOptions;
import lutmac.sim.reference.GoldenReference;
import lutmac.sim.report.ReportText;
import lutmac.sim.report.SimulatedLayer;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
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
public class RandomNetworkCosimulationTest {

  private static final PeStyle WIDE_BINS = new BinsStyle(20, 2);

  /** One hardware for many networks, so that few simulators have to be built. */
  private static final List<AcceleratorConfig> ARRAYS =
      Stream.concat(
              PeStyles.all().stream().map(pe -> roomy(5, 3, pe, all(pe))),
              Stream.of(roomy(4, 8, WIDE_BINS, all(WIDE_BINS))))
          .toList();

  /** Arrays that have nothing but what plain networks need. */
  private static final List<AcceleratorConfig> PLAIN_ARRAYS =
      PeStyles.all().stream().map(pe -> roomy(4, 6, pe, Features.PLAIN)).toList();

  /** One of them. */
  public static AcceleratorConfig csdArray() {
    return ARRAYS.stream()
        .filter(array -> array.pe().name().equals("csd"))
        .findFirst()
        .orElseThrow();
  }

  /** The arrays that can do everything. */
  public static List<AcceleratorConfig> everyArray() {
    return ARRAYS;
  }

  @Provide
  Arbitrary<AcceleratorConfig> arrays() {
    return Arbitraries.of(ARRAYS);
  }

  @Provide
  Arbitrary<AcceleratorConfig> plainArrays() {
    return Arbitraries.of(PLAIN_ARRAYS);
  }

  @Provide
  Arbitrary<PeStyle> styles() {
    return Arbitraries.of(PeStyles.all());
  }

  /** Groups, depthwise layers, planes, logarithms, concatenations, packed lanes and codes. */
  @Property(tries = 160, shrinking = ShrinkingMode.OFF)
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
  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void arraysWithoutFeaturesAreBitExact(
      @ForAll long seed,
      @ForAll("plainArrays") AcceleratorConfig array,
      @ForAll @IntRange(max = 500) int pauses) {
    QuantizedNetwork network = RandomNetworks.network(seed);
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
    return new VerilatorBuild(Toolchain.find());
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
        Verdict.BIT_EXACT,
        report.verdict(),
        () -> "%s\n%s".formatted(compiled.config(), ReportText.of(report)));
    List<LayerCycles> predicted = CycleModel.predict(compiled);
    assertEquals(
        predicted.stream().map(LayerCycles::steps).toList(),
        report.layers().stream().map(SimulatedLayer::steps).toList(),
        "array steps of the cycle model");
    assertEquals(
        predicted.stream().map(LayerCycles::cycles).toList(),
        report.layers().stream().map(SimulatedLayer::cycles).toList(),
        () -> "cycles of the cycle model, seed %d, %s".formatted(seed, compiled.config()));
  }

  /** Everything that arrays of a style can have. */
  private static Features all(PeStyle pe) {
    Features all = Features.ALL;
    return new Features(
        all.actBits(),
        all.taps(),
        Math.min(all.planes(), pe.mostPlanes()),
        all.depthwise(),
        all.packedMaps(),
        all.packedCodes(),
        all.logBits(),
        all.activationTables(),
        all.spacedRows(),
        all.countBits(),
        all.output());
  }

  private static AcceleratorConfig roomy(int rows, int cols, PeStyle pe, Features features) {
    return new AcceleratorConfig(rows, cols, pe, features, 32, 1 << 14, 1 << 16, 1 << 11, 1 << 12);
  }
}
