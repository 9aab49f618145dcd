package lutmac.quant.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.floating.FloatOp;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.SignedDigits;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.study.CalibrationData;
import lutmac.quant.study.Study;
import lutmac.runtime.exec.Sqnr;
import lutmac.runtime.image.Images;
import lutmac.runtime.image.Preprocessor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Every format that a plan can ask for, on every kind of layer. */
class QuantizedFormatsTest {
  private static final Shape INPUT = new Shape(3, 8, 8);
  private static final Window HALVING = new Window(3, 3, 2, 2, 1, 1, 1, 1, 1, 1);
  private static final WeightFormat TABLE = new WeightFormat.Table(4, 2);
  private static final ActivationFormat BYTE = ActivationFormat.Fixed.of(8);
  private static final Preprocessing CENTRED =
      new Preprocessing(List.of(120.0, 110.0, 100.5), List.of(60.0), false, Optional.empty(), 0);

  @Test
  void depthwiseLayersStayCloseToTheFloatNetwork() {
    QuantizedNetwork network = quantize(separable(), TABLE, BYTE).network();
    List<Integer> groups =
        network.layers().stream().map(layer -> ((MacLayer) layer).groups()).toList();
    assertEquals(List.of(1, 12, 1, 16, 1), groups);
    assertSqnr(18, separable(), network);
  }

  @Test
  void groupedLayersStayCloseToTheFloatNetwork() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 8)
            .conv("x", "a", 12, FloatNetworks.SAME)
            .relu("a", "ar")
            .conv("ar", "b", 8, 4, HALVING)
            .relu("b", "br")
            .mean("br", "m")
            .conv("m", "y", 5, Window.pointwise())
            .result("y");
    assertSqnr(20, network, quantize(network, TABLE, BYTE).network());
  }

  @Test
  void concatenatedMapsStayCloseToTheFloatNetworkInOneFormat() {
    QuantizedNetwork network = quantize(fire(), TABLE, BYTE).network();
    assertSqnr(20, fire(), network);
  }

  @Test
  void copiedChannelsKeepTheirFormatAndTheirCodes() {
    // Channels 3, none and 1 of every second pixel.
    float[] picks = new float[3 * 6];
    picks[3] = 1;
    picks[2 * 6 + 1] = 1;
    FloatOp.Conv copy =
        new FloatOp.Conv(3, 6, new Window(1, 1, 2, 2, 0, 0, 0, 0, 1, 1), picks, new float[3]);
    FloatNetworks nodes =
        FloatNetworks.on(INPUT, 8).conv("x", "a", 6, FloatNetworks.SAME).relu("a", "ar");
    FloatNetwork network =
        nodes
            .node(copy, new Shape(3, 4, 4), "s", "ar")
            .conv("s", "y", 5, Window.pointwise())
            .result("y");
    QuantizedNetwork quantized = quantize(network, TABLE, BYTE).network();
    QuantizedLayer layer = quantized.layers().get(1);
    assertEquals(layer.inputs().get(0).format(), layer.output().format());
    int[] pixels = new int[INPUT.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i * 37 % 256;
    }
    Map<String, int[]> maps = GoldenModel.run(quantized, pixels);
    int[] from = maps.get(layer.inputs().get(0).name());
    int[] made = maps.get(layer.output().name());
    for (int i = 0; i < made.length; i++) {
      int channel = new int[] {3, -1, 1}[i / 16];
      int expected = channel < 0 ? 0 : from[channel * 64 + i % 16 / 4 * 16 + i % 4 * 2];
      assertEquals(expected, made[i]);
    }
  }

  @Test
  void eightBitWeightsInTwoPlanesAreFarCloserThanFourBitTables() {
    double four = Sqnr.of(separable(), quantize(separable(), TABLE, BYTE).network(), test());
    QuantizedNetwork eight = quantize(separable(), new WeightFormat.FixedPoint(8), BYTE).network();
    for (QuantizedLayer layer : eight.layers()) {
      assertEquals(2, ((MacLayer) layer).planes().size());
      // What processing elements of two digits compute.
      ((MacLayer) layer)
          .planes()
          .forEach(
              plane ->
                  plane.codebook().levels().forEach(l -> assertTrue(SignedDigits.count(l) <= 2)));
    }
    double ratio = Sqnr.of(separable(), eight, test());
    assertTrue(ratio > four + 6, ratio + " dB against " + four);
  }

  /** Six dB a bit in theory; compensation and activations blur that, the order must hold. */
  @Test
  void everyBitOfFixedPointWeightsBringsTheNetworkCloser() {
    FloatNetwork network = separable();
    double before = 0;
    for (int bits = 3; bits <= 7; bits++) {
      QuantizedNetwork quantized =
          quantize(network, new WeightFormat.FixedPoint(bits), BYTE).network();
      for (QuantizedLayer layer : quantized.layers()) {
        MacLayer mac = (MacLayer) layer;
        assertEquals(bits, mac.weightBits());
        assertEquals(bits > 4 ? 2 : 1, mac.planes().size());
      }
      double ratio = Sqnr.of(network, quantized, test());
      assertTrue(ratio > before + 1, bits + " bits: " + ratio + " dB, one less: " + before);
      before = ratio;
    }
  }

  @Test
  void fineLogarithmicMapsStayCloseToTheFloatNetwork() {
    QuantizedNetwork network = quantize(fire(), TABLE, ActivationFormat.Log.of(6, 3)).network();
    for (QuantizedLayer layer : network.layers()) {
      if (layer != network.layers().get(network.layers().size() - 1)) {
        assertTrue(layer.output().format() instanceof LogFormat);
      }
    }
    assertSqnr(18, fire(), network);
  }

  @Test
  void coarserLogarithmicMapsAreFarther() {
    double fine =
        Sqnr.of(fire(), quantize(fire(), TABLE, ActivationFormat.Log.of(6, 3)).network(), test());
    double coarse =
        Sqnr.of(fire(), quantize(fire(), TABLE, ActivationFormat.Log.of(4, 1)).network(), test());
    assertTrue(coarse > 8 && coarse < fine - 3, coarse + " dB against " + fine);
  }

  @Test
  void aLogarithmicMapMayBeASkipConnection() {
    FloatNetwork network = residual();
    QuantizedNetwork quantized = quantize(network, TABLE, ActivationFormat.Log.of(6, 3)).network();
    assertTrue(
        quantized.layers().stream()
            .anyMatch(
                layer ->
                    layer instanceof MacLayer mac
                        && mac.skip().isPresent()
                        && mac.skip().get().source().format() instanceof LogFormat));
    assertSqnr(18, network, quantized);
  }

  /** Every layer another format: what a mixed-precision plan asks for. */
  @Test
  void layersOfDifferentFormatsWorkTogether() {
    FloatNetwork network = residual();
    Map<String, LayerPlan> plans = new HashMap<>();
    plans.put("node_a", plan(new WeightFormat.FixedPoint(8), ActivationFormat.Fixed.of(8)));
    plans.put("node_b", plan(TABLE, ActivationFormat.Log.of(5, 3)));
    plans.put("node_c", plan(new WeightFormat.Table(3, 3), ActivationFormat.Fixed.of(6)));
    plans.put("node_y", plan(new WeightFormat.FixedPoint(5), BYTE));
    QuantizedNetwork quantized =
        quantize(network, new Recipe.Planned(new FormatPlan(BYTE, plans))).network();
    List<Integer> bits =
        quantized.layers().stream().map(layer -> ((MacLayer) layer).weightBits()).toList();
    assertEquals(List.of(8, 4, 3, 5), bits);
    assertTrue(quantized.layers().get(1).output().format() instanceof LogFormat);
    assertTrue(
        quantized.layers().get(2).output().format() instanceof FixedFormat fixed
            && fixed.bits() == 6);
    assertSqnr(14, network, quantized);
  }

  @Tag("slow")
  @Property(tries = 60)
  void everyNetworkIsLegalInEveryFormat(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 6) int weights,
      @ForAll @IntRange(min = 2, max = 8) int activationBits,
      @ForAll @IntRange(min = -8, max = 1) int exponent) {
    FloatNetwork network = FloatNetworks.random(INPUT, seed, Math.scalb(1.0, exponent));
    WeightFormat format =
        weights < 3
            ? new WeightFormat.Table(weights + 2, 1 + (int) (Math.abs(seed) % 4))
            : new WeightFormat.FixedPoint(weights + 2);
    QuantizedNetwork quantized =
        quantize(
                network,
                new Recipe.Uniform(
                    format, seed % 2 == 0, ActivationFormat.Fixed.of(activationBits)))
            .network();
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
  void valuesWhoseSquaresOverflowAreRefusedByName() {
    FloatNetworks network = FloatNetworks.scaled(INPUT, 1, Math.scalb(1.0, 30));
    network.conv("x", "a", 4, FloatNetworks.SAME).conv("a", "b", 4, FloatNetworks.SAME);
    network.conv("b", "y", 4, FloatNetworks.SAME);
    BadInputException refused =
        assertThrows(BadInputException.class, () -> quantize(network.result("y"), TABLE, BYTE));
    assertTrue(refused.getMessage().contains("node 'node_y'"), refused.getMessage());
  }

  /**
   * With little memory the first layers see few images and the last ones all. Then what the report
   * says of the last layer, over all images, must be what the finished network does on them.
   */
  @Test
  void imagesThatJoinLaterHaveTheMapsOfTheFinishedNetwork() {
    FloatNetwork network = fire();
    Images images = Images.bytes(INPUT, 40, 5);
    QuantizationResult few = withMapBytes(network, images, 150_000);
    QuantizationResult all = withMapBytes(network, images, Long.MAX_VALUE);
    assertTrue(
        !Arrays.equals(
                firstLayer(few).planes().get(0).codes(), firstLayer(all).planes().get(0).codes())
            || !Arrays.equals(firstLayer(few).bias(), firstLayer(all).bias()),
        "the first layer saw fewer images");
    for (QuantizationResult result : List.of(few, all)) {
      List<LayerReport> layers = result.report().layers();
      double stated = layers.get(layers.size() - 1).outputSqnr().orElseThrow();
      assertEquals(Sqnr.of(network, result.network(), images), stated, 1e-3);
    }
  }

  private static MacLayer firstLayer(QuantizationResult result) {
    return (MacLayer) result.network().layers().get(0);
  }

  private static QuantizationResult withMapBytes(
      FloatNetwork network, Images images, long mapBytes) {
    QuantizeOptions options = QuantizeOptions.defaults();
    float[][] inputs = new float[images.count()][];
    Preprocessor preprocessor = new Preprocessor(images, CENTRED, network.inputShape());
    Arrays.setAll(inputs, preprocessor::floatInput);
    Study study =
        Study.of(network, CalibrationData.ofReals(inputs), CENTRED, true, Optional.empty(), 8, 1);
    LayerPlan plan = LayerPlan.of(TABLE, true, BYTE);
    return new NetworkQuantizer(
            study, study.uniform(plan, BYTE), options.techniques(), options.rounding(), 1, mapBytes)
        .quantize(Map.of(), PhaseProgress.none());
  }

  private static LayerPlan plan(WeightFormat weights, ActivationFormat output) {
    return LayerPlan.of(weights, true, output);
  }

  private static QuantizationResult quantize(
      FloatNetwork network, WeightFormat weights, ActivationFormat maps) {
    return quantize(network, new Recipe.Uniform(weights, true, maps));
  }

  private static QuantizationResult quantize(FloatNetwork network, Recipe recipe) {
    return Quantizer.quantize(
        network,
        Images.bytes(INPUT, 48, 1),
        CENTRED,
        QuantizeOptions.defaults().withRecipe(recipe),
        PhaseProgress.none());
  }

  private static Images test() {
    return Images.bytes(INPUT, 16, 2);
  }

  private static void assertSqnr(double least, FloatNetwork network, QuantizedNetwork quantized) {
    double ratio = Sqnr.of(network, quantized, test());
    assertTrue(ratio > least, ratio + " dB");
  }

  /** Depthwise and pointwise in turn, as in MobileNet. */
  private static FloatNetwork separable() {
    return FloatNetworks.on(INPUT, 3)
        .conv("x", "a", 12, FloatNetworks.SAME)
        .relu("a", "ar", 6)
        .depthwise("ar", "b", FloatNetworks.SAME)
        .relu("b", "br", 6)
        .conv("br", "c", 16, Window.pointwise())
        .relu("c", "cr", 6)
        .depthwise("cr", "d", HALVING)
        .relu("d", "dr", 6)
        .mean("dr", "m")
        .conv("m", "y", 5, Window.pointwise())
        .result("y");
  }

  /** Two branches put together, as in SqueezeNet. */
  private static FloatNetwork fire() {
    return FloatNetworks.on(INPUT, 4)
        .conv("x", "s", 8, FloatNetworks.SAME)
        .relu("s", "sr")
        .pool("sr", "p")
        .conv("p", "e1", 8, Window.pointwise())
        .relu("e1", "e1r")
        .conv("p", "e3", 8, FloatNetworks.SAME)
        .relu("e3", "e3r")
        .concat("whole", "e1r", "e3r")
        .mean("whole", "m")
        .conv("m", "y", 5, Window.pointwise())
        .result("y");
  }

  private static FloatNetwork residual() {
    return FloatNetworks.on(INPUT, 5)
        .conv("x", "a", 8, FloatNetworks.SAME)
        .relu("a", "ar")
        .conv("ar", "b", 8, FloatNetworks.SAME)
        .relu("b", "br")
        .conv("br", "c", 8, FloatNetworks.SAME)
        .add("ar", "c", "s")
        .relu("s", "sr")
        .mean("sr", "m")
        .conv("m", "y", 5, Window.pointwise())
        .result("y");
  }
}
