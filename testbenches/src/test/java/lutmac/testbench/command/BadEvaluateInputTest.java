package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code lutmac evaluate} says to bad input, and what reads quantized files to damaged ones.
 */
class BadEvaluateInputTest {
  @TempDir Path directory;
  private Workspace workspace;

  @BeforeEach
  void quantizeExample() {
    workspace = Workspace.quantizedIn(directory);
  }

  @Test
  void refusesTruncatedQuantizedFile() throws IOException {
    byte[] whole = Files.readAllBytes(workspace.quantized());
    for (int length : new int[] {0, 1, whole.length / 3, whole.length / 2, whole.length - 1}) {
      Path cut = workspace.write("cut.lut.onnx", Arrays.copyOf(whole, length));
      refusesNetwork(cut, "cut.lut.onnx", "quantize");
    }
  }

  @Test
  void neverFaultsOnFlippedBits() throws IOException {
    byte[] whole = Files.readAllBytes(workspace.quantized());
    Random random = new Random(5);
    int refused = 0;
    int flips = 150;
    for (int flip = 0; flip < flips; flip++) {
      byte[] damaged = whole.clone();
      int at = random.nextInt(whole.length);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Path file = workspace.write("flipped.lut.onnx", damaged);
      Invocation run =
          Invocation.of(
              workspace.evaluate(file, workspace.images(), workspace.labels(), "--count", "1"));
      if (run.exitCode() != 0) {
        run.refusal("flipped.lut.onnx", "quantize");
        refused++;
      }
    }
    // Not all: a weight's code may become another one, which makes another valid network.
    assertTrue(refused > flips / 4, refused + " of " + flips + " refused");
  }

  @Test
  void refusesWhatIsNoQuantizedNetwork() {
    refusesNetwork(workspace.model(), "digits.onnx", "lutmac quantize");
    refusesNetwork(workspace.write("notes.txt", "text"), "notes.txt", "not an ONNX file");
    refusesNetwork(workspace.file("absent.onnx"), "absent.onnx", "no such file", "check the path");
    refusesNetwork(directory, directory.toString(), "cannot be read");
  }

  @Test
  void refusesAnotherNumberOfLabelsThanImages() {
    Path few = workspace.npy("few.npy", "|u1", new byte[7], 7);
    refusesLabels(few, "few.npy", "7 labels", "images.npy holds 20 images", "one label an image");
  }

  @Test
  void refusesLabelsThatNameNoOutput() {
    byte[] classes = new byte[Workspace.TEST_IMAGES];
    classes[3] = 10;
    Path high = workspace.npy("high.npy", "|u1", classes, classes.length);
    refusesLabels(high, "high.npy", "label 10 of image 3", "outputs 0..9", "label offset");
    classes[3] = -1;
    Path low = workspace.npy("low.npy", "|i1", classes, classes.length);
    refusesLabels(low, "low.npy", "label -1 of image 3", "outputs 0..9");
  }

  @Test
  void refusesWhatAreNoLabels() {
    refusesLabels(workspace.file("absent.npy"), "absent.npy", "no such file", "check the path");
    refusesLabels(workspace.images(), "images.npy", "[20, 1, 20, 20]", "integers [N]");
    refusesLabels(workspace.write("l.txt", "1\n2\n3\n4\n5\n"), "l.txt", ".npy", ".csv");
    refusesLabels(workspace.write("l.csv", "0\nseven\n"), "l.csv", "line 2", "'seven'");
    refusesLabels(workspace.write("none.csv", "\n"), "none.csv", "holds no labels");
  }

  @Test
  void refusesImagesOfTheWrongShape() {
    Path large = workspace.npy("large.npy", "|u1", new byte[20 * 28 * 28], 20, 1, 28, 28);
    workspace.refuses(
        workspace.evaluate(workspace.quantized(), large, workspace.labels()),
        "large.npy",
        "[1, 28, 28]",
        "[1, 20, 20]; cut or scale them to 20x20 first (lutmac does not resize)");
    Path none = workspace.npy("none.npy", "|u1", new byte[0], 0, 1, 20, 20);
    workspace.refuses(
        workspace.evaluate(workspace.quantized(), none, workspace.labels()),
        "none.npy",
        "holds no images");
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    refusesOption("--count", "at least 1", "--count", "0");
    refusesOption("--count", "not an int", "--count", "many");
    refusesOption(
        "absent.onnx", "no such file", "--float", workspace.file("absent.onnx").toString());
    refusesOption("Unknown option", "lutmac evaluate --help", "--loud");
    refusesOption("Unmatched argument", "lutmac evaluate --help", "extra");
  }

  private void refusesOption(String part, String rule, String... option) {
    workspace.refuses(
        workspace.evaluate(workspace.quantized(), workspace.images(), workspace.labels(), option),
        part,
        rule);
  }

  private void refusesNetwork(Path network, String... parts) {
    workspace.refuses(workspace.evaluate(network, workspace.images(), workspace.labels()), parts);
  }

  private void refusesLabels(Path labels, String... parts) {
    workspace.refuses(workspace.evaluate(workspace.quantized(), workspace.images(), labels), parts);
  }
}
