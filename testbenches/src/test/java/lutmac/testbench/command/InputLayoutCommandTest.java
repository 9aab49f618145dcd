package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import lutmac.onnx.model.TestGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network as Keras and PyTorch write them: channels last, open size, weights in another file. */
class InputLayoutCommandTest {
  private static final int IMAGES = 12;

  @TempDir Path directory;
  private Workspace workspace;
  private Path model;
  private String[] evaluate;

  @BeforeEach
  void writeModelAndImages() throws IOException {
    workspace = Workspace.in(directory);
    TestGraph graph = new TestGraph(15, 8, 6, 3).weights("w", 4, 3, 3, 3).weights("m", 96, 5);
    graph.proto().clearInput();
    graph
        .input("x", "N", "height", "width", 3L)
        .integers("flat", -1, 96)
        .node("Transpose", "in", "x", "t", "perm", new long[] {0, 3, 1, 2})
        .node("Conv", "c", "t w", "u")
        .node("Relu", "r", "u", "v")
        .node("Transpose", "out", "v", "s", "perm", new long[] {0, 2, 3, 1})
        .node("Reshape", "flatten", "s flat", "f")
        .node("MatMul", "dense", "f m", "y");
    TensorProto.Builder weights = graph.proto().getInitializerBuilder(1);
    Files.write(directory.resolve("model.data"), weights.getRawData().toByteArray());
    weights
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("location").setValue("model.data"));
    model = graph.write(directory);
    byte[] pixels = new byte[IMAGES * 8 * 6 * 3];
    new Random(4).nextBytes(pixels);
    Path images = workspace.npy("nhwc.npy", "|u1", pixels, IMAGES, 8, 6, 3);
    Path labels = workspace.npy("classes.npy", "|u1", new byte[IMAGES], IMAGES);
    evaluate =
        new String[] {
          "evaluate",
          quantized().toString(),
          "--data",
          images.toString(),
          "--labels",
          labels.toString()
        };
  }

  private Path quantized() {
    return directory.resolve("net.lut.onnx");
  }

  private Invocation quantize(String... more) {
    String[] arguments = {
      "quantize",
      model.toString(),
      "--calib",
      directory.resolve("nhwc.npy").toString(),
      "--mean",
      "128",
      "--std",
      "64",
      "-o",
      quantized().toString()
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Invocation.of(all);
  }

  @Test
  void shapeIsGivenOnceAndWeightsBelongToTheModel() throws IOException {
    quantize("--input-shape", "8,6,3").succeeded();
    Invocation evaluated = Invocation.of(evaluate).succeeded();
    assertTrue(evaluated.out().contains("float"), evaluated.out());
    assertFalse(evaluated.err().contains("float model"), evaluated.err());

    Path data = directory.resolve("model.data");
    byte[] changed = Files.readAllBytes(data);
    changed[0] ^= 1;
    Files.write(data, changed);
    Invocation other = Invocation.of(evaluate).succeeded();
    assertTrue(other.err().contains("is not where it was (or has changed)"), other.err());
  }

  @Test
  void openSizesAreRefusedWithTheOption() {
    quantize().refusal("('height')", "('width')", "--input-shape");
    quantize("--input-shape", "8x6").refusal("4 dimensions with the batch");
    quantize("--input-shape", "big").refusal("--input-shape", "'big'");
    assertFalse(Files.exists(quantized()));
  }
}
