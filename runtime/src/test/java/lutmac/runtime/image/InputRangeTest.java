package lutmac.runtime.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import org.junit.jupiter.api.Test;

class InputRangeTest {
  private static final Shape SHAPE = new Shape(1, 1, 4);

  @Test
  void imagesLikeThoseOfTheCalibrationAreNotRemarkedOn() {
    assertEquals(Optional.empty(), warning(Preprocessing.none(), false, 8, 0, 0.25f, 0.5f, 1));
    assertEquals(Optional.empty(), warning(Preprocessing.none(), true, 0, 0, 3, 90, 255));
    assertEquals(Optional.empty(), warning(scaled(128, 64), false, 6, 10, 100, 150, 250));
  }

  @Test
  void bytesForANetworkOfZeroToOneAreClamped() {
    String warning = warning(Preprocessing.none(), false, 8, 0, 1, 200, 255).orElseThrow();
    assertTrue(warning.contains("50 % of the input is clamped"), warning);
    assertTrue(warning.contains("0 to 255") && warning.contains("to 0.996"), warning);
  }

  @Test
  void oneIsNotFarOutsideOfZeroToAlmostOne() {
    assertEquals(Optional.empty(), warning(Preprocessing.none(), false, 8, 1, 1, 1, 0.99f));
  }

  @Test
  void zeroToOneForANetworkOfBytesUsesLittleOfItsRange() {
    String warning = warning(Preprocessing.none(), true, 0, 0, 1, 1, 0).orElseThrow();
    assertTrue(warning.contains("uses little of its range"), warning);
    assertTrue(warning.contains("0 to 1,") && warning.contains("0 to 255"), warning);
  }

  private static Preprocessing scaled(double mean, double std) {
    return new Preprocessing(List.of(mean), List.of(std), false, Optional.empty(), 0);
  }

  private static Optional<String> warning(
      Preprocessing how, boolean folded, int frac, float... pixels) {
    Images images = new Images(SHAPE, new float[][] {pixels}, false);
    // Signed where a mean is taken off.
    FixedFormat format = new FixedFormat(8, how.mean(0) > 0 ? frac - 1 : frac, how.mean(0) > 0);
    InputEncoding encoding = new InputEncoding(Tensor.zeroPadded("in", SHAPE, format), how, folded);
    return InputRange.of(new Preprocessor(images, how, SHAPE), encoding, 0, 1).warning();
  }
}
