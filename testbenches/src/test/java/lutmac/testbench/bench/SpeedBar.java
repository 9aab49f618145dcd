package lutmac.testbench.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import lutmac.network.quantized.Preprocessing;
import lutmac.onnx.reader.OnnxReader;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Preprocessor;

/**
 * What quantizing a real network may take on two cores, as a user starts it. The reference is one
 * pass of the float network over the same images in ONNX Runtime, on one thread.
 *
 * @param setting for people
 * @param images that calibrate
 * @param options of the command that are not images or preprocessing
 * @param seconds that it may take
 */
record SpeedBar(
    String network,
    String setting,
    Path model,
    Path calibration,
    int images,
    Preprocessing preprocessing,
    List<String> options,
    double seconds) {
  /** What any run may occupy, in 10^6 bytes. */
  private static final double MEGABYTES = 6000;

  static final String[] HEADER = {
    "network", "setting", "images", "s", "bar", "peak MB", "bar", "float pass, s", "ratio", "met"
  };

  /**
   * The bars.
   *
   * @param data the directory with models/ and datasets/
   */
  static List<SpeedBar> all(Path data) {
    return List.of(
        new SpeedBar(
            "ResNet-20",
            "W4/A8",
            data.resolve("models/cifar10_resnet20.onnx"),
            data.resolve("datasets/cifar10/train_images.npy"),
            1000,
            new Preprocessing(
                List.of(123.675, 116.28, 103.53),
                List.of(58.395, 57.12, 57.375),
                false,
                Optional.empty(),
                0),
            List.of(),
            60),
        new SpeedBar(
            "MobileNetV2",
            "auto, weights 4.6 bits, A8",
            data.resolve("models/imagenet_mobilenetv2_1.0_int8wdq.onnx"),
            data.resolve("datasets/imagenet/train1000_jpeg224.zip"),
            512,
            new Preprocessing(List.of(127.5), List.of(127.5), false, Optional.empty(), 1),
            List.of("--recipe", "auto", "--budget", "4.6"),
            600));
  }

  boolean possible() {
    return Files.exists(model) && Files.exists(calibration);
  }

  /**
   * Quantizes once, in a process of its own.
   *
   * @param scratch where outputs and logs go
   * @return cells of a table, {@link #HEADER}
   */
  String[] measure(Path scratch) throws Exception {
    CommandRun run =
        CommandRun.of(scratch.resolve("bar-%s.log".formatted(network)), arguments(scratch));
    double pass = floatPass();
    boolean met = run.seconds() <= seconds && run.peakMegabytes() <= MEGABYTES;
    return new String[] {
      network,
      setting,
      String.valueOf(images),
      figure("%.1f", run.seconds()),
      figure("%.0f", seconds),
      figure("%.0f", run.peakMegabytes()),
      figure("%.0f", MEGABYTES),
      figure("%.1f", pass),
      figure("%.1f", run.seconds() / pass),
      met ? "yes" : "NO"
    };
  }

  private List<String> arguments(Path scratch) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "quantize",
                model.toString(),
                "--calib",
                calibration.toString(),
                "--calib-count",
                String.valueOf(images),
                "--mean",
                list(preprocessing.mean()),
                "--std",
                list(preprocessing.std()),
                "--label-offset",
                String.valueOf(preprocessing.labelOffset()),
                "-o",
                scratch.resolve(network + ".lut.onnx").toString()));
    arguments.addAll(options);
    return arguments;
  }

  private double floatPass() throws Exception {
    Preprocessor inputs =
        new Preprocessor(
            ImageSets.read(calibration), preprocessing, OnnxReader.read(model).inputShape());
    try (OnnxReference reference = new OnnxReference(model)) {
      return reference.passSeconds(inputs, images);
    }
  }

  private static String list(List<Double> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static String figure(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
