package lutmac.quant.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.SignedDigits;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.recipe.Techniques;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.exec.Sqnr;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Images;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class QuantizerTest {
  private static final Shape INPUT = new Shape(3, 8, 8);
  private static final Preprocessing CENTRED =
      new Preprocessing(List.of(120.0, 110.0, 100.5), List.of(60.0), false, Optional.empty(), 0);
  private static final QuantizeOptions OPTIONS = QuantizeOptions.defaults();

  @Test
  void outputsOnOtherImagesStayCloseToTheFloatNetwork() {
    QuantizationResult result = quantize(residual(), Images.bytes(INPUT, 64, 1), CENTRED, OPTIONS);
    assertTrue(Sqnr.of(residual(), result.network(), Images.bytes(INPUT, 16, 2)) > 20);
    assertEquals(5, result.report().layers().size());
    assertTrue(result.report().layers().stream().allMatch(l -> l.outputSqnr().orElse(99.0) > 20));
  }

  @Test
  void compensationBeatsNearestLevels() {
    QuantizeOptions nearest = OPTIONS.withTechniques(Techniques.nearest());
    double plain =
        Sqnr.of(
            residual(),
            quantize(residual(), Images.bytes(INPUT, 64, 1), CENTRED, nearest).network(),
            Images.bytes(INPUT, 16, 2));
    double compensated =
        Sqnr.of(
            residual(),
            quantize(residual(), Images.bytes(INPUT, 64, 1), CENTRED, OPTIONS).network(),
            Images.bytes(INPUT, 16, 2));
    assertTrue(compensated > plain + 1, compensated + " dB against " + plain);
  }

  @Test
  void bytePixelsAreTheCodesAndPadWithTheMean() {
    QuantizedNetwork network =
        quantize(residual(), Images.bytes(INPUT, 8, 1), CENTRED, OPTIONS).network();
    assertTrue(network.input().folded());
    assertEquals(new FixedFormat(8, 0, false), network.input().tensor().format());
    assertEquals(List.of(120, 110, 100), network.input().tensor().padCodes());
  }

  @Test
  void realImagesGetAFixedPointFormat() {
    QuantizedNetwork network =
        quantize(residual(), Images.reals(INPUT, 8, 1), CENTRED, OPTIONS).network();
    assertFalse(network.input().folded());
    assertTrue(((FixedFormat) network.input().tensor().format()).signed());
    assertEquals(List.of(0, 0, 0), network.input().tensor().padCodes());
  }

  @Test
  void anInputThatIsAddedKeepsItsPreprocessedValues() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 4)
            .conv("x", "a", 3, FloatNetworks.SAME)
            .add("x", "a", "s")
            .relu("s", "sr")
            .conv("sr", "y", 4, FloatNetworks.SAME)
            .result("y");
    QuantizedNetwork quantized =
        quantize(network, Images.bytes(INPUT, 32, 1), CENTRED, OPTIONS).network();
    assertFalse(quantized.input().folded());
    assertTrue(Sqnr.of(network, quantized, Images.bytes(INPUT, 8, 2)) > 18);
  }

  @Test
  void everyTableHasTwoDigitLevelsAndCodesOfTheChosenWidth() {
    for (int bits : new int[] {4, 3, 2}) {
      for (QuantizedLayer layer :
          quantize(
                  residual(),
                  Images.bytes(INPUT, 8, 1),
                  CENTRED,
                  OPTIONS.withRecipe(tables(bits, true)))
              .network()
              .layers()) {
        if (layer instanceof MacLayer mac) {
          assertEquals(bits, mac.onlyPlane().codebook().bits());
          assertTrue(
              mac.onlyPlane().codebook().levels().stream()
                  .allMatch(l -> SignedDigits.count(l) <= 2));
        }
      }
    }
  }

  @Test
  void meanAndSharedAdditionAreExactCopies() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 9)
            .conv("x", "a", 4, FloatNetworks.SAME)
            .relu("a", "ar", 6)
            .pool("ar", "p")
            .conv("x", "b", 4, new Window(2, 2, 2, 2, 0, 0, 0, 0, 1, 1))
            .relu("b", "br", 6)
            .add("p", "br", "s")
            .mean("s", "y")
            .result("y");
    QuantizationResult result = quantize(network, Images.bytes(INPUT, 32, 1), CENTRED, OPTIONS);
    List<LayerReport> layers = result.report().layers();
    assertEquals(Optional.empty(), layers.get(2).weightSqnr());
    assertEquals(Optional.empty(), layers.get(3).weightSqnr());
    assertTrue(Sqnr.of(network, result.network(), Images.bytes(INPUT, 8, 2)) > 20);
  }

  @Test
  void resultDoesNotDependOnTheNumberOfThreads() throws Exception {
    QuantizedNetwork one = withThreads(1);
    QuantizedNetwork five = withThreads(5);
    assertEquals(one.layers().size(), five.layers().size());
    for (int i = 0; i < one.layers().size(); i++) {
      MacLayer a = (MacLayer) one.layers().get(i);
      MacLayer b = (MacLayer) five.layers().get(i);
      assertArrayEquals(a.onlyPlane().codes(), b.onlyPlane().codes());
      assertArrayEquals(a.bias(), b.bias());
      assertEquals(a.onlyPlane().codebook(), b.onlyPlane().codebook());
      assertEquals(a.stage(), b.stage());
    }
  }

  private static QuantizedNetwork withThreads(int threads) throws Exception {
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      return pool.submit(
              () -> quantize(residual(), Images.bytes(INPUT, 32, 1), CENTRED, OPTIONS).network())
          .get();
    } finally {
      pool.shutdown();
    }
  }

  /** Weights from 2^-24 to 2^12 of the usual: everything that the hardware demands still holds. */
  @Property(tries = 40)
  void everyLayerIsLegalWhateverTheScale(
      @ForAll @IntRange(min = -24, max = 12) int exponent, @ForAll long seed) {
    FloatNetwork network =
        FloatNetworks.scaled(INPUT, seed, Math.scalb(1.0, exponent))
            .conv("x", "a", 4, FloatNetworks.SAME)
            .relu("a", "ar")
            .conv("ar", "b", 4, FloatNetworks.SAME)
            .conv("ar", "c", 4, FloatNetworks.SAME)
            .add("b", "c", "s")
            .relu("s", "sr")
            .mean("sr", "m")
            .conv("m", "y", 3, Window.pointwise())
            .result("y");
    QuantizedNetwork quantized =
        quantize(network, Images.bytes(INPUT, 4, seed), CENTRED, OPTIONS).network();
    for (QuantizedLayer layer : quantized.layers()) {
      if (layer instanceof MacLayer mac) {
        assertTrue(AccumulatorRange.of(mac).fitsInt32());
        mac.skip()
            .ifPresent(
                skip -> assertTrue(skip.alignment().stream().allMatch(t -> t >= 0 && t <= 31)));
        if (mac.stage() instanceof OutputStage.Requantize stage) {
          assertTrue(stage.shift().stream().allMatch(s -> s >= 0 && s <= 31));
        }
      }
    }
  }

  @Test
  void channelShiftsCanBeSwitchedOff() {
    QuantizationResult result =
        quantize(
            residual(), Images.bytes(INPUT, 8, 1), CENTRED, OPTIONS.withRecipe(tables(4, false)));
    for (LayerReport layer : result.report().layers()) {
      assertTrue(layer.channelShifts().stream().allMatch(d -> d == 0));
    }
  }

  @Test
  void rejectsImagesOfAnotherShape() {
    ImageSet wrong = new Images(new Shape(3, 9, 8), new float[2][3 * 72], false);
    assertMessage("[3, 8, 8]", () -> quantize(residual(), wrong, CENTRED, OPTIONS));
  }

  @Test
  void rejectsImagesWithNaN() {
    float[][] pixels = new float[3][INPUT.size()];
    pixels[1][17] = Float.NaN;
    assertMessage(
        "image 1", () -> quantize(residual(), new Images(INPUT, pixels, false), CENTRED, OPTIONS));
  }

  @Test
  void rejectsNoImages() {
    ImageSet none = new Images(INPUT, new float[0][], true);
    assertMessage("no images", () -> quantize(residual(), none, CENTRED, OPTIONS));
  }

  @Test
  void rejectsWeightsThatAreNotNumbers() {
    float[] weights = new float[3 * 3];
    weights[4] = Float.NaN;
    FloatNode node =
        new FloatNode(
            "broken",
            new FloatOp.Conv(3, 3, Window.pointwise(), weights, new float[3]),
            List.of("x"),
            "y",
            INPUT);
    FloatNetwork network = new FloatNetwork("net", "x", INPUT, List.of(node), "y");
    assertMessage("'broken'", () -> quantize(network, Images.bytes(INPUT, 2, 1), CENTRED, OPTIONS));
  }

  private static void assertMessage(
      String part, org.junit.jupiter.api.function.Executable executable) {
    BadInputException refused = assertThrows(BadInputException.class, executable);
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"));
  }

  private static FloatNetwork residual() {
    return FloatNetworks.on(INPUT, 3)
        .conv("x", "a", 8, FloatNetworks.SAME)
        .relu("a", "ar")
        .conv("ar", "b", 8, FloatNetworks.SAME)
        .relu("b", "br")
        .conv("br", "c", 8, FloatNetworks.SAME)
        .add("ar", "c", "s")
        .relu("s", "sr")
        .conv("sr", "d", 12, new Window(3, 3, 2, 2, 0, 0, 1, 1, 1, 1))
        .relu("d", "dr", 6)
        .mean("dr", "m")
        .conv("m", "y", 5, Window.pointwise())
        .result("y");
  }

  private static Recipe tables(int bits, boolean channelShifts) {
    return new Recipe.Uniform(
        new WeightFormat.Table(bits, 2), channelShifts, ActivationFormat.Fixed.of(8));
  }

  private static QuantizationResult quantize(
      FloatNetwork network, ImageSet images, Preprocessing preprocessing, QuantizeOptions options) {
    return Quantizer.quantize(network, images, preprocessing, options, PhaseProgress.none());
  }
}
