package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import lutmac.generator.design.DesignDirectory;
import lutmac.network.quantized.Preprocessing;
import lutmac.onnx.model.TestGraph;
import lutmac.onnx.qdq.QdqGraphs;
import lutmac.onnx.qdq.QdqGraphs.Codes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What commands do with a network that another tool quantized: its images are prepared as the
 * command line says. The network here says 1 where the first of its three channels, a single pixel,
 * is positive, else 2; never 0.
 */
class ForeignNetworkTest {
  private static final int IMAGES = 60;
  private static final int SIDE = 3;
  private static final int MEAN = 90;

  @TempDir Path directory;
  private Workspace workspace;
  private Path network;

  @BeforeEach
  void writeNetwork() {
    workspace = new Workspace(directory);
    QdqGraphs qdq = new QdqGraphs(13, 1, 3, 1, 1);
    qdq.activation("x", "in", 5, Codes.INT8);
    qdq.graph()
        .floats("scale", new float[] {1})
        .codes("w.codes", DataType.INT8, new int[] {0, 0, 0, 1, 0, 0, -1, 0, 0}, 3, 3, 1, 1)
        .codes("b.codes", DataType.INT32, new int[] {-32 * 8, 0, 0}, 3)
        .floats("b.scale", new float[] {1 / 32f})
        .node("DequantizeLinear", "wd", "w.codes scale", "w")
        .node("DequantizeLinear", "bd", "b.codes b.scale", "b")
        .node("Conv", "conv", "in w b", "map")
        .node("Flatten", "flat", "map", "y");
    network = qdq.graph().write(directory);
  }

  @Test
  void evaluatePreparesImagesAsTold() throws IOException {
    Path images = images();
    // Blue, in the middle of the image, against its mean.
    String[] told = {
      "--mean",
      "%d,50,60".formatted(MEAN),
      "--std",
      "50",
      "--bgr",
      "--crop",
      "1",
      "--label-offset",
      "1"
    };
    assertEquals(100, top1(images, told));
    String[] otherChannel = {
      "--mean", String.valueOf(MEAN), "--std", "50", "--crop", "1", "--label-offset", "1"
    };
    assertTrue(top1(images, otherChannel) < 80);
  }

  @Test
  void whatIsNotGivenLeavesPixelsAsTheyAre() throws IOException {
    Path images = images();
    // No pixel is negative: all are of class 1.
    String[] evaluate =
        workspace.evaluate(
            network, images, workspace.labels(), "--bgr", "--crop=1", "--label-offset=1");
    Invocation run = Invocation.of(evaluate).succeeded();
    assertTrue(run.err().contains("images.npy: no --mean and no --std"), run.err());
    assertTrue(
        run.out()
            .contains("input 'x': the pixels as they are, channels reversed, the middle 1x1\n"),
        run.out());
    double positive = top1(images, "--bgr", "--crop", "1", "--label-offset", "1");
    assertEquals(100.0 * bright(pixels()) / IMAGES, positive, 1e-9);
  }

  @Test
  void designKnowsHowImagesArePrepared() {
    Path design = workspace.file("design");
    Invocation.of(
            workspace.generate(
                network, design, "--array", "2x2", "--mean", "1,2,3", "--std", "4", "--bgr"))
        .succeeded();
    assertEquals(
        new Preprocessing(List.of(1.0, 2.0, 3.0), List.of(4.0), true, Optional.empty(), 0),
        DesignDirectory.read(design).compiled().network().input().preprocessing());
  }

  @Test
  void ownFilesHoldTheirPreprocessingAndRefuseAnother() throws IOException {
    Workspace own = Workspace.quantizedIn(Files.createDirectory(workspace.file("own")));
    for (String[] option :
        new String[][] {
          {"--mean", "0"}, {"--std", "1"}, {"--bgr"}, {"--crop", "20"}, {"--label-offset", "0"}
        }) {
      own.refuses(
          own.evaluate(own.quantized(), own.images(), own.labels(), option),
          "digits.lut.onnx",
          "preprocessing in itself",
          option[0]);
      own.refuses(
          own.generate(own.quantized(), own.file("new"), option),
          "digits.lut.onnx",
          "preprocessing in itself",
          option[0]);
    }
  }

  /** Scales that no shift multiplies by: quantize reads the real numbers, generate says so. */
  @Test
  void otherScalesAreQuantizedAnew() throws IOException {
    Path other = otherScales();
    workspace.refuses(
        workspace.generate(other, workspace.file("design")),
        "scale 0.3 of 's'",
        "give the file to 'lutmac quantize'");
    Path made = workspace.file("made.lut.onnx");
    Invocation quantized =
        Invocation.of(
                "quantize",
                other.toString(),
                "--calib",
                images().toString(),
                "--crop",
                "1",
                "-o",
                made.toString())
            .succeeded();
    assertTrue(quantized.err().contains("the file is quantized already"), quantized.err());
    workspace.refuses(
        new String[] {
          "quantize",
          made.toString(),
          "--calib",
          images().toString(),
          "-o",
          workspace.file("again.lut.onnx").toString()
        },
        "lutmac has quantized this network already");
  }

  private Path otherScales() {
    TestGraph graph = new TestGraph(13, 3, 1, 1);
    graph
        .floats("s", new float[] {0.3f})
        .codes("z", DataType.UINT8, new int[] {13})
        .weights("w", 4, 3, 1, 1)
        .node("QuantizeLinear", "q", "x s z", "x.q")
        .node("DequantizeLinear", "d", "x.q s z", "in")
        .node("Conv", "conv", "in w", "y");
    return graph.write(workspace.file(""));
  }

  @Test
  void refusesPreprocessingThatMakesNoSense() {
    refuses("model.onnx", "3 channels", "--mean", "1,2");
    refuses("--std", "positive", "--std", "0");
    refuses("--mean", "pixel units", "--mean", "NaN");
    refuses("--crop", "224x192", "--crop", "big");
    refuses("--label-offset", "not an int", "--label-offset", "one");
  }

  private void refuses(String part, String rule, String... option) {
    workspace.refuses(workspace.generate(network, workspace.file("new"), option), part, rule);
  }

  private double top1(Path images, String... options) throws IOException {
    String[] evaluate = workspace.evaluate(network, images, workspace.labels(), options);
    Invocation run = Invocation.of(Invocation.with(evaluate, "--json")).succeeded();
    assertTrue(run.err().contains("does not say which float model"), run.err());
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertEquals(IMAGES, json.path("images").intValue());
    return json.path("top1QuantizedPercent").doubleValue();
  }

  /** Random pixels and their labels: 0 where the blue one in the middle is above its mean. */
  private Path images() {
    byte[] pixels = pixels();
    byte[] labels = new byte[IMAGES];
    for (int n = 0; n < IMAGES; n++) {
      labels[n] = (byte) (blue(pixels, n) > MEAN ? 0 : 1);
    }
    workspace.npy("labels.npy", "|u1", labels, IMAGES);
    return workspace.npy("images.npy", "|u1", pixels, IMAGES, 3, SIDE, SIDE);
  }

  private static byte[] pixels() {
    byte[] pixels = new byte[IMAGES * 3 * SIDE * SIDE];
    new Random(4).nextBytes(pixels);
    return pixels;
  }

  private static int blue(byte[] pixels, int image) {
    return pixels[((image * 3 + 2) * SIDE + SIDE / 2) * SIDE + SIDE / 2] & 0xff;
  }

  private static long bright(byte[] pixels) {
    return IntStream.range(0, IMAGES).filter(n -> blue(pixels, n) > MEAN).count();
  }
}
