package lutmac.quant.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import lutmac.quant.BadInputException;
import lutmac.quant.RealData;
import lutmac.quant.graph.FloatNetwork;
import lutmac.quant.graph.Shape;
import org.junit.jupiter.api.Test;

class OnnxReaderRealNetworksTest {

  @Test
  void readsLeNet5AsFiveConvolutionsAndTwoPools() {
    FloatNetwork network = OnnxReader.read(RealData.file("models/mnist_lenet5.onnx"));
    assertEquals(new Shape(1, 28, 28), network.inputShape());
    assertEquals(Map.of("Conv", 5, "Relu", 4, "MaxPool", 2), operators(network));
    assertEquals(new Shape(10, 1, 1), network.shapes().get(network.outputName()));
  }

  @Test
  void readsResNet20WithItsNormalizationsFolded() {
    FloatNetwork network = OnnxReader.read(RealData.file("models/cifar10_resnet20.onnx"));
    assertEquals(
        Map.of("Conv", 22, "Relu", 19, "Add", 9, "GlobalAveragePool", 1), operators(network));
    assertEquals(new Shape(10, 1, 1), network.shapes().get(network.outputName()));
  }

  @Test
  void readsResNet8WithItsAveragePoolAsGlobalOne() {
    FloatNetwork network = OnnxReader.read(RealData.file("models/cifar10_resnet8_mlperftiny.onnx"));
    assertEquals(
        Map.of("Conv", 10, "Relu", 7, "Add", 3, "GlobalAveragePool", 1), operators(network));
  }

  @Test
  void refusesEveryConcatenationOfSqueezeNetAtOnce() {
    String message = refusal("models/imagenet_squeezenet1.1.onnx");
    assertEquals(8, message.split("\\(Concat\\)", -1).length - 1, message);
    assertTrue(message.contains("joining feature maps is not supported"), message);
  }

  @Test
  void refusesEveryDepthwiseConvolutionOfTheMobileNetworksAtOnce() {
    Map<String, Integer> depthwise =
        Map.of(
            "models/imagenet_mobilenetv2_1.0_int8wdq.onnx", 17,
            "models/kws_dscnn_mlperftiny.onnx", 4,
            "models/vww96_mobilenetv1_025_mlperftiny.onnx", 13);
    depthwise.forEach(
        (file, count) -> {
          String message = refusal(file);
          assertEquals(count, message.split("\\(Conv\\)", -1).length - 1, message);
          assertTrue(message.contains("depthwise"), message);
        });
  }

  private static String refusal(String file) {
    Path path = RealData.file(file);
    String message =
        assertThrows(BadInputException.class, () -> OnnxReader.read(path)).getMessage();
    assertFalse(message.contains("\n"), message);
    return message;
  }

  private static Map<String, Integer> operators(FloatNetwork network) {
    Map<String, Integer> counts = new TreeMap<>();
    network.nodes().forEach(n -> counts.merge(n.op().getClass().getSimpleName(), 1, Integer::sum));
    return counts;
  }
}
