package lutmac.runtime.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import lutmac.network.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures of every kind against what Pillow 12.3 read from the same files. */
class PictureSetTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "subsampled.jpg",
        "progressive.jpg",
        "profile.jpg",
        "grey-profile.jpg",
        "cmyk.jpg",
        "ycck.jpg",
        "rgb-stored.jpg",
        "upright.jpg",
        "no-markers.jpg",
        "profile.png",
        "palette.png",
        "alpha.png",
        "grey-alpha.png",
        "key.png",
        "one-bit.png",
        "grey-4.png",
        "gamma.png"
      })
  void readsThePixelsThatPillowReads(String name) throws IOException {
    ImageSet expected = ImageSets.read(resource(name.replace('.', '-') + ".npy"));
    resource(name);
    ImageSet images = ImageSets.read(directory);
    assertEquals(expected.shape(), images.shape());
    assertArrayEquals(expected.image(0), images.image(0));
  }

  @ParameterizedTest
  @CsvSource({
    "grey-16.png, has 16 bits a sample; save it with 8",
    "rgb-16.png, has 16 bits a sample; save it with 8",
    "turned.jpg, its Exif orientation 6 says",
    "turned.png, its Exif orientation 3 says"
  })
  void refusesWhatOthersReadInSeveralWays(String name, String reason) throws IOException {
    resource(name);
    String message = refusal();
    assertTrue(message.contains(name + ": " + reason), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"subsampled.jpg", "progressive.jpg", "profile.png", "palette.png"})
  void refusesPicturesCutAnywhere(String name) throws IOException {
    Path file = resource(name);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += length < whole.length - 20 ? 11 : 1) {
      Files.write(file, Arrays.copyOf(whole, length));
      String message = refusal();
      assertTrue(message.contains(name + ": cannot be decoded"), length + ": " + message);
    }
  }

  @Test
  void refusesDamagedPictures() throws IOException {
    Path png = resource("profile.png");
    byte[] bytes = Files.readAllBytes(png);
    bytes[bytes.length - 100] ^= 4;
    Files.write(png, bytes);
    assertTrue(refusal().contains("check sum"), refusal());
    Files.delete(png);
    Path jpeg = resource("subsampled.jpg");
    bytes = Files.readAllBytes(jpeg);
    // A marker in the middle of the scan: what follows it is lost.
    bytes[bytes.length - 60] = (byte) 0xff;
    bytes[bytes.length - 59] = (byte) 0xd9;
    Files.write(jpeg, bytes);
    assertTrue(refusal().contains("damaged"), refusal());
  }

  @Test
  void readsPicturesWithBytesBehindTheirEnd() throws IOException {
    Path file = resource("subsampled.jpg");
    byte[] whole = Files.readAllBytes(file);
    float[] pixels = ImageSets.read(directory).image(0);
    Files.write(file, Arrays.copyOf(whole, whole.length + 100));
    assertArrayEquals(pixels, ImageSets.read(directory).image(0));
  }

  private String refusal() {
    return assertThrows(BadInputException.class, () -> ImageSets.read(directory).image(0))
        .getMessage();
  }

  private Path resource(String name) throws IOException {
    Path file = directory.resolve(name);
    try (InputStream in = PictureSetTest.class.getResourceAsStream("pictures/" + name)) {
      Files.copy(in, file);
    }
    return file;
  }
}
