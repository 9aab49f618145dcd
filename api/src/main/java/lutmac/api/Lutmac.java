package lutmac.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import lutmac.api.files.DesignInput;
import lutmac.api.files.DirectoryOutput;
import lutmac.api.files.ImagesInput;
import lutmac.api.files.ModelInput;
import lutmac.api.files.NamedFiles;
import lutmac.api.files.NetworkOutput;
import lutmac.generator.config.AcceleratorConfig;
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
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.result.QuantizationReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.study.PreparedNetwork;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.measure.OutputKind;
import lutmac.runtime.predict.Answer;
import lutmac.runtime.predict.Prediction;
import lutmac.sim.SimulationOptions;
import lutmac.sim.report.SimulationReport;

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
   * Quantizes a float network and writes the result, with its formats beside it ({@code
   * net.lut.formats.yaml}).
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
    NamedFiles files = new NamedFiles();
    ModelInput floating = files.model(model);
    ImagesInput images = files.images(calibration);
    NetworkOutput place = files.network(file);
    files.check();
    PreparedNetwork prepared =
        PreparedNetwork.of(
            FloatModel.read(floating.path(), Optional.empty()).network(), preprocessing);
    QuantizationResult result =
        Quantizer.quantize(
            prepared.network(),
            ImageSets.read(images.path()),
            prepared.preprocessing(),
            options,
            PhaseProgress.none());
    QuantizedFiles.write(result, model, Optional.empty(), place);
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
    Preprocessor inputs = Preprocessor.of(ImageSets.read(images), network.input());
    List<Answer> answers = new ArrayList<>();
    Prediction.of(network, inputs, false)
        .run(inputs.count(), (image, values) -> answers.add(answer(network, values, wanted)));
    return answers;
  }

  /**
   * Writes an accelerator with a program for a network: Verilog, program, memories.
   *
   * @param file quantized network
   * @param rows P, output pixels that the array works on at a time
   * @param cols M, output channels that it works on at a time
   * @param style of the processing elements: {@code bins}, {@code csd}, {@code serial} or {@code
   *     dsp}, with the parameters that suit the network
   * @param directory a new one, or an older design's, which is replaced unless its files were
   *     edited
   */
  public static Generated generate(Path file, int rows, int cols, String style, Path directory) {
    NamedFiles files = new NamedFiles();
    ModelInput quantized = files.model(file);
    DirectoryOutput design = files.directory(directory);
    files.check();
    QuantizedNetwork network = QuantizedOnnx.read(quantized.path());
    PeStyle chosen;
    try {
      chosen = PeStyles.named(style);
    } catch (IllegalArgumentException e) {
      throw new BadInputException("style of processing elements: " + e.getMessage(), e);
    }
    PeStyle suited = ConfigChooser.suited(network, rows, cols, chosen, new TreeMap<>());
    CompiledNetwork compiled =
        NetworkCompiler.compile(network, ConfigChooser.choose(network, rows, cols, suited));
    DesignDirectory.write(
        design.path(),
        compiled,
        new DesignSettings(
            DesignName.DEFAULT,
            DesignSettings.DEFAULT_CLOCK_MEGAHERTZ,
            DesignSample.seeded(compiled)));
    return new Generated(directory, compiled.config(), CycleModel.layers(compiled));
  }

  /**
   * Runs images on a design's RTL in Verilator, cycle by cycle, and compares every word of every
   * layer with the golden model.
   *
   * @param design directory of a design; RTL that could do more than simulate is refused
   * @param count at most so many images, from the first on, at least 1
   */
  public static Simulated simulate(Path design, Path images, int count) {
    return simulate(design, images, count, false);
  }

  /**
   * The same of large networks and many images.
   *
   * @param fastReference whether the fast integer executor stands in for the golden model, which
   *     then checks one image in 16, the first among them
   */
  public static Simulated simulate(Path design, Path images, int count, boolean fastReference) {
    NamedFiles files = new NamedFiles();
    DesignInput simulated = files.design(design);
    ImagesInput data = files.images(images);
    files.check();
    CoSimulation simulation =
        new CoSimulation(simulated, false, ImageSets.read(data.path()), 0, count);
    QuantizedNetwork network = simulation.network();
    SortedMap<Integer, Answer> answers = new TreeMap<>();
    SimulationReport report =
        simulation.run(
            fastReference,
            SimulationOptions.withoutWaveform(),
            (image, outputs) -> {
              Answer answer = answer(network, network.output().reals(outputs.get(0)), 5);
              synchronized (answers) {
                answers.put(image, answer);
              }
            },
            done -> {});
    return new Simulated(report, new ArrayList<>(answers.values()));
  }

  private static Answer answer(QuantizedNetwork network, double[] values, int wanted) {
    return Answer.of(
        OutputKind.of(network.output().shape(), network.input().tensor().shape()),
        network.output().shape(),
        values,
        wanted);
  }
}
