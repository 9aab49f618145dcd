package lutmac.testbench;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.quant.RealData;
import lutmac.quant.data.ImageSet;
import lutmac.quant.data.ImageSets;
import lutmac.quant.data.Labels;
import lutmac.quant.data.Preprocessor;
import lutmac.quant.graph.FloatNetwork;
import lutmac.quant.network.Preprocessing;
import lutmac.quant.network.QuantizedNetwork;
import lutmac.quant.onnx.OnnxReader;
import lutmac.quant.recipe.Progress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Quantizer;

/**
 * The real networks, quantized once a test run with the defaults: 4-bit weights, A8, no training.
 */
enum RealNetwork {
  LENET5("mnist_lenet5", "mnist", List.of(0.0), List.of(255.0)),
  RESNET20(
      "cifar10_resnet20",
      "cifar10",
      List.of(123.675, 116.28, 103.53),
      List.of(58.395, 57.12, 57.375)),
  RESNET8("cifar10_resnet8_mlperftiny", "cifar10", List.of(0.0), List.of(1.0));

  private static final Map<RealNetwork, QuantizedNetwork> QUANTIZED =
      new EnumMap<>(RealNetwork.class);

  private final String model;
  private final String dataset;
  private final Preprocessing preprocessing;

  RealNetwork(String model, String dataset, List<Double> mean, List<Double> std) {
    this.model = model;
    this.dataset = dataset;
    this.preprocessing = new Preprocessing(mean, std, false, Optional.empty(), 0);
  }

  Path file() {
    return RealData.file("models/" + model + ".onnx");
  }

  Path calibrationFile() {
    return RealData.file("datasets/" + dataset + "/train_images.npy");
  }

  Path testImagesFile() {
    return RealData.file("datasets/" + dataset + "/test_images.npy");
  }

  Path testLabelsFile() {
    return RealData.file("datasets/" + dataset + "/test_labels.npy");
  }

  FloatNetwork floating() {
    return OnnxReader.read(file());
  }

  ImageSet testImages() {
    return ImageSets.read(testImagesFile());
  }

  Labels testLabels() {
    return Labels.read(testLabelsFile());
  }

  Preprocessing preprocessing() {
    return preprocessing;
  }

  QuantizedNetwork quantized() {
    synchronized (QUANTIZED) {
      return QUANTIZED.computeIfAbsent(
          this,
          network ->
              Quantizer.quantize(
                      network.floating(),
                      ImageSets.read(network.calibrationFile()),
                      preprocessing,
                      QuantizeOptions.defaults(),
                      Progress.none())
                  .network());
    }
  }

  /** Input codes of the first {@code count} test images. */
  List<int[]> testCodes(int count) {
    QuantizedNetwork network = quantized();
    Preprocessor preprocessor =
        new Preprocessor(
            testImages(), network.input().preprocessing(), network.input().tensor().shape());
    return java.util.stream.IntStream.range(0, count)
        .mapToObj(i -> preprocessor.codes(i, network.input()))
        .toList();
  }
}
