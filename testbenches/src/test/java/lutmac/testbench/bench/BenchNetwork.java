package lutmac.testbench.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lutmac.examples.digits.DigitsExample;
import lutmac.network.quantized.Preprocessing;

/**
 * The network that is measured.
 *
 * @param model float ONNX file
 * @param calibration images to quantize with
 * @param images images to run
 * @param labels of those
 */
record BenchNetwork(
    String name,
    Path model,
    Path calibration,
    Path images,
    Path labels,
    List<Double> mean,
    List<Double> std) {
  private static final String VARIABLE = "LUTMAC_DATA";
  private static final int CALIBRATION_IMAGES = 1000;
  private static final int TEST_IMAGES = 1000;

  /**
   * Where models/ and datasets/ are: {@code LUTMAC_DATA}, or else {@code ../shared/data} beside the
   * checkout.
   */
  static Path data() {
    String configured = System.getenv(VARIABLE);
    return Path.of(configured == null ? "../shared/data" : configured);
  }

  /**
   * ResNet-20 from {@link #data}, or the embedded digits example if that is not there.
   *
   * @param scratch where the example's files go
   */
  static BenchNetwork find(Path scratch) throws IOException {
    Path data = data();
    Path images = data.resolve("datasets/cifar10");
    BenchNetwork resNet20 =
        new BenchNetwork(
            "ResNet-20 (CIFAR-10)",
            data.resolve("models/cifar10_resnet20.onnx"),
            images.resolve("train_images.npy"),
            images.resolve("test_images.npy"),
            images.resolve("test_labels.npy"),
            List.of(123.675, 116.28, 103.53),
            List.of(58.395, 57.12, 57.375));
    if (Files.exists(resNet20.model) && Files.exists(resNet20.calibration)) {
      return resNet20;
    }
    if (System.getenv(VARIABLE) != null) {
      throw new IOException(
          "%s is %s, but there is no %s; unset it to measure the embedded example"
              .formatted(VARIABLE, data, resNet20.model));
    }
    return digits(scratch);
  }

  private static BenchNetwork digits(Path scratch) throws IOException {
    BenchNetwork digits =
        new BenchNetwork(
            "digits (embedded; set LUTMAC_DATA for ResNet-20)",
            scratch.resolve("digits.onnx"),
            scratch.resolve("calibration_images.npy"),
            scratch.resolve("test_images.npy"),
            scratch.resolve("test_labels.npy"),
            List.of(DigitsExample.MEAN),
            List.of(DigitsExample.STD));
    Files.write(digits.model, DigitsExample.network());
    DigitsExample.calibration(CALIBRATION_IMAGES)
        .write(digits.calibration, scratch.resolve("calibration_labels.npy"));
    DigitsExample.test(TEST_IMAGES).write(digits.images, digits.labels);
    return digits;
  }

  Preprocessing preprocessing() {
    return new Preprocessing(mean, std, false, Optional.empty(), 0);
  }
}
