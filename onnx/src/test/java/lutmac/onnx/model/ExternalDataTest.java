package lutmac.onnx.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import lutmac.network.BadInputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExternalDataTest {
  @TempDir Path directory;
  private Path folder;

  @BeforeEach
  void writeValues() throws IOException {
    folder = Files.createDirectory(directory.resolve("net"));
    ByteBuffer bytes = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0).putFloat(1.5f).putFloat(-2f).putFloat(4f).putFloat(0.5f);
    Files.write(folder.resolve("w.data"), bytes.array());
    Files.write(directory.resolve("secret"), bytes.array());
  }

  @Test
  void valuesAreThoseAtTheOffset() {
    Path model = model("location", "w.data", "offset", "4", "length", "16");
    assertArrayEquals(new float[] {1.5f, -2f, 4f, 0.5f}, weights(model));
    assertEquals(List.of(folder.resolve("w.data")), ExternalData.files(model));
  }

  @Test
  void withoutALengthTheyReachToTheEnd() {
    assertArrayEquals(
        new float[] {1.5f, -2f, 4f, 0.5f}, weights(model("location", "./w.data", "offset", "4")));
  }

  @Test
  void linksWithinTheFolderAreFollowed() throws IOException {
    Files.createSymbolicLink(folder.resolve("link.data"), Path.of("w.data"));
    assertEquals(4, weights(model("location", "link.data", "offset", "4")).length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secret", "/etc/hostname", "link", "sub/../../secret", "away/secret"})
  void refusesFilesOutsideTheFolder(String location) throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), directory.resolve("secret"));
    Files.createSymbolicLink(folder.resolve("away"), directory);
    refuses(model("location", location), "'w'", "outside the model's folder", "copy that file");
  }

  @ParameterizedTest
  @CsvSource({
    "w.data, 8, 16, 'bytes 8 to 24 of w.data, which has 20'",
    "w.data, 21, 0, 'bytes 21 to 21'",
    "w.data, -4, 16, 'offset ''-4'''",
    "w.data, 4, 9223372036854775807, 'which has 20'",
    "w.data, 4, much, 'length ''much'''",
    "w.data, 4, 12, 'holds 12 bytes but its shape needs 16'",
    "absent, 0, 16, 'no such file beside the model'",
    "'', 0, 16, 'does not say which'",
    "., 0, 16, 'which is no file'"
  })
  void refusesWhatTheFileDoesNotHold(
      String location, String offset, String length, String complaint) {
    refuses(model("location", location, "offset", offset, "length", length), "'w'", complaint);
  }

  private static void refuses(Path model, String... parts) {
    String message = assertThrows(RuntimeException.class, () -> weights(model)).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), "'%s' in: %s".formatted(part, message));
    }
  }

  private Path model(String... entries) {
    TestGraph graph = new TestGraph(13, 1, 2, 2).node("Conv", "c", "x w", "y");
    TensorProto.Builder weights =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addAllDims(List.of(1L, 1L, 2L, 2L))
            .setDataLocation(TensorProto.DataLocation.EXTERNAL);
    for (int i = 0; i < entries.length; i += 2) {
      weights.addExternalData(
          StringStringEntryProto.newBuilder().setKey(entries[i]).setValue(entries[i + 1]));
    }
    graph.proto().addInitializer(weights);
    return graph.write(folder);
  }

  private static float[] weights(Path file) throws BadInputException {
    OnnxModel model = OnnxModel.read(file, Set.of(TensorProto.DataType.FLOAT), Optional.empty());
    return Constant.of(model.graph().getInitializer(0), "w")
        .fold(Constant.Floats::values, integers -> new float[0]);
  }
}
