package lutmac.cli;

import java.nio.file.Path;
import java.util.Optional;
import lutmac.api.files.FileInput;
import lutmac.api.files.FileOutput;
import lutmac.api.files.ImagesInput;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Labels;
import lutmac.runtime.measure.TopOne;
import lutmac.tune.task.TuneOptions;
import lutmac.tune.task.TuneTask;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Whether and how a quantized network is trained. */
final class TuningOptions {
  @ArgGroup(exclusive = false, heading = "%nTraining afterwards:%n")
  private Tuning tuning;

  /** Those that make no sense without {@code --tune}. */
  private static final class Tuning {
    @Option(
        names = "--tune",
        required = true,
        description = {
          "Train the quantized network to give the float one's results:",
          "minutes to hours. Needs no labels."
        })
    private boolean wanted;

    @Option(
        names = "--tune-epochs",
        paramLabel = "N",
        description = "How often training sees every image (default: 3).")
    private int epochs = TuneOptions.defaults().epochs();

    @Option(
        names = "--tune-count",
        paramLabel = "N",
        description = "Train on at most the first N images (default: 4000).")
    private int count = TuneOptions.defaults().images();

    @Option(
        names = "--tune-weights",
        paramLabel = "RATE",
        description = {
          "Train weights, not only biases, at a learning rate of 0 to 1,",
          "such as 0.03: gains much on some networks, nothing on others."
        })
    private double weightRate = TuneOptions.defaults().rates().weights();

    @Option(
        names = "--tune-images",
        paramLabel = "IMAGES",
        description = "Unlabelled images to train on (those of --calib by default).")
    private ImagesInput images;

    @Option(
        names = "--tune-labels",
        paramLabel = "FILE",
        description = "Their labels as --calib-labels takes them, only to print accuracy.")
    private FileInput labels;

    @Option(
        names = "--tune-resume",
        paramLabel = "FILE",
        description = {
          "Checkpoint, written after every epoch; if it is there already,",
          "training goes on behind it."
        })
    private FileOutput checkpoint;

    TuneOptions options() {
      TuneOptions defaults = TuneOptions.defaults();
      TuneOptions some = Arguments.checked("--tune-epochs", () -> defaults.withEpochs(epochs));
      TuneOptions more = Arguments.checked("--tune-count", () -> some.withImages(count));
      return Arguments.checked(
          "--tune-weights", () -> more.withRates(more.rates().withWeights(weightRate)));
    }
  }

  /** Where training goes on and what it leaves after every epoch, if the user names it. */
  Optional<Path> checkpoint() {
    return Optional.ofNullable(tuning).map(chosen -> chosen.checkpoint).map(FileOutput::path);
  }

  /**
   * What is to be done, with images and labels opened and checked; empty without {@code --tune}.
   *
   * @param calibration what training sees if no other images are named
   * @throws lutmac.network.BadInputException if an option makes no sense, images or labels do not
   *     fit
   */
  Optional<Plan> plan(FloatNetwork network, ImageSet calibration, Preprocessing preprocessing) {
    if (tuning == null) {
      return Optional.empty();
    }
    TuneOptions options = tuning.options();
    ImageSet images = tuning.images == null ? calibration : ImageSets.read(tuning.images.path());
    Optional<Labels> labels =
        Optional.ofNullable(tuning.labels).map(FileInput::path).map(Labels::read);
    String output = network.outputName();
    labels.ifPresent(
        all ->
            TopOne.check(
                all, images, output, network.shapes().get(output), preprocessing.labelOffset()));
    return Optional.of(new Plan(network, images, labels, options));
  }

  /**
   * A training that only lacks the network to start from.
   *
   * @param teacher the float network
   */
  record Plan(FloatNetwork teacher, ImageSet images, Optional<Labels> labels, TuneOptions options) {
    TuneTask from(QuantizedNetwork start) {
      return new TuneTask(teacher, start, images, labels);
    }
  }
}
