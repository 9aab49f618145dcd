package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The host can do no harm: before every image it sends transactions, legal and not, flipped bits in
 * programs included ({@link Disturbance}), and finds back as the protocol says. The run that
 * follows is bit-exact, to the word and to the cycle.
 */
@Tag("slow")
class HostCampaignTest {
  private static final int NETWORKS = 20;
  private static final int CAMPAIGN = 5_000;

  /** What random networks have elsewhere in these tests, so that its simulator is there already. */
  private static final AcceleratorConfig ARRAY = RandomHardware.csdArray();

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void nextRunIsBitExactWhateverTheHostHasSent(long seed) {
    requireBitExact(seed, 30, false);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Tag("campaign")
  void nextRunIsBitExactAfterEachOfTenThousandTransactions(boolean programsThatPass) {
    for (int network = 0; network < NETWORKS; network++) {
      requireBitExact(1000 + network, CAMPAIGN / NETWORKS, programsThatPass);
    }
  }

  /**
   * Runs a network once after each of some disturbances.
   *
   * @param programsThatPass whether programs may be anything that their checks let through: the
   *     assertions of the datapath, which state what a compiler keeps to, are then off
   */
  private static void requireBitExact(long seed, int images, boolean programsThatPass) {
    QuantizedNetwork network = RandomNetworks.anyNetwork(seed);
    CompiledNetwork compiled = NetworkCompiler.compile(network, ARRAY);
    SortedMap<String, String> rtl = Hardware.rtl(ARRAY);
    if (programsThatPass) {
      rtl = withoutAssertions(rtl);
    }
    Path waveform = Path.of("target", "host-" + seed + ".fst").toAbsolutePath();
    SimulationReport report =
        new Simulation(
                compiled, new RtlSources(rtl), Hardware.simulators(), new GoldenReference(network))
            .run(
                IntStream.range(0, images)
                    .mapToObj(image -> RandomNetworks.input(network, seed + image))
                    .toList(),
                SimulationOptions.defaults(waveform)
                    .withProcesses(1)
                    .withSeed(seed)
                    .withDisturbance(
                        image -> Disturbance.of(compiled, programsThatPass, seed << 32 | image)),
                done -> {});
    assertEquals(Optional.empty(), RandomHardware.fault(compiled, report));
    assertEquals(images, report.images());
  }

  private static SortedMap<String, String> withoutAssertions(SortedMap<String, String> rtl) {
    SortedMap<String, String> files = new TreeMap<>(rtl);
    // The order is that of the files for the tools.
    files.compute(files.firstKey(), (name, text) -> "`define SYNTHESIS\n" + text);
    return files;
  }
}
