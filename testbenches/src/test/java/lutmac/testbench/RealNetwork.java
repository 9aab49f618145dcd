package lutmac.testbench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.RealData;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Labels;
import lutmac.runtime.image.Preprocessor;

/**
 * The real networks, quantized once a test run with the defaults: 4-bit weights, A8, no training.
 */
public enum RealNetwork {
  LENET5("mnist_lenet5", "mnist", List.of(0.0), List.of(255.0)),
  RESNET20(
      "cifar10_resnet20",
      "cifar10",
      List.of(123.675, 116.28, 103.53),
      List.of(58.395, 57.12, 57.375)),
  RESNET8("cifar10_resnet8_mlperftiny", "cifar10", List.of(0.0), List.of(1.0)),
  SQUEEZENET(
      "imagenet_squeezenet1.1",
      new Files(
          "imagenet/train1000_jpeg224.zip",
          "imagenet/val1300_jpeg227.zip",
          "imagenet/val1300_labels.csv"),
      new Preprocessing(
          List.of(104.0, 117.0, 123.0),
          List.of(1.0),
          true,
          Optional.of(new Preprocessing.Crop(224, 224)),
          0)),
  MOBILENETV2(
      "imagenet_mobilenetv2_1.0_int8wdq",
      new Files(
          "imagenet/train1000_jpeg224.zip",
          "imagenet/val1300_jpeg227.zip",
          "imagenet/val1300_labels.csv"),
      new Preprocessing(
          List.of(127.5), List.of(127.5), false, Optional.of(new Preprocessing.Crop(224, 224)), 1)),
  /** Has no images of its own: any photographs calibrate and test it. */
  VWW(
      "vww96_mobilenetv1_025_mlperftiny",
      new Files(
          "imagenet/train1000_jpeg224.zip",
          "imagenet/val1300_jpeg227.zip",
          "imagenet/val1300_labels.csv"),
      new Preprocessing(
          List.of(0.0), List.of(255.0), false, Optional.of(new Preprocessing.Crop(96, 96)), 0)),
  /** Has no training features: the first {@link #HELD_OUT} rows calibrate, the rest is the test. */
  DSCNN(
      "kws_dscnn_mlperftiny",
      new Files(
          "kws01/test_features_int8.npy", "kws01/test_features_int8.npy", "kws01/test_labels.npy"),
      new Preprocessing(List.of(83.0), List.of(1.7102702928273485), false, Optional.empty(), 0));

  private static final int HELD_OUT = 200;

  private static final int FEW_IMAGES = 50;

  private static final Map<RealNetwork, QuantizedNetwork> QUANTIZED =
      new EnumMap<>(RealNetwork.class);

  /** Below {@code datasets/}. */
  private record Files(String calibration, String test, String labels) {}

  private final String model;
  private final Files files;
  private final Preprocessing preprocessing;

  RealNetwork(String model, String dataset, List<Double> mean, List<Double> std) {
    this(
        model,
        new Files(
            dataset + "/train_images.npy",
            dataset + "/test_images.npy",
            dataset + "/test_labels.npy"),
        new Preprocessing(mean, std, false, Optional.empty(), 0));
  }

  RealNetwork(String model, Files files, Preprocessing preprocessing) {
    this.model = model;
    this.files = files;
    this.preprocessing = preprocessing;
  }

  Path file() {
    return RealData.file("models/" + model + ".onnx");
  }

  Path calibrationFile() {
    return RealData.file("datasets/" + files.calibration());
  }

  Path testImagesFile() {
    return RealData.file("datasets/" + files.test());
  }

  Path testLabelsFile() {
    return RealData.file("datasets/" + files.labels());
  }

  FloatNetwork floating() {
    return OnnxReader.read(file());
  }

  ImageSet calibrationImages() {
    ImageSet all = ImageSets.read(calibrationFile());
    return this == DSCNN ? new ImageSubset(all, 0, HELD_OUT) : all;
  }

  ImageSet testImages() {
    ImageSet all = ImageSets.read(testImagesFile());
    return this == DSCNN ? new ImageSubset(all, HELD_OUT, all.count()) : all;
  }

  Labels testLabels() {
    Labels all = Labels.read(testLabelsFile());
    return this == DSCNN
        ? new Labels(all.source(), Arrays.copyOfRange(all.values(), HELD_OUT, all.values().length))
        : all;
  }

  Preprocessing preprocessing() {
    return preprocessing;
  }

  public QuantizedNetwork quantized() {
    synchronized (QUANTIZED) {
      return QUANTIZED.computeIfAbsent(
          this,
          network ->
              Quantizer.quantize(
                      network.floating(),
                      network.calibrationImages(),
                      preprocessing,
                      QuantizeOptions.defaults(),
                      PhaseProgress.none())
                  .network());
    }
  }

  /** Quantized in another way than by default, from few images. */
  QuantizedNetwork quantized(Recipe recipe) {
    QuantizeOptions options =
        QuantizeOptions.defaults().withRecipe(recipe).withCalibrationImages(FEW_IMAGES);
    return Quantizer.quantize(
            floating(), calibrationImages(), preprocessing, options, PhaseProgress.none())
        .network();
  }

  /** Input codes of the first {@code count} test images. */
  public List<int[]> testCodes(int count) {
    return testCodes(quantized(), count);
  }

  /** Input codes of the first {@code count} test images for one of its quantized networks. */
  public List<int[]> testCodes(QuantizedNetwork network, int count) {
    Preprocessor preprocessor =
        new Preprocessor(
            testImages(), network.input().preprocessing(), network.input().tensor().shape());
    return java.util.stream.IntStream.range(0, count)
        .mapToObj(i -> preprocessor.codes(i, network.input()))
        .toList();
  }
}
