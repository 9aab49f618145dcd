package lutmac.testbench.netlist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.sim.verilator.RtlSources;
import lutmac.testbench.BusCombination;
import lutmac.testbench.Hardware;
import lutmac.testbench.RandomHardware;

/**
 * A design whose cells are changed, and the tests that are to notice.
 *
 * @param name of the array's style, or of the bus
 */
record MutatedDesign(String name, AcceleratorConfig hardware) {
  private static final String BUS = "axi";

  private static final int WORKLOADS = 30;
  private static final int BUS_WORKLOADS = 60;

  /** The last ones, before which everything goes wrong that can, and as many of large maps. */
  private static final int EXTREME = 2;

  private static final int DISTURBED_EVERY = 8;
  private static final int DISTURBANCES = 12;
  private static final int PAUSES = 300;

  /** Cycles without progress that none of the networks on a bus has. */
  private static final int BUS_WATCHDOG = 20_000;

  /** The array whose tables the core's testbench knows, the other ones, and one on a bus. */
  static List<MutatedDesign> all() {
    AcceleratorConfig first = RandomHardware.csdArray();
    return Stream.of(
            Stream.of(first),
            RandomHardware.everyArray().stream().filter(array -> !array.equals(first)),
            Stream.of(RandomHardware.wideBus()))
        .flatMap(designs -> designs)
        .map(MutatedDesign::of)
        .toList();
  }

  static MutatedDesign of(AcceleratorConfig hardware) {
    return new MutatedDesign(
        hardware.bus() instanceof Bus.Axi ? BUS : hardware.pe().name(), hardware);
  }

  private boolean onBus() {
    return hardware.bus() instanceof Bus.Axi;
  }

  RtlSources rtl() {
    return new RtlSources(Hardware.rtl(hardware));
  }

  /** What tests of random networks demand of it. */
  List<Workload> workloads(long seed) {
    return IntStream.range(0, onBus() ? BUS_WORKLOADS : WORKLOADS)
        .mapToObj(number -> onBus() ? combination(seed, number) : workload(seed, number))
        .toList();
  }

  private Workload combination(long seed, int number) {
    long own = seed * 1_000 + number;
    BusCombination combination =
        number < BUS_WORKLOADS - 2 * EXTREME
            ? BusCombination.of(own, hardware)
            : number < BUS_WORKLOADS - EXTREME
                ? BusCombination.ofLargeMaps(own, hardware)
                : BusCombination.ofEverything(own, hardware);
    return (design, simulators, mutant) ->
        combination
            .fault(
                design,
                simulators,
                options -> options.withWatchdog(BUS_WATCHDOG).withPlusArgument("mutant", mutant))
            .isEmpty();
  }

  private Workload workload(long seed, int number) {
    long own = seed * 1_000 + number;
    NetworkWorkload workload =
        NetworkWorkload.of(network(own, number), hardware, own, number % 3 == 2 ? PAUSES : 0);
    return number % DISTURBED_EVERY == DISTURBED_EVERY - 1
        ? workload.disturbed(DISTURBANCES)
        : workload;
  }

  private static QuantizedNetwork network(long seed, int number) {
    return switch (number % 6) {
      case 1 -> RandomNetworks.branchingNetwork(seed, 2);
      case 3 -> RandomNetworks.networkOfSeveralOutputs(seed);
      case 5 -> RandomNetworks.wideNetwork(seed);
      default -> RandomNetworks.anyNetwork(seed);
    };
  }

  /** What builds the testbenches of its parts, in any order, several at a time. */
  List<Callable<ModuleBench>> benches(List<Mutant> mutants, Path folder) {
    RtlSources design = rtl();
    if (hardware.bus() instanceof Bus.Axi bus) {
      return List.of(
          () -> ModuleBench.ofReadEngine(bus, design, mutants, inside(folder, "read")),
          () -> ModuleBench.ofWriteEngine(bus, design, mutants, inside(folder, "write")));
    }
    List<Callable<ModuleBench>> benches = new ArrayList<>(mostTelling(mutants, folder));
    benches.add(
        () -> ModuleBench.ofCoreAroundArray(hardware, design, mutants, inside(folder, "model")));
    return benches;
  }

  /** Those of a design on streams that notice nearly all that any testbench does. */
  List<Callable<ModuleBench>> mostTelling(List<Mutant> mutants, Path folder) {
    RtlSources design = rtl();
    List<Callable<ModuleBench>> benches = new ArrayList<>();
    benches.add(() -> ModuleBench.ofArray(hardware, design, mutants, inside(folder, "array")));
    // The core's testbench knows the tables of one style, as the model of the array does.
    if (hardware.equals(RandomHardware.csdArray())) {
      benches.add(() -> ModuleBench.ofCore(hardware, design, mutants, inside(folder, "core")));
    }
    benches.add(
        () -> ModuleBench.ofSequencer(hardware, design, mutants, inside(folder, "sequencer")));
    benches.add(() -> ModuleBench.ofShell(hardware, design, mutants, inside(folder, "shell")));
    return benches;
  }

  /**
   * Small parts, in which it is sooner seen that a change makes no difference, and the whole; on a
   * bus without the core, which has changes of its own in other designs.
   */
  List<Netlist.Part> parts() {
    return onBus()
        ? List.of(Netlist.Part.READ_ENGINE, Netlist.Part.WRITE_ENGINE, Netlist.Part.AROUND_CORE)
        : List.of(Netlist.Part.ARRAY, Netlist.Part.WHOLE);
  }

  private static Path inside(Path folder, String name) throws IOException {
    return Files.createDirectory(folder.resolve(name));
  }
}
