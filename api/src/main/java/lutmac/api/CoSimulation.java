package lutmac.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import lutmac.api.files.DesignInput;
import lutmac.generator.config.Bus;
import lutmac.generator.design.Design;
import lutmac.generator.design.DesignDirectory;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.InputRange;
import lutmac.runtime.image.Preprocessor;
import lutmac.sim.OutputListener;
import lutmac.sim.Simulation;
import lutmac.sim.SimulationOptions;
import lutmac.sim.reference.FastReference;
import lutmac.sim.reference.GoldenReference;
import lutmac.sim.reference.Reference;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.SideEffects;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;

/** A design directory on the simulator, with some of a set's images, against its reference. */
public final class CoSimulation {
  private final DesignInput input;
  private final Design design;
  private final RtlSources rtl;
  private final ImageSet images;
  private final int first;
  private final int end;

  /**
   * Reads a design.
   *
   * @param trust whether its RTL may do more than simulate hardware
   * @param first number of the first image that it runs
   * @param count how many; null for all
   * @throws lutmac.network.BadInputException if it is none, or could do more and may not, or there
   *     are no such images
   */
  public CoSimulation(DesignInput input, boolean trust, ImageSet images, int first, Integer count) {
    this.input = input;
    this.design = DesignDirectory.read(input.path());
    this.rtl = new RtlSources(design.name().top(), design.rtl());
    if (!trust) {
      SideEffects.refuse(rtl);
    }
    this.images = images;
    this.first = first;
    this.end = ImageRange.end(images, first, count);
  }

  /** Files of the design that are not as they were generated. */
  public List<String> edited() {
    return design.edited();
  }

  /** Whether the design is on a bus, not behind streams. */
  public boolean onBus() {
    return design.compiled().config().bus() instanceof Bus.Axi;
  }

  /**
   * The usual options: a waveform of a wrong word. It goes beside the design and not into it, as a
   * design directory holds what generate wrote and nothing else.
   *
   * @param trace where the waveform of the first image goes, if it is wanted
   */
  public SimulationOptions options(Optional<Path> trace) {
    SimulationOptions options = SimulationOptions.defaults(trace.orElse(input.waveform()));
    return trace.isPresent() ? options.withTrace(0) : options;
  }

  /**
   * Runs the images.
   *
   * @param fastReference whether the fast integer executor stands in for the golden model
   * @param outputs is told what the hardware makes of every image
   * @param progress is told how many images are done
   */
  public SimulationReport run(
      boolean fastReference,
      SimulationOptions options,
      OutputListener outputs,
      IntConsumer progress) {
    InputEncoding encoding = network().input();
    Preprocessor inputs = inputs();
    List<int[]> codes =
        IntStream.range(first, end).mapToObj(image -> inputs.codes(image, encoding)).toList();
    return new Simulation(
            design.compiled(), rtl, new VerilatorBuild(Toolchain.find()), reference(fastReference))
        .run(codes, options, progress, outputs);
  }

  /** What to say if the images are scaled otherwise than those of the calibration. */
  public Optional<String> rangeWarning() {
    return InputRange.of(inputs(), network().input(), first, end).warning();
  }

  /** The network that the design runs. */
  public QuantizedNetwork network() {
    return design.compiled().network();
  }

  /** What makes the network's inputs of the images. */
  public Preprocessor inputs() {
    return Preprocessor.of(images, network().input());
  }

  /** Number in the set of the first image. */
  public int first() {
    return first;
  }

  /** One past the number of the last image. */
  public int end() {
    return end;
  }

  private Reference reference(boolean fast) {
    return fast
        ? new FastReference(network(), new IntegerExecutor(network())::runAll)
        : new GoldenReference(network());
  }
}
