package lutmac.cli;

import java.util.concurrent.Callable;
import java.util.stream.Stream;
import lutmac.cli.files.DirectoryOutput;
import lutmac.cli.files.ModelInput;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.text.TextTable;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.reader.OnnxReader;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.InputRange;
import lutmac.runtime.image.Preprocessor;
import lutmac.runtime.predict.Prediction;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lutmac predict}. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "What a float or a quantized network computes: every output as .npy, with --layers every"
            + " feature map as well.",
    footer = {
      "",
      "Example:",
      "  lutmac predict net.lut.onnx --data test_images.npy --count 3 --layers -o vectors/",
      "",
      "DIR/NAME.npy holds an output's real values, DIR/layers/NAME.npy the codes of a feature map",
      "as the hardware stores them (of a float network: its values), DIR/predict.json what they"
          + " mean."
    })
final class PredictCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NET",
      description = "Float network, or quantized network from 'lutmac quantize' or another tool.")
  private ModelInput file;

  @Mixin private ImagesOption data;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "Where the arrays go: a new directory, an empty one, or an older prediction's.")
  private DirectoryOutput output;

  @Option(names = "--layers", description = "Write every feature map, too, the input's among them.")
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

  @Override
  public Integer call() {
    PredictionDirectory.check(output.path());
    boolean quantized = QuantizedOnnx.isOne(file.path());
    ImageSet images = data.read();
    int wanted = ImageRange.end(images, 0, count);
    PredictionJson json = quantized ? quantized(images, wanted) : floating(images, wanted);
    result.json(json);
    result.text("%s, %d images, in %s", json.network(), wanted, output.path());
    result.text("%s", table(json));
    return 0;
  }

  private PredictionJson floating(ImageSet images, int wanted) {
    OnnxReader.Imported imported = OnnxReader.readWithNotes(file.path(), inputShape.shape());
    imported.notes().forEach(result::note);
    FloatNetwork network = imported.network();
    Preprocessing preparation =
        preprocessing == null ? Preprocessing.none() : preprocessing.preprocessing();
    Preprocessor inputs = new Preprocessor(images, preparation, network.inputShape());
    return written(network.name(), false, Prediction.of(network, inputs, layers), wanted);
  }

  private PredictionJson quantized(ImageSet images, int wanted) {
    QuantizedNetwork network = QuantizedInput.read(file.path(), preprocessing, result);
    Preprocessor inputs =
        new Preprocessor(images, network.input().preprocessing(), network.input().tensor().shape());
    InputRange.of(inputs, network.input(), 0, wanted).warning().ifPresent(result::note);
    return written(network.name(), true, Prediction.of(network, inputs, layers), wanted);
  }

  private PredictionJson written(
      String network, boolean quantized, Prediction prediction, int images) {
    PredictionJson json = PredictionJson.of(network, quantized, prediction, images);
    try (ProgressDisplay progress = ProgressDisplay.of("predict")) {
      PredictionDirectory.write(
          output.path(),
          json,
          fresh -> prediction.write(fresh, images, done -> progress.update(done, images)));
    }
    return json;
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
