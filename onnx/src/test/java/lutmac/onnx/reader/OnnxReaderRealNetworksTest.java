package lutmac.onnx.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.TreeMap;
import lutmac.network.RealData;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
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
  void readsSqueezeNetWithItsConcatenations() {
    FloatNetwork network = OnnxReader.read(RealData.file("models/imagenet_squeezenet1.1.onnx"));
    assertEquals(new Shape(3, 224, 224), network.inputShape());
    assertEquals(
        Map.of("Conv", 26, "Relu", 26, "MaxPool", 3, "Concat", 8, "GlobalAveragePool", 1),
        operators(network));
    assertEquals(new Shape(1000, 1, 1), network.shapes().get(network.outputName()));
  }

  @Test
  void readsMobileNetV2WithItsDepthwiseConvolutions() {
    FloatNetwork network =
        OnnxReader.read(RealData.file("models/imagenet_mobilenetv2_1.0_int8wdq.onnx"));
    assertEquals(
        Map.of("Conv", 53, "Relu", 35, "Add", 10, "GlobalAveragePool", 1), operators(network));
    assertEquals(17, depthwise(network));
    assertEquals(new Shape(1001, 1, 1), network.shapes().get(network.outputName()));
  }

  @Test
  void readsTheKeywordSpotterWithItsDepthwiseConvolutions() {
    FloatNetwork network = OnnxReader.read(RealData.file("models/kws_dscnn_mlperftiny.onnx"));
    assertEquals(new Shape(1, 49, 10), network.inputShape());
    assertEquals(Map.of("Conv", 10, "Relu", 9, "GlobalAveragePool", 1), operators(network));
    assertEquals(4, depthwise(network));
  }

  @Test
  void readsTheVisualWakeWordsNetworkWithItsNormalizationsFolded() {
    FloatNetwork network =
        OnnxReader.read(RealData.file("models/vww96_mobilenetv1_025_mlperftiny.onnx"));
    assertEquals(new Shape(3, 96, 96), network.inputShape());
    assertEquals(Map.of("Conv", 28, "Relu", 27, "GlobalAveragePool", 1), operators(network));
    assertEquals(13, depthwise(network));
  }

  private static long depthwise(FloatNetwork network) {
    return network.nodes().stream()
        .filter(n -> n.op() instanceof FloatOp.Conv conv && conv.groups() == conv.inChannels())
        .filter(n -> ((FloatOp.Conv) n.op()).groups() > 1)
        .count();
  }

  private static Map<String, Integer> operators(FloatNetwork network) {
    Map<String, Integer> counts = new TreeMap<>();
    network.nodes().forEach(n -> counts.merge(n.op().getClass().getSimpleName(), 1, Integer::sum));
    return counts;
  }
}
