package lutmac.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import lutmac.api.Evaluation;
import lutmac.api.EvaluationLabels;
import lutmac.api.FloatModel;
import lutmac.api.ImageRange;
import lutmac.api.files.ModelInput;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.text.TextTable;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.measure.Figure;
import lutmac.runtime.measure.OutputDeviation;
import lutmac.runtime.measure.TopOne;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lutmac evaluate}. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "Accuracy of the quantized network, in integers, and of its float model, and how far their"
            + " outputs are apart.",
    footer = {
      "",
      "Example:",
      "  lutmac evaluate net.lut.onnx --data test_images.npy --labels test_labels.npy",
      "",
      "Without labels, how far every output is from the float network's:",
      "  lutmac evaluate denoiser.lut.onnx --data test_images.npy",
      "",
      "A network that another tool quantized does not say how images are prepared:",
      "  lutmac evaluate qcdq.onnx --data test_images.npy --labels test_labels.npy \\",
      "    --mean 123.675,116.28,103.53 --std 58.395,57.12,57.375"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Mixin private QuantizedInput input;

  @Mixin private ImagesOption data;

  @Mixin private LabelOptions labels;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "At most the first N images (all by default).")
  private Integer count;

  @Option(
      names = "--float",
      paramLabel = "MODEL",
      description = "The float model, if it is not where quantize found it.")
  private ModelInput floatModel;

  @Mixin private Output result;

  @Override
  public Integer call() {
    QuantizedNetwork network = input.read(result);
    ImageSet images = data.read();
    Evaluation evaluation = new Evaluation(network, images, ImageRange.end(images, 0, count));
    Optional<EvaluationLabels> right = labels.read();
    Optional<Path> model =
        floatModel == null ? FloatModel.of(network, input.file()) : Optional.of(floatModel.path());
    if (model.isEmpty()) {
      String which =
          FloatModel.isRemembered(network)
              ? "the float model is not where it was (or has changed): name it with --float"
              : "the file does not say which float model it is made of: name it with --float";
      if (right.isEmpty()) {
        throw new BadInputException("%s, or give --labels".formatted(which));
      }
      result.note(which);
    }
    input.remark(images, network).ifPresent(result::note);
    evaluation.rangeWarning().ifPresent(result::note);
    Evaluation.Result made;
    try (ProgressDisplay progress = result.progress("evaluate")) {
      made = evaluation.run(model, FloatModel.inputShape(network), right, progress::update);
    }
    guess(evaluation, made).ifPresent(result::note);
    result.json(EvaluationJson.of(network, evaluation, made));
    result.text("%s, %d images", network.name(), evaluation.images());
    result.text("%s", PixelUnits.words(network.input()));
    if (!made.quantized().isEmpty()) {
      result.text("%s", figures(made));
    }
    if (!made.deviations().isEmpty()) {
      result.text("%n%s", deviations(network, made.deviations()));
    }
    return 0;
  }

  /** What to say of a network that does no better than chance; of both, of the float one. */
  private static Optional<String> guess(Evaluation evaluation, Evaluation.Result made) {
    if (isGuess(evaluation, made.floating())) {
      return Optional.of(
          "the float network does not classify these images better than chance; check the labels"
              + " and their --label-offset, and the --mean, --std and --bgr that were given to"
              + " quantize");
    }
    if (isGuess(evaluation, made.quantized())) {
      return Optional.of(
          "the quantized network does not classify these images better than chance; "
              + (made.floating().isEmpty()
                  ? "check the labels and their --label-offset, and how its images are prepared"
                      + " (--mean, --std, --bgr): a file with them inside takes pixels as they are"
                  : "its float network does: give it more bits, or other calibration images"));
    }
    return Optional.empty();
  }

  private static boolean isGuess(Evaluation evaluation, List<Figure> figures) {
    return figures.stream()
        .anyMatch(
            figure -> figure.name().equals(TopOne.NAME) && evaluation.isGuessing(figure.value()));
  }

  private static TextTable figures(Evaluation.Result made) {
    TextTable table = new TextTable("", "float", "quantized");
    for (int i = 0; i < made.quantized().size(); i++) {
      Figure quantized = made.quantized().get(i);
      table.row(
          quantized.title(),
          made.floating().isEmpty() ? "-" : percent(made.floating().get(i).value()),
          percent(quantized.value()));
    }
    return table;
  }

  /** How far every output is from the float network's. */
  private static TextTable deviations(QuantizedNetwork network, List<OutputDeviation> deviations) {
    TextTable table =
        new TextTable("output", "SQNR dB", "mean sq. error", "largest", "PSNR dB", "same class %");
    for (int o = 0; o < deviations.size(); o++) {
      OutputDeviation output = deviations.get(o);
      table.row(
          network.outputs().get(o).name(),
          output.largestError() == 0 ? "exact" : decimal(output.sqnr(), "%.1f"),
          String.format(Locale.ROOT, "%.3g", output.meanSquaredError()),
          String.format(Locale.ROOT, "%.3g", output.largestError()),
          decimal(output.psnr(), "%.1f"),
          decimal(output.agreement(), "%.2f"));
    }
    return table;
  }

  private static String decimal(OptionalDouble value, String format) {
    return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "-";
  }

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
