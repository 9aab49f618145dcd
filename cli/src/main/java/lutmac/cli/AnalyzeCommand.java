package lutmac.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.api.files.FileInput;
import lutmac.api.files.FileOutput;
import lutmac.api.files.ImagesInput;
import lutmac.api.files.ModelInput;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.text.TextTable;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.quant.analysis.Analysis;
import lutmac.quant.analysis.Analyzer;
import lutmac.quant.analysis.EvaluationImages;
import lutmac.quant.analysis.Interval;
import lutmac.quant.analysis.LayerAnalysis;
import lutmac.quant.analysis.Measurement;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.report.HtmlReport;
import lutmac.quant.report.JsonReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.measure.TopOne;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lutmac analyze}. */
@Command(
    name = "analyze",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "Quantizes, and writes an HTML page of what that does part by part: weights only, activations"
            + " only, every layer alone.",
    footer = {
      "",
      "Example:",
      "  lutmac analyze resnet20.onnx --calib train_images.npy \\",
      "    --mean 123.675,116.28,103.53 --std 58.395,57.12,57.375 \\",
      "    --data test_images.npy --labels test_labels.npy -o report.html",
      "",
      "What 'quantize' has made, with the images that it has seen:",
      "  lutmac analyze net.lut.onnx --calib train_images.npy -o report.html",
      "",
      "Columns, all of the network's output against the float network's:",
      "  dB             signal over quantization noise; 6 dB are a factor of 2",
      "  divergence     Kullback-Leibler, of the classes' probabilities; else relative squared error",
      "  agree %%        images, or pixels, of which both say the same class",
      "  smaller        float32 weights over these; 'with maps': weights and all feature maps",
      "  map            the format of the layer's output; 'map dB': that format alone, weights float"
    })
final class AnalyzeCommand implements Callable<Integer> {
  /**
   * The options that a quantized network leaves open; all others are in the file or its formats.
   */
  private static final Set<String> OPEN =
      Set.of(
          "--output",
          "--calib",
          "--calib-count",
          "--without",
          "--data",
          "--labels",
          "--count",
          "--json",
          "--quiet",
          "--verbose");

  @Spec private CommandSpec command;

  @Parameters(
      paramLabel = "MODEL",
      description =
          "Float network, ONNX opset 7 to 28; or a network from 'lutmac quantize' with its formats"
              + " beside it: then the calibration images must be those that it was made with, and"
              + " the file says the rest: no preprocessing, formats, budget or target is taken.")
  private ModelInput model;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "Where the HTML page goes, for example report.html.")
  private FileOutput output;

  @Option(
      names = "--data",
      paramLabel = "IMAGES",
      description = "Images to measure on (the calibration images by default).")
  private ImagesInput data;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "Their labels, for the accuracy: .npy or .npz [N], or the column of a .csv that is headed"
              + " label, class or target, else its last.")
  private FileInput labels;

  @Option(
      names = "--count",
      paramLabel = "N",
      description =
          "Measure whole networks on N images (by default 1000, or all if there are fewer), single"
              + " parts on 128 of them at most.")
  private Integer count;

  @Mixin private QuantizationOptions quantization;
  @Mixin private PreprocessingOptions preprocessing;
  @Mixin private InputShapeOption inputShape;
  @Mixin private Output result;

  @Override
  public Integer call() {
    boolean own = QuantizedOnnx.isOwn(model.path());
    if (own) {
      requireOpen();
    }
    QuantizeOptions options = quantization.quantizer();
    Preprocessing given = preprocessing.preprocessing();
    if (labels != null && data == null) {
      throw new BadInputException("--labels belong to --data: name the images as well");
    }
    AnalyzedNetwork analyzed =
        own
            ? AnalyzedNetwork.ofQuantized(model.quantized(), options)
            : AnalyzedNetwork.of(model.path(), inputShape.shape(), given, options, result);
    FloatNetwork network = analyzed.network();
    Preprocessing preparation = analyzed.preparation();
    ImageSet calibration = ImageSets.read(quantization.calibration());
    EvaluationImages evaluation = evaluation(calibration);
    // What is wrong with these images is to be said before minutes of work.
    new Preprocessor(evaluation.images(), preparation, network.inputShape());
    PixelUnits.remark(evaluation.images(), preprocessing, preparation)
        .filter(remark -> !own)
        .ifPresent(result::note);
    evaluation
        .labels()
        .ifPresent(
            all ->
                TopOne.check(
                    all,
                    evaluation.images(),
                    network.outputName(),
                    network.shapes().get(network.outputName()),
                    preparation.labelOffset()));
    QuantizationResult quantized;
    try (ProgressDisplay progress = result.progress("quantize")) {
      quantized =
          Quantizer.quantizeAndPlace(
              network, calibration, preparation, analyzed.options(), progress::update);
    }
    analyzed.check(model.path(), quantized.network());
    Analysis analysis;
    try (ProgressDisplay progress = result.progress("analyze")) {
      analysis =
          Analyzer.analyze(
              quantized, evaluation, (what, done, total) -> progress.update(done, total));
    }
    HtmlReport.write(analysis, output.path());
    print(analysis);
    return 0;
  }

  /**
   * Holds the options against what is left to say of a quantized network.
   *
   * @throws BadInputException if one is given that would have no effect
   */
  private void requireOpen() {
    String idle =
        command.commandLine().getParseResult().matchedOptions().stream()
            .map(OptionSpec::longestName)
            .filter(option -> !OPEN.contains(option))
            .distinct()
            .collect(Collectors.joining(", "));
    if (!idle.isEmpty()) {
      throw new BadInputException(
          "%s: a quantized network is analyzed as it is, with the preprocessing and the formats of its files; leave out %s, or give the float model"
              .formatted(model.path(), idle));
    }
  }

  private EvaluationImages evaluation(ImageSet calibration) {
    ImageSet images = data == null ? calibration : ImageSets.read(data.path());
    Optional<Labels> classes = FileInput.pathOf(labels).map(Labels::read);
    OptionalInt wanted = count == null ? OptionalInt.empty() : OptionalInt.of(count);
    return Arguments.checked("--count", () -> new EvaluationImages(images, classes, wanted));
  }

  private void print(Analysis analysis) {
    result.text("%s%n", PixelUnits.words(analysis.result().network().input()));
    TextTable parts =
        new TextTable(
            "quantized", "dB", "divergence", "agree %", "top-1 %", "smaller", "with maps");
    row(parts, "nothing", analysis.floatNetwork());
    row(parts, "weights only", analysis.weightsOnly());
    row(parts, "activations only", analysis.activationsOnly());
    row(parts, "everything", analysis.quantized());
    result.text(parts.toString());
    result.text("%s", confidence(analysis.quantized()));
    TextTable layers =
        new TextTable(
            "layer alone", "weights", "dB", "divergence", "map", "map dB", "map divergence");
    for (LayerAnalysis layer : analysis.layers()) {
      layers.row(
          layer.name(),
          layer.report().weightFormat(),
          decibels(layer.weights()),
          divergence(layer.weights()),
          layer.report().outputFormat(),
          layer.activation().map(AnalyzeCommand::decibels).orElse(""),
          layer.activation().map(AnalyzeCommand::divergence).orElse(""));
    }
    result.text("%n%s", layers);
    analysis.result().report().notes().forEach(result::note);
    result.text(
        "%nmeasured on %d images, single parts on %d%n%s",
        analysis.quantized().images(), analysis.imagesAlone(), output.path());
    result.json(new Json(output.path().toString(), quantization.recipe(), JsonReport.of(analysis)));
  }

  /** The fields of the result. */
  private record Json(String output, Object recipe, @JsonUnwrapped JsonReport analysis) {}

  private static void row(TextTable table, String name, Measurement measured) {
    table.row(
        name,
        decibels(measured),
        divergence(measured),
        measured.agreement().map(AnalyzeCommand::percent).orElse("-"),
        measured.accuracy().map(AnalyzeCommand::percent).orElse("-"),
        String.format(Locale.ROOT, "%.2fx", measured.memory().weightsCompressionRatio()),
        String.format(Locale.ROOT, "%.2fx", measured.memory().compressionRatio()));
  }

  /** How sure the shares are, counted on so many images; empty without any. */
  private static String confidence(Measurement measured) {
    return Stream.of(
            interval("top-1", measured.accuracy(), measured.images()),
            interval("agreement", measured.agreement(), measured.images()))
        .flatMap(Optional::stream)
        .collect(Collectors.joining("\n"));
  }

  private static Optional<String> interval(String what, Optional<Double> share, int images) {
    return share.map(
        value -> {
          Interval interval = Interval.of(value, images);
          return String.format(
              Locale.ROOT,
              "%s of everything %.2f %%, with 95 %% confidence between %.2f and %.2f",
              what,
              100 * value,
              100 * interval.low(),
              100 * interval.high());
        });
  }

  private static String decibels(Measurement measured) {
    return measured.sqnr().map(value -> String.format(Locale.ROOT, "%.1f", value)).orElse("exact");
  }

  private static String divergence(Measurement measured) {
    return String.format(Locale.ROOT, "%.6f", measured.divergence());
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f", 100 * share);
  }
}
