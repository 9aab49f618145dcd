package lutmac.testbench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.MemoryImage;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.rtl.layout.ImageField;
import lutmac.sim.Simulation;
import lutmac.sim.SimulationOptions;
import lutmac.sim.harness.Job;
import lutmac.sim.harness.MemoryModel;
import lutmac.sim.reference.GoldenReference;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.VerilatorBuild;

/**
 * A network, how much of the hardware's buffers it may use, how it is moved, how the memory pauses
 * and what goes wrong before its images: all drawn from one seed. What a network does not find room
 * for is moved in strips and pieces, so that one simulator serves for buffers of many sizes.
 */
public final class BusCombination {
  /** What a combination may be about. */
  private enum Extreme {
    NONE,
    EVERYTHING_GOES_WRONG,
    LARGE_MAPS
  }

  /** Kinds of things that go wrong, as axi_bench.h counts them. */
  private static final int KINDS = 19;

  /** The one that needs the program in the setup. */
  private static final int FLIPPED_BIT = 11;

  /** Most cycles of an image, what goes wrong before it left out. */
  private static final long CYCLE_LIMIT = 3_000_000;

  private static final int MOST_DRAWS = 100;

  /** Times of each kind where everything goes wrong: as many addresses can be wrong. */
  private static final int TIMES = 4;

  private final long seed;
  private final AcceleratorConfig hardware;
  private final CompiledNetwork compiled;
  private final MemoryImage image;
  private final boolean ownScript;
  private final int images;
  private final MemoryModel memory;
  private final int pauses;
  private final boolean disturbed;
  private final Extreme extreme;

  private BusCombination(long seed, AcceleratorConfig hardware, Extreme extreme) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L + 5);
    this.seed = seed;
    this.hardware = hardware;
    this.extreme = extreme;
    this.compiled =
        extreme == Extreme.LARGE_MAPS
            ? ofLargeNetwork(random, hardware)
            : compiled(random, hardware);
    this.ownScript = compiled.schedule().isPresent() || random.nextInt(3) > 0;
    this.image =
        forHardware(ownScript ? MemoryImage.of(compiled) : RandomScript.of(compiled, seed));
    this.images = 1 + random.nextInt(2);
    this.memory = new MemoryModel(1 + random.nextInt(60), 1 + random.nextInt(8));
    this.pauses = random.nextInt(3) == 0 ? 0 : random.nextInt(500);
    this.disturbed = random.nextBoolean() || extreme == Extreme.EVERYTHING_GOES_WRONG;
  }

  /** The combination of a seed on hardware that may be anything with a bus. */
  public static BusCombination of(long seed, AcceleratorConfig hardware) {
    return new BusCombination(seed, hardware, Extreme.NONE);
  }

  /** The same, but everything that can go wrong does so, one after the other. */
  public static BusCombination ofEverything(long seed, AcceleratorConfig hardware) {
    return new BusCombination(seed, hardware, Extreme.EVERYTHING_GOES_WRONG);
  }

  /** The combination of a network whose maps need the buffer's upper half. */
  public static BusCombination ofLargeMaps(long seed, AcceleratorConfig hardware) {
    return new BusCombination(seed, hardware, Extreme.LARGE_MAPS);
  }

  private static CompiledNetwork ofLargeNetwork(Random random, AcceleratorConfig hardware) {
    return drawn(
        hardware,
        true,
        () ->
            NetworkCompiler.compile(
                RandomNetworks.largeNetwork(random.nextInt(1 << 30)), hardware));
  }

  /** A network and a random part of the buffers; some of them do not hold it as a whole. */
  private static CompiledNetwork compiled(Random random, AcceleratorConfig hardware) {
    boolean strips = random.nextInt(5) < 2;
    return drawn(
        hardware,
        strips,
        () -> {
          AcceleratorConfig part =
              hardware.withBuffers(
                  part(random, hardware.featureMapWords() >> (strips ? 2 : 0)),
                  part(random, hardware.weightWords()),
                  part(random, hardware.parameterWords()),
                  part(random, hardware.programWords()));
          return NetworkCompiler.compile(network(random), part);
        });
  }

  /** The first draw that compiles, in strips or as a whole. */
  private static CompiledNetwork drawn(
      AcceleratorConfig hardware, boolean strips, Supplier<CompiledNetwork> draw) {
    BadInputException last = null;
    for (int draws = 0; draws < MOST_DRAWS; draws++) {
      try {
        CompiledNetwork compiled = draw.get();
        if (compiled.schedule().isPresent() == strips) {
          return compiled;
        }
      } catch (BadInputException e) {
        last = e;
      }
    }
    throw new IllegalStateException("no network for " + hardware, last);
  }

  private static int part(Random random, int words) {
    return words >> random.nextInt(4);
  }

  private static QuantizedNetwork network(Random random) {
    long seed = random.nextInt(1 << 30);
    return switch (random.nextInt(4)) {
      case 0 -> RandomNetworks.networkOfSeveralOutputs(seed, new RandomNetworks.Limits(9, 8, 4));
      case 1 -> RandomNetworks.anyNetwork(seed, new RandomNetworks.Limits(6, 22, 4));
      default -> RandomNetworks.anyNetwork(seed, new RandomNetworks.Limits(9, 9, 5));
    };
  }

  /** The image as hardware with the whole buffers takes it. */
  private MemoryImage forHardware(MemoryImage ofPart) {
    byte[] bytes = ofPart.bytes().clone();
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(ImageField.CONFIGURATION.byteOffset(), hardware.fingerprint());
    return new MemoryImage(
        bytes,
        ofPart.wordBytes(),
        ofPart.inputs(),
        ofPart.outputs(),
        ofPart.inputBytes(),
        ofPart.outputBytes(),
        ofPart.scratchBytes());
  }

  /** Whether the network is computed strip by strip, or piece by piece of its weights. */
  boolean hasStrips() {
    return compiled.schedule().isPresent();
  }

  /** Whether its script is not the one that the memory image of the network would have. */
  boolean hasOtherScript() {
    return !ownScript;
  }

  /** Whether something goes wrong before its images. */
  boolean isDisturbed() {
    return disturbed;
  }

  /** Whether the memory pauses. */
  boolean pauses() {
    return pauses > 0;
  }

  /** What goes wrong before an image: early or late, once or twice. */
  private List<Job.StrayBeat> disturbances(int number) {
    Random random = new Random(31L * seed + number);
    List<Job.StrayBeat> all = new ArrayList<>();
    if (extreme == Extreme.EVERYTHING_GOES_WRONG && number == 0) {
      for (int kind = 0; kind < KINDS; kind++) {
        for (int time = 0; time < TIMES && (kind != FLIPPED_BIT || hasSetup()); time++) {
          all.add(new Job.StrayBeat(TIMES * (1 << random.nextInt(8)) + time, kind));
        }
      }
    }
    for (int left = random.nextInt(2); left >= 0; left--) {
      int kind = random.nextInt(KINDS);
      int when = 1 << random.nextInt(12) | random.nextInt(64);
      if (kind != FLIPPED_BIT || hasSetup()) {
        all.add(new Job.StrayBeat(when, kind));
      }
    }
    return all;
  }

  private boolean hasSetup() {
    return ownScript && compiled.schedule().isEmpty();
  }

  /** What is wrong, if anything is. */
  Optional<String> fault() {
    return fault(new RtlSources(Hardware.rtl(hardware)), Hardware.simulators(), all -> all);
  }

  /**
   * What is wrong with another text of the hardware, if anything is.
   *
   * @param more options of the simulation beside the combination's own
   */
  public Optional<String> fault(
      RtlSources rtl, VerilatorBuild simulators, UnaryOperator<SimulationOptions> more) {
    QuantizedNetwork network = compiled.network();
    SimulationOptions options =
        SimulationOptions.withoutWaveform()
            .withProcesses(1)
            .withSeed(seed)
            .withMemory(memory)
            .withPauses(pauses)
            .withCycleLimit(CYCLE_LIMIT)
            .withImage(image);
    SimulationReport report =
        new Simulation(compiled, rtl, simulators, new GoldenReference(network))
            .run(
                IntStream.range(0, images)
                    .mapToObj(n -> RandomNetworks.input(network, seed + 77L * n))
                    .toList(),
                more.apply(disturbed ? options.withDisturbance(this::disturbances) : options),
                done -> {});
    return RandomHardware.fault(compiled, report).map(fault -> this + ": " + fault);
  }

  @Override
  public String toString() {
    return "seed %d on %s, %s for buffers of %d, %d, %d, %d words%s, %d images, %s, %d pauses%s"
        .formatted(
            seed,
            hardware,
            compiled.network().name(),
            compiled.config().featureMapWords(),
            compiled.config().weightWords(),
            compiled.config().parameterWords(),
            compiled.config().programWords(),
            hasStrips() ? " in strips" : ownScript ? "" : " by another script",
            images,
            memory,
            pauses,
            disturbed
                ? ", before them "
                    + IntStream.range(0, images).mapToObj(this::disturbances).toList()
                : "");
  }
}
