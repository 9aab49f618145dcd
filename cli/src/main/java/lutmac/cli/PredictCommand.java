package lutmac.cli;

import java.util.concurrent.Callable;
import java.util.stream.Stream;
import lutmac.api.ImageRange;
import lutmac.api.files.DirectoryOutput;
import lutmac.api.files.FileInput;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.text.TextTable;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.study.PreparedNetwork;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.InputRange;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.predict.Prediction;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lutmac predict}. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "What a float or a quantized network answers: the likeliest classes of every image with their"
          + " values and margins, the largest value first.",
      "With -o also every output as .npy, with --layers every feature map as well."
    },
    footer = {
      "",
      "Example:",
      "  lutmac predict net.lut.onnx cat.jpg dog.jpg --names classes.txt",
      "",
      "Reference vectors for a testbench:",
      "  lutmac predict net.lut.onnx test_images.npy --count 3 --layers -o vectors/",
      "",
      "DIR/NAME.npy holds an output's real values, DIR/layers/NAME.npy the codes of a feature map",
      "as the hardware stores them (of a float network: its values), DIR/predict.json what they"
          + " mean."
    })
final class PredictCommand implements Callable<Integer> {
  @Mixin private PredictInput input;

  @Option(
      names = "--names",
      paramLabel = "FILE",
      description = "What the classes are called: a text file, one name a line, class 0 first.")
  private FileInput names;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many classes, or values of an output without classes, are listed.")
  private int top;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Where the arrays go: a new directory, an empty one, or an older prediction's.")
  private DirectoryOutput output;

  @Option(
      names = "--layers",
      description = "Write every feature map to -o, too, the input's among them.")
  private boolean layers;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "At most the first N images (all by default).")
  private Integer count;

  /** Null where none of the options is given. */
  @ArgGroup(
      exclusive = false,
      validate = false,
      heading = "%nFor a float network, or one that another tool quantized:%n")
  private PreprocessingOptions preprocessing;

  @Mixin private InputShapeOption inputShape;
  @Mixin private Output result;

  private Answers answers;

  /** How images become the network's input. */
  private String prepared;

  @Override
  public Integer call() {
    if (output != null) {
      PredictionDirectory.check(output.path());
    } else if (layers) {
      throw new BadInputException("--layers writes arrays; say where with -o");
    }
    boolean quantized = QuantizedOnnx.isOne(input.network());
    ImageSet images = input.images();
    int wanted = ImageRange.end(images, 0, count);
    PredictionJson json = quantized ? quantized(images, wanted) : floating(images, wanted);
    result.json(json);
    result.text("%s, %s", json.network(), wanted == 1 ? "1 image" : wanted + " images");
    result.text("%s", prepared);
    result.text("%n%s", answers.text());
    if (output != null) {
      result.text("%nin %s", output.path());
      result.text("%s", table(json));
    }
    return 0;
  }

  private PredictionJson floating(ImageSet images, int wanted) {
    OnnxReader.Imported imported = OnnxReader.readWithNotes(input.network(), inputShape.shape());
    imported.notes().forEach(result::note);
    FloatNetwork network = imported.network();
    Preprocessing preparation =
        preprocessing == null ? Preprocessing.none() : preprocessing.preprocessing();
    Preprocessor inputs = new Preprocessor(images, preparation, network.inputShape());
    PixelUnits.remark(
            images, preprocessing, PreparedNetwork.of(network, preparation).preprocessing())
        .ifPresent(result::note);
    prepared = PixelUnits.words(network.inputName(), preparation);
    String first = network.outputNames().get(0);
    answers =
        new Answers(
            first,
            network.shapes().get(first),
            network.inputShape(),
            preparation.labelOffset(),
            FileInput.pathOf(names),
            top);
    return written(
        network.name(), false, Prediction.of(network, inputs, layers), inputs.images(), wanted);
  }

  private PredictionJson quantized(ImageSet images, int wanted) {
    QuantizedNetwork network = QuantizedInput.read(input.network(), preprocessing, result);
    Preprocessor inputs = Preprocessor.of(images, network.input());
    QuantizedInput.remark(input.network(), preprocessing, images, network).ifPresent(result::note);
    prepared = PixelUnits.words(network.input());
    InputRange.of(inputs, network.input(), 0, wanted).warning().ifPresent(result::note);
    answers = Answers.of(network, FileInput.pathOf(names), top);
    return written(
        network.name(), true, Prediction.of(network, inputs, layers), inputs.images(), wanted);
  }

  private PredictionJson written(
      String network, boolean quantized, Prediction prediction, ImageSet images, int wanted) {
    try (ProgressDisplay progress = result.progress("predict")) {
      Prediction.Listener listener =
          (image, values) -> {
            answers.add(images, image, values);
            progress.update(image + 1, wanted);
          };
      if (output == null) {
        prediction.run(wanted, listener);
        return PredictionJson.of(network, quantized, wanted, answers.json());
      }
      return PredictionDirectory.write(
          output.path(),
          fresh -> prediction.write(fresh, wanted, listener),
          () -> PredictionJson.of(network, quantized, prediction, wanted, answers.json()));
    }
  }

  private static TextTable table(PredictionJson json) {
    TextTable table = new TextTable("array", "shape", "type", "of");
    Stream.concat(json.outputs().stream(), json.layers().stream())
        .forEach(
            array ->
                table.row(
                    array.file(),
                    array.shape().toString(),
                    array.type(),
                    array.format() == null ? array.name() : array.name() + " " + array.notation()));
    return table;
  }
}
