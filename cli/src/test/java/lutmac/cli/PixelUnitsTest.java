package lutmac.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.ImageSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What is said of options that cannot be meant for the images. */
class PixelUnitsTest {
  private static final float[] BYTES = {0, 17, 255, 90};
  private static final float[] SHARES = {0, 0.5f, 1, 0.25f};

  /** Images of one row of pixels. */
  private record Row(float[] pixels) implements ImageSet {
    @Override
    public Path source() {
      return Path.of("images.npy");
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    public Shape shape() {
      return new Shape(1, 1, pixels.length);
    }

    @Override
    public ElementType type() {
      return ElementType.FLOAT32;
    }

    @Override
    public float[] image(int index) {
      return pixels;
    }
  }

  @Test
  void bytesWithoutMeanAndStdAreRemarkedOn() {
    String remark = remark(BYTES).orElseThrow();
    assertTrue(remark.contains("images.npy: no --mean and no --std"), remark);
    assertTrue(remark.contains("--mean 255*m --std 255*s"), remark);
    assertTrue(remark(BYTES, "--crop", "2").isPresent(), "a crop says nothing of values");
  }

  @Test
  void whatIsSaidOnPurposeIsNotRemarkedOn() {
    assertEquals(Optional.empty(), remark(BYTES, "--mean", "0"));
    assertEquals(Optional.empty(), remark(BYTES, "--mean", "48", "--std", "64"));
    assertEquals(Optional.empty(), remark(BYTES, "--std", "255"));
    assertEquals(Optional.empty(), remark(BYTES, "--mean", "103.9,116.8,123.7", "--std", "1"));
    assertEquals(Optional.empty(), remark(SHARES));
    assertEquals(Optional.empty(), remark(SHARES, "--mean", "0.13", "--std", "0.3"));
    assertEquals(Optional.empty(), remark(new float[] {0, 1, 1, 0}));
  }

  @Test
  void whatTheNetworksFileDoesIsKnown() {
    Preprocessing inFile =
        new Preprocessing(List.of(0.0), List.of(255.0), false, Optional.empty(), 0);
    assertEquals(Optional.empty(), PixelUnits.remark(new Row(BYTES), null, inFile));
    assertTrue(PixelUnits.remark(new Row(BYTES), null, Preprocessing.none()).isPresent());
  }

  @Test
  void numbersOfPyTorchAreGivenInPixels() {
    assertEnds(" --mean 33.3285 --std 78.5655", "--mean", "0.1307", "--std", "0.3081");
    assertEnds(
        " --mean 123.675,116.28,103.53 --std 58.395,57.12,57.375",
        "--mean",
        "0.485,0.456,0.406",
        "--std",
        "0.229,0.224,0.225");
    assertEnds(" --std 127.5", "--mean", "127.5", "--std", "0.5");
    assertEnds(" --mean 127.5", "--mean", "0.5", "--std", "255");
    assertEnds(" --mean 127.5 --std 255", "--mean", "0.5");
  }

  private static void assertEnds(String end, String... options) {
    String remark = remark(BYTES, options).orElseThrow();
    assertTrue(remark.endsWith("in pixels 0 to 255 it is" + end), remark);
  }

  private static Optional<String> remark(float[] pixels, String... options) {
    PreprocessingOptions given = CommandLine.populateCommand(new PreprocessingOptions(), options);
    return PixelUnits.remark(new Row(pixels), given, given.preprocessing());
  }
}
