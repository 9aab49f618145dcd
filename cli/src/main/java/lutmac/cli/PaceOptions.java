package lutmac.cli;

import lutmac.network.BadInputException;
import lutmac.sim.SimulationOptions;
import lutmac.sim.harness.MemoryModel;
import picocli.CommandLine.Option;

/** How fast the host, or the memory behind a bus, is, and how long a run may take. */
final class PaceOptions {
  /** How often a stream pauses, in 1/1000: beats come in bursts and alone. */
  private static final int STALL_PERMILLE = 300;

  private static final String LATENCY = "--memory-latency";
  private static final String LIMIT = "--cycle-limit";

  @Option(
      names = "--stall",
      paramLabel = "SEED",
      description =
          "The host pauses both of its streams at random, in 3 cycles of 10, other ones for every SEED;"
              + " of a design on a bus it is all channels of the memory: no result and no run may"
              + " change.")
  private Long stall;

  @Option(
      names = LATENCY,
      paramLabel = "N",
      description =
          "Cycles in which the memory behind a bus begins to answer, 1 to 10000.%n  Default: 60")
  private Integer latency;

  @Option(
      names = LIMIT,
      paramLabel = "N",
      description =
          "Give the run up if an image is not done after N cycles. By default that is at least 4 times"
              + " what the cycle model predicts, and more behind a slow host or memory.")
  private Long limit;

  /** The options with this pace. */
  SimulationOptions apply(SimulationOptions options, boolean onBus) {
    if (latency != null && !onBus) {
      throw new BadInputException(
          "%s is for designs on a bus: generate the design with --bus axi, or leave it away"
              .formatted(LATENCY));
    }
    SimulationOptions paced =
        stall == null ? options : options.withSeed(stall).withPauses(STALL_PERMILLE);
    SimulationOptions limited =
        limit == null ? paced : Arguments.checked(LIMIT, () -> paced.withCycleLimit(limit));
    return latency == null
        ? limited
        : Arguments.checked(
            LATENCY, () -> limited.withMemory(MemoryModel.USUAL.withLatency(latency)));
  }
}
