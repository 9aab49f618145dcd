package lutmac.sim.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lutmac.sim.compare.Mismatch;
import lutmac.sim.harness.HostStalls;

/**
 * The outcome of simulating images. Everything but {@code timing}, {@code stalls} and {@code
 * busCyclesPerImage} depends on the design and the images alone.
 *
 * @param network its name
 * @param array size and style, such as {@code 14x16 bins}
 * @param images that ran to their end
 * @param wordsCompared feature-map words over all layers and images
 * @param mismatches of any kind
 * @param cyclesPerImage from the run's begin to its end; the mean if images differ
 * @param runCyclesPerImage of these: in which the core ran
 * @param busCyclesPerImage from a driver's start to the interrupt, without loading the memory
 *     image, so that inputs, results and everything that does not stay on chip is moved meanwhile;
 *     behind streams from one image's results to the next one's, what the host moves included
 * @param onBus whether the design is on a bus
 * @param busyShare of the whole network: useful multiply-accumulates per {@code P * M * cycles}
 * @param layers in program order
 * @param firstMismatch in program order of the first image that has one
 * @param failure hang or crash
 * @param waveform FST file of the traced image
 * @param comparison what the words were compared with
 * @param stalls cycles in which the host paused its streams
 */
public record SimulationReport(
    String network,
    String array,
    Verdict verdict,
    long images,
    long wordsCompared,
    long mismatches,
    long cyclesPerImage,
    long runCyclesPerImage,
    long busCyclesPerImage,
    boolean onBus,
    double busyShare,
    List<SimulatedLayer> layers,
    Optional<Mismatch> firstMismatch,
    Optional<String> failure,
    Optional<Path> waveform,
    Comparison comparison,
    HostStalls stalls,
    Timing timing) {
  public SimulationReport {
    layers = List.copyOf(layers);
  }

  /**
   * What the feature maps were compared with.
   *
   * @param reference such as {@code golden model}
   * @param goldenImages complete images whose expected words are the golden model's, or were
   *     compared with them
   */
  public record Comparison(String reference, long goldenImages) {}

  /**
   * What the simulation took on this machine.
   *
   * @param buildSeconds 0 if the simulator was in the cache
   * @param cyclesPerSecond simulated by all processes together; 0 if none ended well
   */
  public record Timing(double buildSeconds, double simulationSeconds, double cyclesPerSecond) {}
}
