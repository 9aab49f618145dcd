package lutmac.network.quantized;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreprocessingTest {
  @Test
  void saysWhatIsDoneToPixels() {
    assertEquals("the pixels as they are", Preprocessing.none().words());
    assertEquals("(pixel - 48) / 64", words(List.of(48.0), List.of(64.0)));
    assertEquals("pixel / 255", words(List.of(0.0, 0.0), List.of(255.0)));
    assertEquals("pixel - (-0.5)", words(List.of(-0.5), List.of(1.0)));
    assertEquals(
        "(pixel - [123.675, 116.28, 103.53]) / 58.395",
        words(List.of(123.675, 116.28, 103.53), List.of(58.395, 58.395, 58.395)));
    assertEquals(
        "pixel / 58.395", words(List.of(0.0), List.of((double) 58.395f)), "digits of float32");
    assertEquals(
        "pixel - 1, channels reversed, the middle 20x10",
        new Preprocessing(
                List.of(1.0), List.of(1.0), true, Optional.of(new Preprocessing.Crop(20, 10)), 0)
            .words());
  }

  private static String words(List<Double> mean, List<Double> std) {
    return new Preprocessing(mean, std, false, Optional.empty(), 0).words();
  }
}
