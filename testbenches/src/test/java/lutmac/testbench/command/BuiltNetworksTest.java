package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.TestGraph;
import lutmac.onnx.qdq.QdqGraphs;
import lutmac.onnx.qdq.QdqGraphs.Codes;
import lutmac.testbench.networks.FloatOnnx;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that people bring, from the file to words of the RTL, as they type it. */
@Tag("slow")
class BuiltNetworksTest {
  private static final Shape INPUT = new Shape(3, 8, 8);
  private static final int IMAGES = 12;

  @TempDir Path directory;
  private Workspace workspace;
  private Path images;

  @BeforeEach
  void writeImages() {
    workspace = new Workspace(directory);
    byte[] pixels = new byte[IMAGES * INPUT.size()];
    new Random(5).nextBytes(pixels);
    images = workspace.npy("images.npy", "|u1", pixels, IMAGES, 3, 8, 8);
    byte[] labels = new byte[IMAGES];
    workspace.npy("labels.npy", "|u1", labels, IMAGES);
  }

  /** What Vitis AI, Quark and Brevitas write: weights of 8 bits, two planes here. */
  @ParameterizedTest
  @ValueSource(strings = {"bins", "csd"})
  void foreignWeightsOfEightBitsBecomeHardware(String style) throws IOException {
    QdqGraphs qdq = new QdqGraphs(13, 1, 3, 8, 8);
    qdq.activation("x", "in", 5, Codes.INT8);
    // Both ends of the range: with signed nibbles alone 127 could not be written.
    int[] weights = new Random(6).ints(8 * 3 * 9, -128, 128).toArray();
    weights[0] = 127;
    weights[1] = -128;
    int[] classifier = new Random(7).ints(5 * 8, -128, 128).toArray();
    qdq.graph()
        .floats("scale", new float[] {1 / 128f})
        .codes("w.codes", DataType.INT8, weights, 8, 3, 3, 3)
        .codes("v.codes", DataType.INT8, classifier, 5, 8, 1, 1)
        .node("DequantizeLinear", "wd", "w.codes scale", "w")
        .node("DequantizeLinear", "vd", "v.codes scale", "v")
        .node("Conv", "conv", "in w", "sums")
        .node("Relu", "relu", "sums", "positive");
    qdq.activation("positive", "map", 3, Codes.UINT8);
    qdq.graph().node("Conv", "classes", "map v", "y");
    simulatesBitExact(qdq.graph().write(directory), style, "--mean", "128", "--std", "48");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bins", "csd"})
  void joinedMapsBecomeHardware(String style) throws IOException {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 2)
            .conv("x", "a", 5, FloatNetworks.SAME)
            .relu("a", "ar")
            .conv("ar", "b", 6, Window.pointwise())
            .relu("b", "br")
            .conv("ar", "c", 7, FloatNetworks.SAME)
            .relu("c", "cr")
            .concat("joined", "br", "ar", "cr")
            .conv("joined", "d", 8, FloatNetworks.SAME)
            .mean("d", "m")
            .conv("m", "y", 4, Window.pointwise())
            .result("y");
    simulatesBitExact(quantized(network), style);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bins", "csd"})
  void severalOutputsBecomeHardware(String style) throws IOException {
    simulatesBitExact(quantized(twoHeads()), style);
  }

  /** Without being told anything else, the first output is the class. */
  @Test
  void ofSeveralOutputsTheFirstIsTheClass() throws IOException {
    Path network = quantized(twoHeads());
    Invocation run =
        Invocation.of(
                Invocation.with(workspace.evaluate(network, images, workspace.labels()), "--json"))
            .succeeded();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertEquals(IMAGES, json.path("images").intValue());
    assertTrue(json.path("top1FloatPercent").isNumber(), run.out());
  }

  private static FloatNetwork twoHeads() {
    return FloatNetworks.on(INPUT, 3)
        .conv("x", "a", 6, FloatNetworks.SAME)
        .relu("a", "ar")
        .conv("ar", "boxes", 4, Window.pointwise())
        .mean("ar", "m")
        .conv("m", "y", 5, Window.pointwise())
        .result("y", "boxes", "ar");
  }

  /** A transposed convolution spreads zeros; of images whose zero is their mean it has none. */
  @Test
  void whatNoHardwareComputesIsSaidByLayer() throws IOException {
    TestGraph graph = new TestGraph(13, 3, 8, 8);
    graph
        .weights("w", 3, 4, 2, 2)
        .weights("v", 5, 4, 1, 1)
        .node("ConvTranspose", "grow", "x w", "large", "strides", new long[] {2, 2})
        .node("Relu", "relu", "large", "positive")
        .node("Conv", "classes", "positive v", "y");
    Path model = graph.write(directory);
    Path file = workspace.file("net.lut.onnx");
    Invocation run = Invocation.of(workspace.quantize(model, images, file)).succeeded();
    String reason = "layer 'grow': it is a transposed convolution of 'x', whose zero is no code 0";
    assertTrue(
        run.err().contains("'lutmac generate' does not build this network as it is: " + reason),
        run.err());
    List<String> built =
        run.out()
            .lines()
            .dropWhile(line -> !line.startsWith("layer"))
            .limit(3)
            .map(line -> line.substring(line.lastIndexOf(' ') + 1))
            .toList();
    assertEquals(List.of("hardware", "no", "yes"), built, run.out());
    // What cannot be generated is not the next step.
    assertFalse(run.out().contains("lutmac generate"), run.out());
    JsonNode json =
        new ObjectMapper()
            .readTree(
                Invocation.of(workspace.quantize(model, images, file, "--json")).succeeded().out());
    assertFalse(json.at("/layers/0/built").booleanValue());
    assertTrue(json.at("/layers/1/built").booleanValue());
    assertTrue(json.path("hardwareRefusal").textValue().startsWith(reason), json.toString());
    Invocation.of(workspace.generate(file, workspace.file("design"))).refusal(reason);
    assertFalse(
        Invocation.of(workspace.quantize(FloatOnnx.of(twoHeads()).write(directory), images, file))
            .succeeded()
            .out()
            .contains("hardware"));
  }

  private Path quantized(FloatNetwork network) {
    Path file = workspace.file("net.lut.onnx");
    Path model = FloatOnnx.of(network).write(directory);
    Invocation.of(workspace.quantize(model, images, file)).succeeded();
    return file;
  }

  private void simulatesBitExact(Path network, String style, String... options) throws IOException {
    Path design = workspace.file("design");
    String[] generate =
        workspace.generate(network, design, "--array", "3x4", "--pe", style, "--name", "built");
    Invocation.of(Invocation.with(generate, options)).succeeded();
    Invocation run =
        Invocation.of(workspace.simulate(design, images, "--count", "2", "--json")).succeeded();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertEquals(2, json.path("images").intValue(), run.out());
    assertEquals(0, json.path("mismatches").intValue(), run.out());
    assertTrue(json.path("wordsCompared").longValue() > 0, run.out());
  }
}
