package lutmac.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Labels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lutmac evaluate}. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Top-1 accuracy of the quantized network, in integers, and of its float model.",
    footer = {
      "",
      "Example:",
      "  lutmac evaluate net.lut.onnx --data test_images.npy --labels test_labels.npy",
      "",
      "A network that another tool quantized does not say how images are prepared:",
      "  lutmac evaluate qcdq.onnx --data test_images.npy --labels test_labels.npy \\",
      "    --mean 123.675,116.28,103.53 --std 58.395,57.12,57.375"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Mixin private QuantizedInput input;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "IMAGES",
      description = "Images: .npy [N, C, H, W], or a .zip or folder of JPEG or PNG.")
  private Path data;

  @Option(
      names = "--labels",
      required = true,
      paramLabel = "FILE",
      description = "One integer label an image: .npy [N], or the last column of a .csv.")
  private Path labels;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "At most the first N images (all by default).")
  private Integer count;

  @Option(
      names = "--float",
      paramLabel = "MODEL",
      description = "The float model, if it is not where quantize found it.")
  private Path floatModel;

  @Mixin private Output result;

  @Override
  public Integer call() {
    QuantizedNetwork network = input.read();
    ImageSet images = ImageSets.read(data);
    Evaluation evaluation = new Evaluation(network, images, Labels.read(labels), count);
    Optional<Path> model =
        floatModel == null ? FloatModel.of(network, input.file()) : Optional.of(floatModel);
    if (model.isEmpty()) {
      result.note(
          FloatModel.isRemembered(network)
              ? "the float model is not where it was (or has changed): name it with --float"
              : "the file does not say which float model it is made of: name it with --float");
    }
    evaluation.rangeWarning().ifPresent(result::note);
    OptionalDouble reference =
        model
            .map(path -> OptionalDouble.of(evaluation.floatTop1(path)))
            .orElse(OptionalDouble.empty());
    reference.ifPresent(
        top1 -> {
          if (evaluation.isGuessing(top1)) {
            result.note(
                "the float network does not classify these images better than chance; check the labels and their --label-offset, and the --mean, --std and --bgr that were given to quantize");
          }
        });
    double quantized = evaluation.quantizedTop1();

    result.json(
        new Json(
            network.name(),
            evaluation.images(),
            reference.isPresent() ? reference.getAsDouble() : null,
            quantized));
    result.text("%s, %d images", network.name(), evaluation.images());
    reference.ifPresent(value -> result.text("  float      %6.2f %%", value));
    result.text("  quantized  %6.2f %%", quantized);
    return 0;
  }

  /**
   * The result for machines.
   *
   * @param top1Float null without the float network
   */
  private record Json(String network, int images, Double top1Float, double top1Quantized) {}
}
