package lutmac.onnx.reader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.onnx.model.TestGraph;
import lutmac.runtime.exec.FloatExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Activation functions are what ONNX Runtime computes, in one node or written out in several. */
class ActivationsTest {
  private static final int IMAGES = 3;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "LeakyRelu, 13, alpha, 0.1",
    "LeakyRelu, 13, '', 0",
    "Tanh, 13, '', 0",
    "HardSigmoid, 13, alpha, 0.3",
    "HardSigmoid, 13, '', 0",
    "HardSwish, 14, '', 0",
    "Elu, 13, alpha, 0.7",
    "Selu, 13, '', 0",
    "Celu, 13, alpha, 0.7",
    "Softplus, 13, '', 0",
    "Softsign, 13, '', 0",
    "Mish, 18, '', 0",
    "Gelu, 20, '', 0",
    "ThresholdedRelu, 13, alpha, 0.5",
    "Erf, 13, '', 0",
    "Abs, 13, '', 0"
  })
  void oneNode(String operator, long opset, String attribute, float value) throws OrtException {
    TestGraph graph = convolution(opset);
    if (attribute.isEmpty()) {
      graph.node(operator, "a", "c", "y");
    } else {
      graph.node(operator, "a", "c", "y", attribute, value);
    }
    assertActivation(graph);
  }

  @Test
  void geluByTanh() throws OrtException {
    assertActivation(convolution(20).node("Gelu", "a", "c", "y", "approximate", "tanh"));
  }

  @Test
  void preluOfOneSlope() throws OrtException {
    assertActivation(
        convolution(13)
            .floats("slope", new float[] {0.2f, 0.2f, 0.2f, 0.2f}, 4, 1, 1)
            .node("PRelu", "a", "c slope", "y"));
  }

  @Test
  void preluOfASlopeAChannelIsALineAndARelu() throws OrtException {
    FloatNetwork network = preluOf(0.2f, 0f, -0.1f, 1f);
    assertEquals(
        List.of("Conv", "Conv", "Conv", "Relu", "Add"),
        network.nodes().stream().map(node -> node.op().getClass().getSimpleName()).toList());
  }

  @Test
  void preluOfASlopeOfMoreThanOne() throws OrtException {
    preluOf(0.2f, 1.5f, 3f, -2f);
  }

  private FloatNetwork preluOf(float... slopes) throws OrtException {
    TestGraph graph =
        convolution(13).floats("slope", slopes, 4, 1, 1).node("PRelu", "a", "c slope", "y");
    FloatNetwork network = OnnxReader.read(graph.write(directory));
    float[] images = graph.images(2);
    float[] expected = graph.onnxRuntime(images, 2);
    float[] actual = new FloatExecutor(network).outputs(images, 2).get(0);
    assertArrayEquals(expected, actual, 1e-5f);
    return network;
  }

  @Test
  void preluOfASlopeAPixelIsRefused() {
    TestGraph graph = convolution(13);
    graph.weights("slope", 4, 1, 2).node("PRelu", "a", "c slope", "y");
    Path file = graph.write(directory);
    String message =
        assertThrows(BadInputException.class, () -> OnnxReader.read(file)).getMessage();
    assertTrue(message.contains("'a' (PRelu): its slopes 'slope' differ by pixel"), message);
  }

  @Test
  void siluAsSigmoidAndProduct() throws OrtException {
    assertActivation(convolution(13).node("Sigmoid", "s", "c", "s").node("Mul", "m", "s c", "y"));
  }

  @Test
  void mishAsSoftplusTanhAndProduct() throws OrtException {
    assertActivation(
        convolution(13)
            .node("Softplus", "p", "c", "p")
            .node("Tanh", "t", "p", "t")
            .node("Mul", "m", "c t", "y"));
  }

  @Test
  void hardSwishAsHardSigmoidAndProduct() throws OrtException {
    assertActivation(
        convolution(14)
            .node("HardSigmoid", "s", "c", "s", "alpha", 1f / 6)
            .node("Mul", "m", "c s", "y"));
  }

  @Test
  void hardSwishAsClipProductAndQuotient() throws OrtException {
    assertActivation(
        convolution(13)
            .floats("three", new float[] {3})
            .floats("zero", new float[] {0})
            .floats("six", new float[] {6})
            .node("Add", "raised", "c three", "r")
            .node("Clip", "clipped", "r zero six", "k")
            .node("Mul", "m", "c k", "m")
            .node("Div", "d", "m six", "y"));
  }

  @Test
  void hardSwishWithTheQuotientInTheGate() throws OrtException {
    assertActivation(
        convolution(13)
            .floats("three", new float[] {3})
            .floats("zero", new float[] {0})
            .floats("six", new float[] {6})
            .node("Add", "raised", "c three", "r")
            .node("Clip", "clipped", "r zero six", "k")
            .node("Div", "d", "k six", "g")
            .node("Mul", "m", "c g", "y"));
  }

  @Test
  void geluByErf() throws OrtException {
    assertActivation(
        convolution(13)
            .floats("root", new float[] {(float) Math.sqrt(2)})
            .floats("one", new float[] {1})
            .floats("half", new float[] {0.5f})
            .node("Div", "scaled", "c root", "s")
            .node("Erf", "erf", "s", "e")
            .node("Add", "raised", "e one", "r")
            .node("Mul", "m", "c r", "m")
            .node("Mul", "h", "m half", "y"));
  }

  @Test
  void geluByTanhAndCube() throws OrtException {
    assertActivation(
        convolution(13)
            .floats("three", new float[] {3})
            .floats("a", new float[] {0.044715f})
            .floats("s", new float[] {(float) Math.sqrt(2 / Math.PI)})
            .floats("one", new float[] {1})
            .floats("half", new float[] {0.5f})
            .node("Pow", "cube", "c three", "p")
            .node("Mul", "small", "p a", "q")
            .node("Add", "sum", "c q", "t")
            .node("Mul", "scaled", "t s", "u")
            .node("Tanh", "tanh", "u", "v")
            .node("Add", "raised", "v one", "w1")
            .node("Mul", "halved", "c half", "h")
            .node("Mul", "m", "h w1", "y"));
  }

  @Test
  void scaledSigmoidAsGate() throws OrtException {
    assertActivation(
        convolution(13)
            .floats("s", new float[] {1.702f})
            .node("Mul", "scaled", "c s", "u")
            .node("Sigmoid", "sigmoid", "u", "v")
            .node("Mul", "m", "v c", "y"));
  }

  @Test
  void batchNormalizationInFrontGoesIntoTheConvolution() throws OrtException {
    assertActivation(
        convolution(13)
            .positive("g", 4)
            .weights("be", 4)
            .weights("mu", 4)
            .positive("va", 4)
            .node("BatchNormalization", "n", "c g be mu va", "n")
            .node("Sigmoid", "s", "n", "s")
            .node("Mul", "m", "n s", "y"));
  }

  @Test
  void square() throws OrtException {
    assertActivation(convolution(13).node("Mul", "m", "c c", "y"));
  }

  @Test
  void gateThatOthersReadStaysAMapOfItsOwn() throws OrtException {
    TestGraph graph =
        convolution(13)
            .node("Sigmoid", "s", "c", "s")
            .node("Mul", "m", "s c", "m")
            .node("Add", "sum", "m s", "y");
    List<String> operators = operators(check(graph));
    assertEquals(List.of("Conv", "Activation", "Activation", "Add"), operators);
  }

  @Test
  void clipWithANegativeBound() throws OrtException {
    assertActivation(
        convolution(13)
            .floats("lo", new float[] {-0.3f})
            .floats("hi", new float[] {0.5f})
            .node("Clip", "a", "c lo hi", "y"));
  }

  private static TestGraph convolution(long opset) {
    return new TestGraph((int) opset, 3, 6, 5)
        .weights("w", 4, 3, 3, 3)
        .weights("b", 4)
        .node("Conv", "conv", "x w b", "c");
  }

  private void assertActivation(TestGraph graph) throws OrtException {
    assertEquals(List.of("Conv", "Activation"), operators(check(graph)));
  }

  private FloatNetwork check(TestGraph graph) throws OrtException {
    FloatNetwork network = OnnxReader.read(graph.write(directory));
    float[] batch = graph.images(IMAGES);
    float[] expected =
        graph.onnxRuntimeOutputs(batch, IMAGES, OrtSession.SessionOptions.OptLevel.ALL_OPT).get(0);
    float[] actual = new FloatExecutor(network).logits(batch, IMAGES);
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < actual.length; i++) {
      assertEquals(expected[i], actual[i], 1e-5f * Math.max(1, Math.abs(expected[i])));
    }
    return network;
  }

  private static List<String> operators(FloatNetwork network) {
    return network.nodes().stream()
        .map(FloatNode::op)
        .map(FloatOp::getClass)
        .map(Class::getSimpleName)
        .toList();
  }
}
