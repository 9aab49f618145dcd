package lutmac.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lutmac.cli.files.DesignInput;
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

/** A design directory on the simulator, against its reference. */
final class CoSimulation {
  private final Path waveform;
  private final Design design;
  private final RtlSources rtl;

  private CoSimulation(Path waveform, Design design, RtlSources rtl) {
    this.waveform = waveform;
    this.design = design;
    this.rtl = rtl;
  }

  /**
   * Reads a design.
   *
   * @param trust whether its RTL may do more than simulate hardware
   * @throws lutmac.network.BadInputException if it is none, or could do more and may not
   */
  static CoSimulation of(DesignInput input, boolean trust) {
    Design design = DesignDirectory.read(input.path());
    RtlSources rtl = new RtlSources(design.name().top(), design.rtl());
    if (!trust) {
      SideEffects.refuse(rtl);
    }
    // Beside the design and not in it: a design directory holds what generate wrote, nothing else.
    return new CoSimulation(input.waveform(), design, rtl);
  }

  /** Files of the design that are not as they were generated. */
  List<String> edited() {
    return design.edited();
  }

  /**
   * Runs images.
   *
   * @param first number of the first image
   * @param count how many; null for all
   * @param trace where the waveform of the first image goes; null for none, unless a word differs
   * @param fastReference whether the fast integer executor stands in for the golden model
   * @param pace of the host or the memory
   * @param outputs is told what the hardware makes of every image
   */
  SimulationReport run(
      ImageSet images,
      int first,
      Integer count,
      Path trace,
      boolean fastReference,
      PaceOptions pace,
      OutputListener outputs,
      ProgressDisplay progress) {
    List<int[]> codes = codes(images, first, count);
    Simulation simulation =
        new Simulation(
            design.compiled(), rtl, new VerilatorBuild(Toolchain.find()), reference(fastReference));
    return simulation.run(
        codes, options(trace, pace), done -> progress.update(done, codes.size()), outputs);
  }

  /** What to say if the images are scaled otherwise than those of the calibration. */
  Optional<String> rangeWarning(ImageSet images, int first, Integer count) {
    InputEncoding encoding = design.compiled().network().input();
    return InputRange.of(
            preprocessor(images), encoding, first, ImageRange.end(images, first, count))
        .warning();
  }

  QuantizedNetwork network() {
    return design.compiled().network();
  }

  /** What makes the network's inputs of images. */
  Preprocessor preprocessor(ImageSet images) {
    return Preprocessor.of(images, network().input());
  }

  private Reference reference(boolean fast) {
    QuantizedNetwork network = design.compiled().network();
    return fast
        ? new FastReference(network, new IntegerExecutor(network)::runAll)
        : new GoldenReference(network);
  }

  private SimulationOptions options(Path trace, PaceOptions pace) {
    boolean onBus = design.compiled().config().bus() instanceof Bus.Axi;
    SimulationOptions options =
        pace.apply(SimulationOptions.defaults(trace != null ? trace : waveform), onBus);
    return trace == null ? options : options.withTrace(0);
  }

  private List<int[]> codes(ImageSet images, int first, Integer count) {
    InputEncoding encoding = design.compiled().network().input();
    Preprocessor preprocessor = preprocessor(images);
    int last = ImageRange.end(images, first, count);
    List<int[]> codes = new ArrayList<>();
    for (int i = first; i < last; i++) {
      codes.add(preprocessor.codes(i, encoding));
    }
    return codes;
  }
}
