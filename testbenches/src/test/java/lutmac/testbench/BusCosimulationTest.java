package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.sim.Simulation;
import lutmac.sim.SimulationOptions;
import lutmac.sim.harness.Job;
import lutmac.sim.harness.MemoryModel;
import lutmac.sim.reference.GoldenReference;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random networks on a bus: memory images, inputs and outputs in a memory that pauses at random,
 * all that the protocol promises checked, every word of every layer against the golden model. What
 * goes wrong between the runs (the bus, the driver, the image, a reset) must leave nothing behind.
 */
@Tag("slow")
class BusCosimulationTest {
  private static final List<Bus> BUSES = List.of(new Bus.Axi(32, 64), new Bus.Axi(40, 128));

  /** Kinds of things that go wrong, as axi_bench.h counts them. */
  private static final int KINDS = 16;

  /** The one that needs the program in the setup. */
  private static final int FLIPPED_BIT = 11;

  private static final int SMALL_FEATURE_MAP_WORDS = 1024;
  private static final int SMALL_WEIGHT_WORDS = 1024;
  private static final int SMALL_PARAMETER_WORDS = 16;
  private static final int SMALL_PROGRAM_WORDS = 512;

  /**
   * Networks on both widths, and on each as many disturbances of every kind as there are images.
   */
  static Stream<Arguments> sample() {
    return runs(0, 10);
  }

  static Stream<Arguments> many() {
    return runs(1000, 400);
  }

  static Stream<Arguments> largeSample() {
    return larger(0, 10);
  }

  static Stream<Arguments> manyLarge() {
    return larger(1000, 400);
  }

  /** Networks that have a row and a block that fit, but do not fit as a whole. */
  private static Stream<Arguments> larger(int first, int count) {
    return BUSES.stream()
        .flatMap(
            bus ->
                IntStream.iterate(first, seed -> seed + 1)
                    .filter(seed -> isLarger(seed, smallBuffers(bus)))
                    .limit(count)
                    .mapToObj(seed -> Arguments.of(seed, bus)));
  }

  private static boolean isLarger(int seed, AcceleratorConfig array) {
    try {
      return NetworkCompiler.compile(RandomNetworks.largeNetwork(seed), array)
          .schedule()
          .isPresent();
    } catch (BadInputException e) {
      return false;
    }
  }

  private static Stream<Arguments> runs(int first, int count) {
    return IntStream.range(first, first + count)
        .boxed()
        .flatMap(seed -> BUSES.stream().map(bus -> Arguments.of(seed, bus)));
  }

  @ParameterizedTest
  @MethodSource("sample")
  void networksAreBitExactOnABus(int seed, Bus bus) {
    Random random = new Random(seed);
    requireBitExact(
        seed,
        bus,
        2,
        options -> options.withMemory(memory(random)).withPauses(random.nextInt(600)));
  }

  /** Strips of maps and pieces of weights are moved. */
  @ParameterizedTest
  @MethodSource("largeSample")
  void networksLargerThanTheBuffersAreBitExact(int seed, Bus bus) {
    Random random = new Random(seed);
    requireBitExact(
        NetworkCompiler.compile(RandomNetworks.largeNetwork(seed), smallBuffers(bus)),
        seed,
        2,
        options -> options.withMemory(memory(random)).withPauses(random.nextInt(600)));
  }

  private static AcceleratorConfig smallBuffers(Bus bus) {
    List<AcceleratorConfig> arrays = RandomHardware.everyArray();
    AcceleratorConfig array = arrays.get(BUSES.indexOf(bus) == 0 ? arrays.size() - 1 : 1);
    return array
        .withBuffers(
            SMALL_FEATURE_MAP_WORDS, SMALL_WEIGHT_WORDS, SMALL_PARAMETER_WORDS, SMALL_PROGRAM_WORDS)
        .with(bus);
  }

  /**
   * Weights with every input, transfers beside a run, maps that leave the buffers and come back.
   */
  @ParameterizedTest
  @MethodSource("sample")
  void scriptsAreBitExactOnABus(int seed, Bus bus) {
    Random random = new Random(7L * seed + 1);
    CompiledNetwork compiled = compiled(seed, bus);
    requireBitExact(
        seed,
        bus,
        3,
        options ->
            options
                .withMemory(memory(random))
                .withPauses(random.nextInt(600))
                .withImage(RandomScript.of(compiled, seed))
                .withDisturbance(
                    image ->
                        disturbances(new Random(17L * seed + image)).stream()
                            .filter(beat -> beat.beat() % KINDS != FLIPPED_BIT)
                            .toList()));
  }

  @ParameterizedTest
  @MethodSource("sample")
  void whateverGoesWrongTheNextRunIsBitExact(int seed, Bus bus) {
    Random random = new Random(~seed);
    requireBitExact(
        seed,
        bus,
        3,
        options ->
            options
                .withMemory(memory(random))
                .withPauses(random.nextInt(300))
                .withDisturbance(image -> disturbances(new Random(31L * seed + image))));
  }

  @Tag("campaign")
  @ParameterizedTest
  @MethodSource("many")
  void manyNetworksAreBitExactOnABus(int seed, Bus bus) {
    networksAreBitExactOnABus(seed, bus);
    scriptsAreBitExactOnABus(seed, bus);
    whateverGoesWrongTheNextRunIsBitExact(seed, bus);
  }

  @Tag("campaign")
  @ParameterizedTest
  @MethodSource("manyLarge")
  void manyNetworksLargerThanTheBuffersAreBitExact(int seed, Bus bus) {
    networksLargerThanTheBuffersAreBitExact(seed, bus);
  }

  private static MemoryModel memory(Random random) {
    return new MemoryModel(1 + random.nextInt(100), 1 + random.nextInt(8));
  }

  /** Some things that go wrong, early ones and late ones. */
  private static List<Job.StrayBeat> disturbances(Random random) {
    List<Job.StrayBeat> all = new ArrayList<>();
    for (int n = random.nextInt(4); n >= 0; n--) {
      all.add(
          new Job.StrayBeat(1 << random.nextInt(13) | random.nextInt(64), random.nextInt(KINDS)));
    }
    return all;
  }

  private static CompiledNetwork compiled(int seed, Bus bus) {
    // An array for each bus, so that few simulators have to be built.
    List<AcceleratorConfig> arrays = RandomHardware.everyArray();
    AcceleratorConfig array = arrays.get(BUSES.indexOf(bus) == 0 ? arrays.size() - 1 : 1).with(bus);
    QuantizedNetwork network =
        seed % 3 == 0
            ? RandomNetworks.networkOfSeveralOutputs(seed)
            : RandomNetworks.anyNetwork(seed);
    return NetworkCompiler.compile(network, array);
  }

  private static void requireBitExact(
      int seed, Bus bus, int images, UnaryOperator<SimulationOptions> choose) {
    requireBitExact(compiled(seed, bus), seed, images, choose);
  }

  private static void requireBitExact(
      CompiledNetwork compiled, int seed, int images, UnaryOperator<SimulationOptions> choose) {
    AcceleratorConfig array = compiled.config();
    QuantizedNetwork network = compiled.network();
    Path waveform = Path.of("target", network.name() + ".fst").toAbsolutePath();
    SimulationReport report =
        new Simulation(
                compiled,
                new RtlSources(Hardware.rtl(array)),
                new VerilatorBuild(Toolchain.find()),
                new GoldenReference(network))
            .run(
                IntStream.range(0, images)
                    .mapToObj(n -> RandomNetworks.input(network, seed + 77L * n))
                    .toList(),
                choose.apply(SimulationOptions.defaults(waveform).withProcesses(1).withSeed(seed)),
                done -> {});
    assertEquals(
        Optional.empty(),
        RandomHardware.fault(compiled, report),
        () -> "seed %d, %s".formatted(seed, array));
  }
}
