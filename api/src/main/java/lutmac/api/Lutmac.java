package lutmac.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.design.Design;
import lutmac.generator.design.DesignDirectory;
import lutmac.generator.design.DesignSettings;
import lutmac.generator.emit.DesignName;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.LayerCycles;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.BadInputException;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.result.QuantizationReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.study.PreparedNetwork;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.measure.OutputKind;
import lutmac.runtime.predict.Answer;
import lutmac.sim.Simulation;
import lutmac.sim.SimulationOptions;
import lutmac.sim.reference.GoldenReference;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.SideEffects;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;

/**
 * lutmac as a library: the way from a float network to a verdict, a method a step, the same that
 * the commands of those names go. Steps hand files to each other, so any of them can be left to the
 * command instead.
 *
 * <p>What the caller got wrong (a file that is missing or damaged, a network that hardware cannot
 * run) is a {@link BadInputException} whose message names the file and the way out. Results depend
 * on the arguments alone, not on the number of threads. All methods may be called from several
 * threads.
 */
public final class Lutmac {
  private Lutmac() {}

  /**
   * A quantized network.
   *
   * @param file where it was written
   * @param report formats, errors and memory by layer
   */
  public record Quantized(Path file, QuantizedNetwork network, QuantizationReport report) {}

  /**
   * A design.
   *
   * @param directory where it was written
   * @param config the accelerator
   * @param layers predicted cycles by layer
   */
  public record Generated(Path directory, AcceleratorConfig config, List<LayerCycles> layers) {
    public Generated {
      layers = List.copyOf(layers);
    }

    /** Predicted clock cycles of one image, without the host's transfers. */
    public long cycles() {
      return layers.stream().mapToLong(LayerCycles::cycles).sum();
    }
  }

  /**
   * What simulated hardware did.
   *
   * @param report verdict, cycles and compared words
   * @param answers of the hardware, one an image that ran to its end, in their order
   */
  public record Simulated(SimulationReport report, List<Answer> answers) {
    public Simulated {
      answers = List.copyOf(answers);
    }
  }

  /**
   * Quantizes a float network and writes the result.
   *
   * @param model float network, ONNX
   * @param calibration unlabelled images: {@code .npy} {@code [N, C, H, W]}, a picture, or a folder
   *     or archive of pictures
   * @param preprocessing how an image becomes the network's input; is stored in the file
   * @param file where the quantized network goes, such as {@code net.lut.onnx}
   */
  public static Quantized quantize(
      Path model,
      Path calibration,
      Preprocessing preprocessing,
      QuantizeOptions options,
      Path file) {
    PreparedNetwork prepared = PreparedNetwork.of(OnnxReader.read(model), preprocessing);
    QuantizationResult result =
        Quantizer.quantize(
            prepared.network(),
            ImageSets.read(calibration),
            prepared.preprocessing(),
            options,
            PhaseProgress.none());
    QuantizedOnnx.write(result.network(), file);
    return new Quantized(file, result.network(), result.report());
  }

  /**
   * Runs a quantized network in exact integers, and its float network beside it.
   *
   * @param file quantized network
   * @param model the float network that it was made of; empty to leave it out
   * @param labels what is right: a class an image or a pixel; empty if nobody knows
   */
  public static Evaluation.Result evaluate(
      Path file, Optional<Path> model, Path images, Optional<Path> labels) {
    ImageSet set = ImageSets.read(images);
    return new Evaluation(QuantizedOnnx.read(file), set, set.count())
        .run(
            model,
            Optional.empty(),
            labels.map(source -> EvaluationLabels.read(source, 0)),
            PhaseProgress.none());
  }

  /**
   * What a quantized network answers, in exact integers.
   *
   * @param file quantized network
   * @param wanted how many classes, or numbers of an output without classes, an answer lists
   * @return one answer an image
   */
  public static List<Answer> predict(Path file, Path images, int wanted) {
    QuantizedNetwork network = QuantizedOnnx.read(file);
    Preprocessor inputs = inputs(network, images);
    IntegerExecutor executor = new IntegerExecutor(network);
    return IntStream.range(0, inputs.count())
        .parallel()
        .mapToObj(
            image ->
                answer(
                    network, executor.outputs(inputs.codes(image, network.input())).get(0), wanted))
        .toList();
  }

  /**
   * Writes an accelerator with a program for a network: Verilog, program, memories.
   *
   * @param file quantized network
   * @param rows P, output pixels that the array works on at a time
   * @param cols M, output channels that it works on at a time
   * @param style of the processing elements: {@code bins}, {@code csd}, {@code serial} or {@code
   *     dsp}, with the parameters that suit the network
   * @param directory a new one, or an older design's, which is replaced
   */
  public static Generated generate(Path file, int rows, int cols, String style, Path directory) {
    QuantizedNetwork network = QuantizedOnnx.read(file);
    PeStyle chosen;
    try {
      chosen = PeStyles.named(style);
    } catch (IllegalArgumentException e) {
      throw new BadInputException("style of processing elements: " + e.getMessage(), e);
    }
    PeStyle suited = ConfigChooser.suited(network, rows, cols, chosen, new TreeMap<>());
    CompiledNetwork compiled =
        NetworkCompiler.compile(network, ConfigChooser.choose(network, rows, cols, suited));
    DesignDirectory.write(directory, compiled, DesignSettings.of(DesignName.DEFAULT, network));
    return new Generated(directory, compiled.config(), CycleModel.predict(compiled));
  }

  /**
   * Runs images on a design's RTL in Verilator, cycle by cycle, and compares every word of every
   * layer with the golden model.
   *
   * @param design directory of a design; RTL that could do more than simulate is refused
   * @param count at most so many images, from the first on, at least 1
   */
  public static Simulated simulate(Path design, Path images, int count) {
    Design read = DesignDirectory.read(design);
    RtlSources rtl = new RtlSources(read.name().top(), read.rtl());
    SideEffects.refuse(rtl);
    CompiledNetwork compiled = read.compiled();
    QuantizedNetwork network = compiled.network();
    Preprocessor inputs = inputs(network, images);
    List<int[]> codes =
        IntStream.range(0, Math.min(count, inputs.count()))
            .mapToObj(image -> inputs.codes(image, network.input()))
            .toList();
    SortedMap<Integer, Answer> answers = new TreeMap<>();
    SimulationReport report =
        new Simulation(
                compiled, rtl, new VerilatorBuild(Toolchain.find()), new GoldenReference(network))
            .run(
                codes,
                SimulationOptions.withoutWaveform(),
                done -> {},
                (image, outputs) -> {
                  Answer answer = answer(network, outputs.get(0), 5);
                  synchronized (answers) {
                    answers.put(image, answer);
                  }
                });
    return new Simulated(report, new ArrayList<>(answers.values()));
  }

  private static Preprocessor inputs(QuantizedNetwork network, Path images) {
    return Preprocessor.of(ImageSets.read(images), network.input());
  }

  private static Answer answer(QuantizedNetwork network, int[] integers, int wanted) {
    return Answer.of(
        OutputKind.of(network.output().shape(), network.input().tensor().shape()),
        network.output().shape(),
        network.output().reals(integers),
        wanted);
  }
}
