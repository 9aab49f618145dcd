package lutmac.quant.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.PinnedLayer;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.image.Images;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PinnedFormatsTest {
  private static final Shape INPUT = new Shape(3, 8, 8);
  private static final Preprocessing CENTRED =
      new Preprocessing(List.of(120.0, 110.0, 100.5), List.of(60.0), false, Optional.empty(), 0);
  private static final ActivationFormat BYTE = ActivationFormat.Fixed.of(8);

  /** The file of a run, given to another run with another recipe: nothing is left to that. */
  @Property(tries = 40)
  void allFormatsOfARunPinnedMakeTheSameNetwork(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 5) int kind,
      @ForAll @IntRange(min = -6, max = 1) int exponent) {
    FloatNetwork network = FloatNetworks.random(INPUT, seed, Math.scalb(1.0, exponent));
    List<Recipe> recipes =
        List.of(
            new Recipe.Uniform(new WeightFormat.Table(4, 2), true, BYTE),
            new Recipe.Uniform(new WeightFormat.Table(4, 2), false, BYTE),
            new Recipe.Uniform(new WeightFormat.Table(2, 3), true, ActivationFormat.Fixed.of(6)),
            new Recipe.Uniform(new WeightFormat.FixedPoint(6), true, BYTE),
            new Recipe.Uniform(new WeightFormat.FixedPoint(3), false, ActivationFormat.Fixed.of(4)),
            new Recipe.Mxqn(8, 5));
    QuantizationResult first =
        quantize(network, QuantizeOptions.defaults().withRecipe(recipes.get(kind)));
    QuantizationResult second =
        quantize(
            network,
            QuantizeOptions.defaults()
                .withRecipe(recipes.get((kind + 1) % recipes.size()))
                .withPins(first.formats()));
    assertArrayEquals(bytes(first.network()), bytes(second.network()));
    assertEquals(first.formats(), second.formats());
  }

  @Test
  void onePinnedLayerLeavesTheOthersToTheRecipe() {
    QuantizationResult free = quantize(chain(), QuantizeOptions.defaults());
    QuantizationResult pinned =
        pinned(chain(), Map.of("node_b", weights(new WeightFormat.FixedPoint(8))));
    assertEquals(List.of(4, 4, 4), weightBits(free.network()));
    assertEquals(List.of(4, 8, 4), weightBits(pinned.network()));
  }

  @Test
  void pinnedLevelsExponentShiftsAndFractionAreUsed() {
    Codebook table = new Codebook(List.of(0, -64, 64, 8));
    PinnedLayer layer =
        new PinnedLayer(
            Optional.of(new WeightFormat.Table(2, 2)),
            Optional.of(true),
            Optional.of(List.of(1, 0, 0, 0, -1, 0)),
            Optional.of(6),
            Optional.of(table),
            Optional.of(ActivationFormat.Fixed.of(7).at(4)));
    QuantizationResult result = pinned(chain(), Map.of("node_b", layer));
    MacLayer mac = (MacLayer) result.network().layers().get(1);
    assertEquals(table, mac.onlyPlane().codebook());
    assertEquals(new FixedFormat(7, 4, false), mac.output().format());
    LayerReport report = result.report().layers().get(1);
    assertEquals(6, report.exponent());
    assertEquals(List.of(1, 0, 0, 0, -1, 0), report.channelShifts());
    assertEquals(layer, result.formats().of("node_b"));
  }

  @Test
  void anExponentThatTheFormatsDoNotAllowIsMovedAndReported() {
    PinnedLayer layer =
        new PinnedLayer(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(-40),
            Optional.empty(),
            Optional.empty());
    QuantizationResult result = pinned(chain(), Map.of("node_b", layer));
    assertTrue(
        result.report().notes().stream().anyMatch(n -> n.contains("pinned weight exponent moved")),
        result.report().notes().toString());
  }

  @Test
  void aMapPutTogetherWithOthersTakesThemAlong() {
    QuantizationResult result =
        pinned(
            branches(),
            Map.of(
                "node_b", PinnedLayer.NONE.withOutput(Optional.of(ActivationFormat.Fixed.of(5)))));
    for (String layer : List.of("node_a", "node_b")) {
      assertEquals(5, result.formats().of(layer).output().orElseThrow().bits());
    }
  }

  @Test
  void layersWithoutAChoiceAreNotInTheFile() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 1)
            .conv("x", "a", 3, FloatNetworks.SAME)
            .relu("a", "ar")
            .concat("whole", "x", "ar")
            .mean("whole", "y")
            .result("y");
    PinnedFormats formats = quantize(network, QuantizeOptions.defaults()).formats();
    assertEquals(List.of("node_a"), List.copyOf(formats.layers().keySet()));
    assertTrue(formats.of("node_a").pinsWeights());
    assertEquals(Optional.empty(), formats.of("node_a").output());
  }

  @Test
  void layersThatTheNetworkDoesNotHaveAreRefused() {
    assertRefused(
        "no layer 'conv9' with weights; its layers are 'node_a', 'node_b', 'node_y'",
        chain(),
        Map.of("conv9", weights(new WeightFormat.FixedPoint(8))));
  }

  @Test
  void anOutputOfALayerThatReturnsAccumulatorsIsRefused() {
    assertRefused(
        "'node_y': the network returns its accumulators",
        chain(),
        Map.of("node_y", PinnedLayer.NONE.withOutput(Optional.of(BYTE))));
  }

  @Test
  void aLogarithmicMapOfNegativeValuesIsRefused() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 1)
            .conv("x", "a", 3, FloatNetworks.SAME)
            .conv("a", "y", 3, FloatNetworks.SAME)
            .result("y");
    assertRefused(
        "'node_a': it makes negative values",
        network,
        Map.of("node_a", PinnedLayer.NONE.withOutput(Optional.of(ActivationFormat.Log.of(4, 1)))));
  }

  @Test
  void twoFormatsOfMapsThatAreOneAreRefused() {
    assertRefused(
        "layers 'node_a' and 'node_b'",
        branches(),
        Map.of(
            "node_a", PinnedLayer.NONE.withOutput(Optional.of(ActivationFormat.Fixed.of(5))),
            "node_b", PinnedLayer.NONE.withOutput(Optional.of(ActivationFormat.Fixed.of(6)))));
  }

  @Test
  void shiftsThatAreNotOneAChannelAreRefused() {
    PinnedLayer layer =
        new PinnedLayer(
            Optional.empty(),
            Optional.of(true),
            Optional.of(List.of(1, 2)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertRefused("6 output channels, got 2", chain(), Map.of("node_b", layer));
  }

  @Test
  void weightsOfALayerThatOnlyCopiesAreRefused() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 1).conv("x", "a", 3, FloatNetworks.SAME).mean("a", "y").result("y");
    assertRefused(
        "'node_y': it only copies channels",
        network,
        Map.of("node_y", weights(new WeightFormat.FixedPoint(8))));
  }

  @Test
  void anInputFormatOtherThanThePixelsIsRefused() {
    for (ActivationFormat input :
        List.of(ActivationFormat.Fixed.of(6), BYTE.at(3), ActivationFormat.Log.of(4, 1))) {
      PinnedFormats pins = new PinnedFormats("f.yaml", Optional.of(input), Map.of());
      String message =
          assertThrows(
                  BadInputException.class,
                  () -> quantize(chain(), QuantizeOptions.defaults().withPins(pins)))
              .getMessage();
      assertTrue(message.startsWith("f.yaml: input: "), message);
    }
  }

  @Test
  void aPinnedInputOfFloatImagesIsUsed() {
    PinnedFormats pins =
        new PinnedFormats("f.yaml", Optional.of(ActivationFormat.Fixed.of(6).at(3)), Map.of());
    QuantizedNetwork network =
        Quantizer.quantize(
                chain(),
                Images.reals(INPUT, 6, 1),
                CENTRED,
                QuantizeOptions.defaults().withPins(pins),
                PhaseProgress.none())
            .network();
    assertEquals(new FixedFormat(6, 3, true), network.input().tensor().format());
  }

  private static void assertRefused(
      String part, FloatNetwork network, Map<String, PinnedLayer> layers) {
    String message =
        assertThrows(BadInputException.class, () -> pinned(network, layers)).getMessage();
    assertTrue(message.startsWith("f.yaml: ") && message.contains(part), message);
    assertFalse(message.contains("\n"), message);
  }

  private static PinnedLayer weights(WeightFormat format) {
    return new PinnedLayer(
        Optional.of(format),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static QuantizationResult pinned(FloatNetwork network, Map<String, PinnedLayer> layers) {
    PinnedFormats pins = new PinnedFormats("f.yaml", Optional.empty(), new LinkedHashMap<>(layers));
    return quantize(network, QuantizeOptions.defaults().withPins(pins));
  }

  private static QuantizationResult quantize(FloatNetwork network, QuantizeOptions options) {
    return Quantizer.quantize(
        network, Images.bytes(INPUT, 6, 1), CENTRED, options, PhaseProgress.none());
  }

  private static List<Integer> weightBits(QuantizedNetwork network) {
    return network.layers().stream().map(layer -> ((MacLayer) layer).weightBits()).toList();
  }

  private static byte[] bytes(QuantizedNetwork network) {
    return QuantizedOnnx.toModel(network).toByteArray();
  }

  private static FloatNetwork chain() {
    return FloatNetworks.on(INPUT, 2)
        .conv("x", "a", 6, FloatNetworks.SAME)
        .relu("a", "ar")
        .conv("ar", "b", 6, FloatNetworks.SAME)
        .relu("b", "br")
        .mean("br", "m")
        .conv("m", "y", 4, Window.pointwise())
        .result("y");
  }

  private static FloatNetwork branches() {
    return FloatNetworks.on(INPUT, 3)
        .conv("x", "a", 4, FloatNetworks.SAME)
        .relu("a", "ar")
        .conv("x", "b", 4, FloatNetworks.SAME)
        .relu("b", "br")
        .concat("whole", "ar", "br")
        .conv("whole", "y", 4, FloatNetworks.SAME)
        .result("y");
  }
}
