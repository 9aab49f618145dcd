package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import lutmac.examples.digits.DigitsExample;
import lutmac.onnx.model.TestGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code lutmac quantize} says to bad input. */
class BadQuantizeInputTest {
  @TempDir Path directory;
  private Workspace workspace;

  @BeforeEach
  void writeExample() {
    workspace = Workspace.in(directory);
  }

  @Test
  void refusesTruncatedNetworkWhereverItIsCut() {
    byte[] whole = DigitsExample.network();
    for (int length : new int[] {0, 1, 7, whole.length / 3, whole.length / 2, whole.length - 1}) {
      Path cut = workspace.write("cut.onnx", Arrays.copyOf(whole, length));
      refusesNetwork(cut, "cut.onnx", "truncated", "export or download it again");
    }
  }

  @Test
  void namesAllUnsupportedNodesAtOnce() {
    Path model =
        edited(
            graph -> {
              node(graph, "relu1").setOpType("Sinh");
              node(graph, "relu4").setOpType("LSTM");
              node(graph, "pool2").setOpType("LpPool");
            });
    String line =
        refusesNetwork(
            model, "edited.onnx", "'relu1' (Sinh)", "'relu4' (LSTM)", "'pool2' (LpPool)");
    assertFalse(line.contains("'conv1'"), line);
    assertTrue(line.contains("'relu4' (LSTM): the operator is not supported: recurrent"), line);
    assertTrue(line.contains("'pool2' (LpPool): the operator is not supported: train"), line);
    assertTrue(line.contains("; docs/operators.md lists what is, in short: conv"), line);
  }

  /** Where the map of 2^-50 can be held, its accumulators cannot. */
  @ParameterizedTest
  @ValueSource(ints = {-50, -54, -58})
  void refusesValuesBeyondThoseOfAFile(int exponent) {
    float[] ones = {1, 1, 1, 1};
    TestGraph graph = new TestGraph(13, 1, 20, 20);
    graph
        .weights("w", 4, 1, 1, 1)
        .weights("v", 4, 4, 1, 1)
        .floats("less", scaled(ones, exponent), 1, 4, 1, 1)
        .floats("more", scaled(ones, -exponent), 1, 4, 1, 1)
        .node("Conv", "c", "x w", "c.y")
        .node("Mul", "m", "c.y less", "m.y")
        .node("Relu", "r", "m.y", "r.y")
        .node("Mul", "n", "r.y more", "n.y")
        .node("Conv", "d", "n.y v", "y");
    refusesNetwork(
        graph.write(directory), "beyond those of a quantized network", "check the weights");
  }

  private static float[] scaled(float[] values, int exponent) {
    float[] scaled = values.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = Math.scalb(scaled[i], exponent);
    }
    return scaled;
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void refusesWeightsThatAreNoNumbers(float bad) {
    Path model =
        edited(
            graph -> {
              NodeProto.Builder convolution = node(graph, "conv2");
              TensorProto.Builder weights =
                  graph.getInitializerBuilderList().stream()
                      .filter(tensor -> tensor.getName().equals(convolution.getInput(1)))
                      .findFirst()
                      .orElseThrow();
              byte[] raw = weights.getRawData().toByteArray();
              ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).putFloat(4 * 5, bad);
              weights.setRawData(ByteString.copyFrom(raw));
            });
    refusesNetwork(model, "edited.onnx", "'conv2' (Conv)", String.valueOf(bad), "position 5");
  }

  @Test
  void refusesWhatIsNoFloatNetwork() {
    Path text = workspace.write("notes.txt", "no network\n");
    refusesNetwork(text, "notes.txt", "not an ONNX file", "export");
    refusesNetwork(workspace.file("absent.onnx"), "absent.onnx", "no such file", "check the path");
    refusesNetwork(directory, directory.toString(), "cannot be read");
    Invocation.of(workspace.quantize()).succeeded();
    refusesNetwork(
        workspace.quantized(), "digits.lut.onnx", "lutmac has quantized this network already");
  }

  @Test
  void refusesImagesOfTheWrongShape() {
    Path large = workspace.npy("large.npy", "|u1", new byte[2 * 28 * 28], 2, 1, 28, 28);
    refusesImages(
        large, "large.npy", "[1, 28, 28]", "[1, 20, 20]", "--crop 20x20", "does not resize");
    Path last = workspace.npy("last.npy", "|u1", new byte[2 * 20 * 20], 1, 20, 20, 2);
    refusesImages(last, "last.npy", "[20, 20, 2]", "[1, 20, 20]", "give images of that shape");
    Path colour = workspace.npy("colour.npy", "|u1", new byte[3 * 20 * 20], 1, 3, 20, 20);
    refusesImages(colour, "colour.npy", "[3, 20, 20]", "RGB", "make them grey first");
    Path small = workspace.npy("small.npy", "|u1", new byte[3 * 10 * 20], 1, 3, 10, 20);
    refusesImages(small, "small.npy", "make them grey first; scale them to 20x20 first");
    refusesImages(workspace.labels(), "labels.npy", "[20]", "[N, C, H, W]");
  }

  @Test
  void refusesEmptyImageSets() throws IOException {
    Path none = workspace.npy("none.npy", "|u1", new byte[0], 0, 1, 20, 20);
    refusesImages(none, "none.npy", "holds no images", "at least one");
    Path folder = Files.createDirectory(workspace.file("pictures"));
    refusesImages(folder, "pictures", "holds no .jpg", "give images");
    refusesImages(workspace.write("empty.npy", ""), "empty.npy", "the file is empty");
    refusesImages(workspace.file("absent.npy"), "absent.npy", "no such file", "check the path");
  }

  @Test
  void refusesDamagedImages() throws IOException {
    byte[] whole = Files.readAllBytes(workspace.calibration());
    Path cut = workspace.write("cut.npy", Arrays.copyOf(whole, whole.length - 1));
    refusesImages(cut, "cut.npy", "truncated", "save the array again");
    refusesImages(workspace.write("a.npy", "text"), "a.npy", "neither a .npy file, a .zip");
    refusesImages(workspace.write("a.zip", "PK\3\4 cut"), "a.zip", "not a readable .zip");

    ByteBuffer pixels = ByteBuffer.allocate(4 * 400).order(ByteOrder.LITTLE_ENDIAN);
    pixels.putFloat(4 * 41, Float.NaN);
    Path nan = workspace.npy("nan.npy", "<f4", pixels.array(), 1, 1, 20, 20);
    refusesImages(nan, "nan.npy", "image 0", "NaN", "row 2, column 1", "remove it");
  }

  @Test
  void refusesPicturesOfDifferentSizes() throws IOException {
    Path folder = Files.createDirectory(workspace.file("pictures"));
    picture(folder.resolve("a.png"), 20);
    picture(folder.resolve("b.png"), 21);
    refusesImages(folder, "b.png", "21x21", "20x20", "scale them to one size");
    Files.writeString(folder.resolve("b.png"), "no picture");
    refusesImages(folder, "b.png", "cannot be decoded", "save it as");
  }

  private static void picture(Path file, int size) throws IOException {
    ImageIO.write(
        new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY), "png", file.toFile());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--weight-bits     | 9           | 2 to 8 bits",
        "--weight-bits     | 0           | 1 to 4 bits",
        "--weight-bits     | four        | not an int",
        "--activation-bits | 1           | 2 to 8 bits",
        "--calib-count     | 0           | at least one image",
        "--rounding        | up          | half-even or half-up",
        "--recipe          | other       | LUT",
        "--budget          | 4x5         | such as 4.6",
        "--without         | sleep       | exact-tables",
        "--crop            | 99999999999 | 224x192",
        "--crop            | wide        | 224x192",
        "--crop            | 21          | cannot be cropped to 21x21",
        "--mean            | NaN         | pixel units",
        "--mean            | grey        | not a double",
        "--std             | 0           | positive",
        "--std             | Infinity    | positive",
        "--label-offset    | one         | not an int",
        "--colour          | yes         | Unknown option",
        "--weights-bits    | 4           | did you mean --weight-bits",
        "--recipe          | atuo        | did you mean auto?",
        "--without         | retarget    | did you mean retargeting?",
        "--rounding        | half-evn    | did you mean half-even?",
        "--pe              | seriell     | did you mean serial?",
        "--target          | Hardwear    | did you mean hardware?",
        "--balance         | 1           | balanced anyway; '--without equalization'"
      })
  void refusesOptionsThatMakeNoSense(String option, String value, String rule) {
    boolean named = !rule.startsWith("cannot") && !rule.startsWith("balanced");
    String message = named ? option : "";
    workspace.refuses(
        Invocation.with(
            new String[] {
              "quantize",
              workspace.model().toString(),
              "--calib",
              workspace.calibration().toString(),
              "-o",
              workspace.quantized().toString()
            },
            option,
            value),
        message,
        rule);
  }

  @Test
  void namesTheFileThatIsThereInstead() {
    workspace.refuses(
        workspace.quantize(
            workspace.file("digit.onnx"), workspace.calibration(), workspace.quantized()),
        "digit.onnx: no such file",
        "did you mean digits.onnx?");
    workspace.refuses(
        workspace.quantize(
            workspace.model(), workspace.file("calibraton.npy"), workspace.quantized()),
        "did you mean calibration.npy?");
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "auto | 10steps | 8x8 | even the smallest formats exceed the budget of 10 steps",
        "auto | 0steps  | 8x8 | positive",
        "auto | 9cycles | 8x8 | even the smallest formats exceed the budget of 9 cycles",
        "auto | 10steps | 0x8 | 1 to 64 rows",
        "fxp  | 10steps | 8x8 | saves no step"
      })
  void refusesBudgetsOfTimeThatMakeNoSense(
      String recipe, String budget, String array, String rule) {
    workspace.refuses(
        workspace.quantize(
            workspace.model(),
            workspace.calibration(),
            workspace.quantized(),
            "--recipe",
            recipe,
            "--budget",
            budget,
            "--array",
            array),
        rule);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "auto | --weight-bits     | 9       | 2 to 8 bits",
        "fxp  | --weight-bits     | 4       | --budget",
        "fxp  | --activation-bits | 6       | --budget",
        "mxqn | --budget          | 4       | nothing to allocate",
        "mxqn | --weight-bits     | 1       | 2 to 8 bits",
        "mxqn | --activation-bits | 9       | 2 to 8 bits",
        "auto | --budget          | small   | such as 4.6",
        "auto | --budget          | 0       | positive",
        "auto | --budget          | 1.5     | even the smallest formats",
        "auto | --budget          | 0.5%,8x | both as in 8x,0.5%",
        "auto | --budget          | 100%    | below 100 percent",
        "auto | --budget          | 9steps  | such as --array 14x16",
        "fxp  | --budget          | 9cycles | saves no step",
        "auto | --array           | wide    | such as 14x16",
        "auto | --target          | nowhere | is no lutmac design",
        "auto | --pe              | csd     | add --target hardware",
        "auto | --pe              | fast    | expected one of",
        "auto | --digits          | 5       | 1 to 4 digits",
        "lut  | --digits          | 0       | 1 to 4 digits",
        "mxqn | --digits          | 2       | no tables to choose",
        "auto | --calib-labels    | x.npy   | no use for labels"
      })
  void refusesOptionsOfOtherRecipes(String recipe, String option, String value, String rule) {
    workspace.refuses(
        workspace.quantize(
            workspace.model(),
            workspace.calibration(),
            workspace.quantized(),
            "--recipe",
            recipe,
            option,
            value),
        rule);
  }

  @Test
  void refusesScalesOfTensorsInOtherRecipes() {
    workspace.refuses(
        workspace.quantize(
            workspace.model(),
            workspace.calibration(),
            workspace.quantized(),
            "--recipe",
            "mxqn",
            "--no-per-channel"),
        "--no-per-channel",
        "only --recipe lut");
  }

  @Test
  void refusesToLeaveOutLogarithmicMapsWhereThereAreNone() {
    workspace.refuses(
        workspace.quantize(
            workspace.model(),
            workspace.calibration(),
            workspace.quantized(),
            "--recipe",
            "lut",
            "--no-logarithmic"),
        "--no-logarithmic",
        "only --recipe auto");
  }

  @Test
  void refusesABudgetForWhichThereIsNoWeightFormat() {
    workspace.refuses(
        workspace.quantize(
            workspace.model(),
            workspace.calibration(),
            workspace.quantized(),
            "--budget",
            "4",
            "--weight-bits",
            "1"),
        "--weight-bits",
        "formats to choose from");
  }

  /** What a file says by itself, line by line, is tested where it is read. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layers: {conv9: {exponent: 1}}                        | no layer 'conv9'",
        "layers: {conv1: {weights: {kind: fixed, bits: 9}}}    | mine.yaml:1:",
        "layers: {logits: {output: {kind: fixed, bits: 8}}}    | layer 'logits': the network"
            + " returns its accumulators",
        "layers: {conv1: {channel-shifts: [0, 1]}}             | layer 'conv1': it has 16 output"
            + " channels",
        "input: {kind: fixed, bits: 4}                         | 8-bit pixels themselves",
        "layers: [                                             | is not YAML"
      })
  void refusesFormatsThatDoNotFit(String text, String rule) {
    refusesFormats(workspace.write("mine.yaml", text), "mine.yaml", rule);
  }

  @Test
  void refusesFormatsThatAreNotThere() {
    refusesFormats(workspace.file("absent.yaml"), "absent.yaml", "there is no such file");
  }

  @Test
  void refusesToReplaceTheFormatsThatItReads() {
    Path own = workspace.write("digits.lut.formats.yaml", "layers: {}\n");
    refusesFormats(own, "digits.lut.formats.yaml", "that this command reads", "another file");
    workspace.refuses(
        workspace.quantize(
            workspace.model(), workspace.calibration(), own, "--formats", own.toString()),
        "is a file that this command reads");
  }

  private void refusesFormats(Path formats, String... parts) {
    workspace.refuses(
        workspace.quantize(
            workspace.model(),
            workspace.calibration(),
            workspace.quantized(),
            "--formats",
            formats.toString()),
        parts);
  }

  @Test
  void refusesStatisticsForOtherChannels() {
    workspace.refuses(
        new String[] {
          "quantize",
          workspace.model().toString(),
          "--calib",
          workspace.calibration().toString(),
          "--mean",
          "1,2,3",
          "-o",
          workspace.quantized().toString()
        },
        "mean has 3",
        "1 input channels");
  }

  @Test
  void namesEveryMissingOption() {
    workspace.refuses(
        new String[] {"quantize", workspace.model().toString()},
        "--calib",
        "--output",
        "lutmac quantize --help");
  }

  @Test
  void helpIsAnsweredWhateverTheOutputIs() {
    List<String> arguments =
        new ArrayList<>(
            List.of(workspace.quantize(workspace.model(), workspace.calibration(), directory)));
    arguments.add("--help");
    Invocation help = Invocation.of(arguments.toArray(String[]::new)).succeeded();
    assertTrue(help.out().startsWith("Usage: lutmac quantize"), help.out());
  }

  @Test
  void refusesPlacesWhereNothingCanBeWritten() {
    Path file = workspace.write("file", "in the way");
    refusesOutput(file.resolve("net.lut.onnx"), "net.lut.onnx", "is a file", "another place");
    refusesOutput(workspace.file("no/net.lut.onnx"), "no directory", "create it first");
    refusesOutput(directory, directory.toString(), "is a directory", "name a file");
    refusesOutput(
        workspace.model(), "digits.onnx", "is the network that this command reads", "another file");
  }

  /** Not even root can make a file there, and only writing shows it. */
  @Test
  void refusesToGoOnWhenWritingFails() {
    Path output = Path.of("/proc/lutmac.lut.onnx");
    refusesOutput(output, "/proc/lutmac.lut.onnx", "choose");
    assertFalse(Files.exists(output));
  }

  @Test
  void keepsTheOlderFileWhenTheDiskFillsUp() throws IOException, InterruptedException {
    workspace.write("digits.lut.onnx", "older");
    SortedMap<String, String> before = workspace.contents();
    // Files of at most 8 kB; the quantized network has 30.
    CommandProcess.run(
            List.of("sh", "-c", "ulimit -f 16; exec \"$@\"", "sh"), Map.of(), workspace.quantize())
        .refusal("digits.lut.onnx", "cannot be written", "enough space");
    assertEquals(before, workspace.contents(), "files in the folder");
  }

  @Test
  void keepsTheOlderFileWhenItIsRefused() {
    workspace.write("digits.lut.onnx", "older");
    refusesNetwork(workspace.file("absent.onnx"), "absent.onnx");
  }

  private String refusesNetwork(Path network, String... parts) {
    return workspace.refuses(
        workspace.quantize(network, workspace.calibration(), workspace.file("new.lut.onnx")),
        parts);
  }

  private void refusesImages(Path images, String... parts) {
    workspace.refuses(workspace.quantize(workspace.model(), images, workspace.quantized()), parts);
  }

  private void refusesOutput(Path output, String... parts) {
    workspace.refuses(
        workspace.quantize(workspace.model(), workspace.calibration(), output), parts);
  }

  private Path edited(Consumer<GraphProto.Builder> edit) {
    try {
      ModelProto.Builder model = ModelProto.parseFrom(DigitsExample.network()).toBuilder();
      edit.accept(model.getGraphBuilder());
      return workspace.write("edited.onnx", model.build().toByteArray());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the example is an ONNX file", e);
    }
  }

  private static NodeProto.Builder node(GraphProto.Builder graph, String name) {
    List<NodeProto.Builder> nodes = graph.getNodeBuilderList();
    return nodes.stream().filter(node -> node.getName().equals(name)).findFirst().orElseThrow();
  }
}
