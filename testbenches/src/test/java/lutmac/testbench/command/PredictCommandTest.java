package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import javax.imageio.ImageIO;
import lutmac.examples.digits.DigitsExample;
import lutmac.network.file.FileTree;
import lutmac.network.format.LogFormat;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.testbench.NumpyArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code lutmac predict} writes, and what it says to bad input. */
class PredictCommandTest {
  private static final int IMAGES = 3;

  /** In blocks of 512 bytes; the arrays are larger. */
  private static final String SMALL_FILES_ONLY = "ulimit -f 1; exec \"$@\"";

  @TempDir static Path directory;
  private static Workspace workspace;
  private static byte[] pixels;

  @BeforeAll
  static void quantizeExample() {
    workspace = Workspace.quantizedIn(directory);
    double[] values = NumpyArray.read(workspace.images()).values();
    int size = values.length / Workspace.TEST_IMAGES * IMAGES;
    pixels = new byte[size];
    for (int i = 0; i < size; i++) {
      pixels[i] = (byte) (int) values[i];
    }
  }

  @AfterEach
  void clear() throws IOException {
    FileTree.delete(out());
  }

  @Test
  void writesTheFloatNetworksOutputsAsOnnxRuntimeComputesThem() throws OrtException {
    String[] predict = predict(workspace.model(), "--mean", "48", "--std", "64");
    Invocation.of(predict).succeeded();
    float mean = (float) DigitsExample.MEAN;
    float std = (float) DigitsExample.STD;
    float[] input = new float[pixels.length];
    for (int i = 0; i < input.length; i++) {
      input[i] = (Byte.toUnsignedInt(pixels[i]) - mean) / std;
    }
    NumpyArray ours = NumpyArray.read(out("logits.npy"));
    assertEquals("<f4", ours.type());
    assertEquals(List.of(IMAGES, 10), ours.shape());
    double[] theirs = onnxRuntime(workspace.model(), FloatBuffer.wrap(input));
    assertArrayEquals(theirs, ours.values(), 1e-4);
  }

  @Test
  void writesTheQuantizedNetworksOutputsBitForBitAsOnnxRuntimeComputesThem() throws OrtException {
    Invocation.of(predict(workspace.quantized())).succeeded();
    NumpyArray ours = NumpyArray.read(out("logits.npy"));
    assertEquals("<f8", ours.type());
    assertEquals(List.of(IMAGES, 10), ours.shape());
    assertArrayEquals(onnxRuntime(workspace.quantized(), pixels), ours.values(), 0);
  }

  @Test
  void writesTheCodesOfEveryLayerAsTheGoldenModelComputesThem() throws IOException {
    holdsGoldenCodes(workspace.quantized());
  }

  @Test
  void writesWhatMemoryHoldsOfLogarithmicMaps() throws IOException {
    Path formats =
        workspace.write("log.yaml", "layers: {conv2: {output: {kind: log, bits: 4, step: 1}}}");
    Path network = workspace.file("log.lut.onnx");
    String[] quantize =
        workspace.quantize(
            workspace.model(), workspace.calibration(), network, "--formats", formats.toString());
    Invocation.of(quantize).succeeded();
    holdsGoldenCodes(network);
  }

  /** Runs with {@code --layers} and compares every array with the golden model's map. */
  private static void holdsGoldenCodes(Path file) throws IOException {
    JsonNode json =
        new ObjectMapper()
            .readTree(Invocation.of(predict(file, "--layers", "--json")).succeeded().out());
    assertEquals(
        json, new ObjectMapper().readTree(Files.readAllBytes(out("predict.json"))), "predict.json");
    QuantizedNetwork network = QuantizedOnnx.read(file);
    int size = network.input().tensor().shape().size();
    assertEquals(network.layers().size() + 1, json.path("layers").size());
    for (int image = 0; image < IMAGES; image++) {
      int[] codes = new int[size];
      for (int i = 0; i < size; i++) {
        codes[i] = Byte.toUnsignedInt(pixels[image * size + i]);
      }
      Map<String, int[]> maps = GoldenModel.run(network, codes);
      holds(json.path("layers").path(0), network.input().tensor(), codes, image);
      for (int l = 0; l < network.layers().size(); l++) {
        QuantizedLayer layer = network.layers().get(l);
        int[] map = maps.get(layer.output().name());
        holds(json.path("layers").path(l + 1), layer.output(), map, image);
      }
    }
  }

  private static void holds(JsonNode array, Tensor tensor, int[] integers, int image) {
    assertEquals(tensor.name(), array.path("name").textValue());
    NumpyArray stored = NumpyArray.read(out(array.path("file").textValue()));
    assertEquals(
        List.of(IMAGES, tensor.shape().channels(), tensor.shape().height(), tensor.shape().width()),
        stored.shape());
    JsonNode format = array.path("format");
    double[] expected = Arrays.stream(integers).asDoubleStream().toArray();
    double[] found =
        Arrays.copyOfRange(stored.values(), image * integers.length, (image + 1) * integers.length);
    switch (format.path("kind").textValue()) {
      case "fixed" -> {
        assertEquals(format.path("signed").booleanValue() ? "|i1" : "|u1", stored.type());
        assertEquals(tensor.format().frac(0), format.path("frac").intValue());
      }
      case "accumulator" -> {
        assertEquals("<i4", stored.type());
        assertEquals(tensor.format().frac(1), format.path("fracs").path(1).intValue());
      }
      case "logarithmic" -> {
        assertTrue(tensor.format() instanceof LogFormat);
        Arrays.setAll(found, i -> format.path("values").path((int) found[i]).intValue());
      }
      default -> throw new AssertionError(format);
    }
    assertArrayEquals(expected, found, tensor.name());
  }

  @Test
  void writesTheMapsOfAFloatNetwork() {
    Invocation.of(predict(workspace.model(), "--layers")).succeeded();
    NumpyArray input = NumpyArray.read(out("layers/image.npy"));
    assertEquals("<f4", input.type());
    for (int i = 0; i < pixels.length; i++) {
      assertEquals(Byte.toUnsignedInt(pixels[i]), input.values()[i]);
    }
    assertArrayEquals(
        NumpyArray.read(out("logits.npy")).values(),
        NumpyArray.read(out("layers/logits.npy")).values());
  }

  /** The largest of ONNX Runtime's values, its distance to the second, and its name. */
  @Test
  void namesTheClassesOfPictures() throws IOException, OrtException {
    int extent = (int) Math.sqrt((double) pixels.length / IMAGES);
    int size = extent * extent;
    String[] predict = {"predict", workspace.quantized().toString()};
    for (int image = 0; image < IMAGES; image++) {
      BufferedImage picture = new BufferedImage(extent, extent, BufferedImage.TYPE_BYTE_GRAY);
      picture
          .getRaster()
          .setDataElements(
              0, 0, extent, extent, Arrays.copyOfRange(pixels, image * size, (image + 1) * size));
      Path file = workspace.file("picture%d.png".formatted(image));
      assertTrue(ImageIO.write(picture, "png", file.toFile()));
      predict = Invocation.with(predict, file.toString());
    }
    Path names =
        workspace.write("names.txt", "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\n8\nnine");
    predict = Invocation.with(predict, "--names", names.toString());
    JsonNode answers =
        new ObjectMapper()
            .readTree(Invocation.of(Invocation.with(predict, "--json")).succeeded().out())
            .path("answers")
            .path("images");
    double[] theirs = onnxRuntime(workspace.quantized(), pixels);
    assertEquals(IMAGES, answers.size());
    for (int image = 0; image < IMAGES; image++) {
      double[] values = Arrays.copyOfRange(theirs, image * 10, (image + 1) * 10);
      double[] sorted = Arrays.stream(values).sorted().toArray();
      JsonNode answer = answers.path(image);
      assertEquals("picture%d.png".formatted(image), answer.path("name").textValue());
      JsonNode top = answer.path("top");
      assertEquals(5, top.size());
      for (int rank = 0; rank < 5; rank++) {
        JsonNode each = top.path(rank);
        assertEquals(sorted[9 - rank], each.path("value").doubleValue());
        assertEquals(
            sorted[9 - rank], values[each.path("classIndex").intValue()], "class of that value");
        assertEquals(
            sorted[9 - rank] - sorted[8 - rank], each.path("margin").doubleValue(), "margin");
      }
      int best = top.path(0).path("classIndex").intValue();
      assertEquals(
          Files.readAllLines(names).get(best), top.path(0).path("name").textValue(), "name");
    }
    String text = Invocation.of(predict).succeeded().out();
    assertTrue(text.contains("picture2.png"), text);
    assertTrue(text.contains("margin"), text);
    assertTrue(Files.notExists(out()), "nothing is written without -o");
  }

  @Test
  void refusesImagesThatAreNotNamedOrNamedTwice() {
    String network = workspace.quantized().toString();
    String images = workspace.images().toString();
    workspace.refuses(new String[] {"predict", network}, "no images", "behind the network");
    workspace.refuses(new String[] {"predict", network, images, "--data", images}, "named twice");
    workspace.refuses(new String[] {"predict", network, images, images}, "every one must be");
    workspace.refuses(new String[] {"predict", network, images, "--layers"}, "-o");
    workspace.refuses(new String[] {"predict", network, images, "--top=0"}, "--top");
    String labels = workspace.labels().toString();
    workspace.refuses(
        new String[] {"predict", network, images, "--names", labels}, "labels.npy", "name a line");
    workspace.refuses(new String[] {"predict", network, "gone.png"}, "gone.png", "no such file");
  }

  @Test
  void replacesAnOlderPredictionAsAWhole() {
    Invocation.of(predict(workspace.quantized(), "--layers")).succeeded();
    Invocation.of(predict(workspace.quantized())).succeeded();
    assertTrue(Files.notExists(out("layers")));
    assertTrue(Files.exists(out("logits.npy")));
  }

  @Test
  void refusesPlacesThatHoldSomethingElse() throws IOException {
    refuses(directory, "digits.lut.onnx", "another directory");
    refuses(workspace.images(), "is a file");
    refuses(directory.resolve("no/out"), "create it first");
    Invocation.of(predict(workspace.quantized())).succeeded();
    Files.writeString(out("mine.txt"), "a note");
    refuses(out(), "mine.txt", "-o");
  }

  @Test
  void refusesToReplaceItsInput() throws IOException {
    Invocation.of(predict(workspace.quantized(), "--layers")).succeeded();
    Path images = out("layers/image.npy");
    String[] predict = {
      "predict",
      workspace.quantized().toString(),
      "--data",
      images.toString(),
      "-o",
      out().toString()
    };
    workspace.refuses(predict, "holds the input", "image.npy", "another directory");
  }

  @Test
  void refusesWhatItCannotRead() {
    Path absent = workspace.file("absent.onnx");
    workspace.refuses(predict(absent), "absent.onnx");
    workspace.refuses(predict(workspace.labels()), "labels.npy", "not an ONNX file");
    workspace.refuses(predict(workspace.quantized(), "--mean", "1"), "leave out --mean");
    workspace.refuses(predict(workspace.quantized(), "--count", "0"), "--count");
  }

  @Test
  void leavesNothingWhenTheDiskFillsUp() throws IOException, InterruptedException {
    SortedMap<String, String> before = workspace.contents();
    CommandProcess.run(
            List.of("sh", "-c", SMALL_FILES_ONLY, "sh"),
            Map.of(),
            predict(workspace.model(), "--layers", "--mean=48", "--std=64"))
        .refusal("out", "enough space");
    assertEquals(before, workspace.contents(), "files in the folder");
  }

  private static void refuses(Path output, String... parts) {
    workspace.refuses(
        new String[] {
          "predict",
          workspace.quantized().toString(),
          "--data",
          workspace.images().toString(),
          "-o",
          output.toString()
        },
        parts);
  }

  private static Path out() {
    return workspace.file("out");
  }

  private static Path out(String name) {
    return out().resolve(name);
  }

  private static String[] predict(Path network, String... more) {
    return Invocation.with(
        new String[] {
          "predict",
          network.toString(),
          "--data",
          workspace.images().toString(),
          "--count",
          String.valueOf(IMAGES),
          "-o",
          out().toString()
        },
        more);
  }

  private static double[] onnxRuntime(Path network, byte[] codes) throws OrtException {
    ByteBuffer direct = ByteBuffer.allocateDirect(codes.length).put(codes).flip();
    try (OnnxTensor input =
        OnnxTensor.createTensor(
            OrtEnvironment.getEnvironment(), direct, imageShape(), OnnxJavaType.UINT8)) {
      return onnxRuntime(network, input);
    }
  }

  private static double[] onnxRuntime(Path network, FloatBuffer values) throws OrtException {
    try (OnnxTensor input =
        OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), values, imageShape())) {
      return onnxRuntime(network, input);
    }
  }

  private static double[] onnxRuntime(Path network, OnnxTensor input) throws OrtException {
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(network.toString());
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), input))) {
      FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
      double[] all = new double[values.remaining()];
      Arrays.setAll(all, i -> values.get(i));
      return all;
    }
  }

  private static long[] imageShape() {
    int extent = (int) Math.sqrt((double) pixels.length / IMAGES);
    return new long[] {IMAGES, 1, extent, extent};
  }
}
