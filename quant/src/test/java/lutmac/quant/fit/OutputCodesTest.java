package lutmac.quant.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.calib.ActivationCodes;
import lutmac.runtime.exec.IntegerLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A layer of one weight, 1, on four signed pixels of 2 fraction bits, halved to 1 fraction bit. */
class OutputCodesTest {
  private static final Shape SHAPE = new Shape(1, 1, 4);
  private static final Tensor INPUT = Tensor.zeroPadded("x", SHAPE, new FixedFormat(8, 2, true));

  /** -100, 14, 7 and 100 halve to -50, 7, 3.5 and 50; codes end at -8 and 7, ties are even. */
  @Test
  void codesAreRoundedAndClampedAndSharesCounted() {
    OutputCodes codes =
        run(
            new OutputStage.Requantize(List.of(1), -8, 7),
            new FixedFormat(4, 1, true),
            Optional.empty(),
            -100,
            14,
            7,
            100);
    assertArrayEquals(new byte[][] {{-8, 7, 4, 7}}, codes.codes().orElseThrow());
    assertEquals(0.25, codes.clampedLow());
    assertEquals(0.25, codes.clampedHigh());
  }

  /**
   * Codes end at -7 and 7. 15 halves to 7.5, which is 8 to even and up, one too many; -15 halves to
   * -7.5: to even that is -8, one too few, up it is -7.
   */
  @ParameterizedTest
  @CsvSource({"HALF_EVEN, 0.5", "HALF_UP, 0.25"})
  void tiesAtTheClampCountAsTheyAreRounded(Rounding rounding, double low) {
    OutputCodes codes =
        run(
            rounding,
            new OutputStage.Requantize(List.of(1), -7, 7),
            new FixedFormat(4, 1, true),
            Optional.empty(),
            14,
            15,
            -15,
            -16);
    assertEquals(low, codes.clampedLow());
    assertEquals(0.25, codes.clampedHigh());
  }

  /** The float sums are the pixels themselves: -25, 1.5, 1.75 and 25 against codes times 1/2. */
  @Test
  void noiseIsWhatTheCodesAreOffTheFloatSums() {
    OutputCodes codes =
        run(
            new OutputStage.Requantize(List.of(1), -8, 7),
            new FixedFormat(4, 1, true),
            Optional.empty(),
            -100,
            6,
            7,
            100);
    double energy = 25 * 25 * 2 + 1.5 * 1.5 + 1.75 * 1.75;
    double noise = 21 * 21 + 0.25 * 0.25 + 21.5 * 21.5;
    assertEquals(10 * Math.log10(energy / noise), codes.sqnr().orElseThrow(), 1e-9);
  }

  /** What a ReLU cuts, and a ReLU6 at its ceiling 6 = code 12, is no fault of the format. */
  @Test
  void whatTheReluCutsIsNoClampAndNoNoise() {
    OutputCodes codes =
        run(
            new OutputStage.Requantize(List.of(1), 0, 12),
            new FixedFormat(4, 1, false),
            Optional.of(6f),
            -100,
            6,
            8,
            100);
    assertArrayEquals(new byte[][] {{0, 3, 4, 12}}, codes.codes().orElseThrow());
    assertEquals(0, codes.clampedLow());
    assertEquals(0, codes.clampedHigh());
    assertEquals(Optional.empty(), codes.sqnr());
  }

  @Test
  void theLastLayerHasSumsInsteadOfCodes() {
    OutputCodes codes =
        run(
            new OutputStage.Accumulators(),
            new AccumulatorFormat(List.of(2)),
            Optional.empty(),
            -100,
            6,
            7,
            100);
    assertEquals(Optional.empty(), codes.codes());
    assertEquals(Optional.empty(), codes.sqnr());
    assertEquals(0, codes.clampedHigh());
  }

  private static OutputCodes run(
      OutputStage stage, TensorFormat output, Optional<Float> ceiling, int... pixels) {
    return run(Rounding.HALF_EVEN, stage, output, ceiling, pixels);
  }

  private static OutputCodes run(
      Rounding rounding,
      OutputStage stage,
      TensorFormat output,
      Optional<Float> ceiling,
      int... pixels) {
    MacLayer layer =
        new MacLayer(
            "one",
            INPUT,
            Tensor.zeroPadded("y", SHAPE, output),
            Optional.empty(),
            Window.pointwise(),
            false,
            new Codebook(List.of(0, 1)),
            new byte[] {1},
            new int[1],
            stage);
    byte[] codes = new byte[4];
    float[] sums = new float[4];
    for (int i = 0; i < 4; i++) {
      codes[i] = (byte) pixels[i];
      sums[i] = pixels[i] / 4f;
    }
    return OutputCodes.of(
        layer,
        new IntegerLayer(layer, rounding),
        rounding,
        new ActivationCodes(INPUT, new byte[][] {codes}),
        Optional.empty(),
        new float[][] {sums},
        ceiling,
        Optional.empty());
  }
}
