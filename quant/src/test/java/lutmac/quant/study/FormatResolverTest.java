package lutmac.quant.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.shape.Shape;
import lutmac.quant.calib.ActivationSampler;
import lutmac.quant.calib.FormatGroups;
import lutmac.quant.fuse.FloatRun;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.fuse.LayerFusion;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import org.junit.jupiter.api.Test;

class FormatResolverTest {
  private static final Shape INPUT = new Shape(3, 8, 8);
  private static final FixedFormat PIXELS = new FixedFormat(8, 0, false);

  @Test
  void aReluMakesAMapUnsignedAndNothingElseDoes() {
    Map<String, TensorFormat> formats =
        resolve(
            FloatNetworks.on(INPUT, 1)
                .conv("x", "a", 4, FloatNetworks.SAME)
                .relu("a", "ar")
                .conv("ar", "b", 4, FloatNetworks.SAME)
                .conv("b", "y", 4, FloatNetworks.SAME)
                .result("y"),
            Map.of());
    assertEquals(0, formats.get("ar").minCode());
    assertEquals(-128, formats.get("b").minCode());
    assertEquals(PIXELS, formats.get("x"));
    assertEquals(3, formats.size(), "the result has no activation format");
  }

  @Test
  void aPinnedFractionIsTaken() {
    Map<String, TensorFormat> formats =
        resolve(branches(), Map.of("node_a", ActivationFormat.Fixed.of(8).at(11)));
    assertEquals(new FixedFormat(8, 11, false), formats.get("ar"));
  }

  @Test
  void aGroupTakesTheFormatOfItsMemberWithTheMostBits() {
    Map<String, TensorFormat> formats =
        resolve(
            branches(),
            Map.of(
                "node_a", ActivationFormat.Fixed.of(4), "node_b", ActivationFormat.Log.of(5, 2)));
    assertTrue(formats.get("ar") instanceof LogFormat log && log.bits() == 5);
    for (String member : List.of("pa", "br", "pb", "whole")) {
      assertEquals(formats.get("ar"), formats.get(member));
    }
  }

  @Test
  void aMapThatIsPutTogetherWithTheInputHasTheInputsFormat() {
    Map<String, TensorFormat> formats =
        resolve(
            FloatNetworks.on(INPUT, 1)
                .conv("x", "a", 4, FloatNetworks.SAME)
                .relu("a", "ar")
                .concat("whole", "x", "ar")
                .conv("whole", "y", 4, FloatNetworks.SAME)
                .result("y"),
            Map.of());
    assertEquals(PIXELS, formats.get("ar"));
    assertEquals(PIXELS, formats.get("whole"));
  }

  @Test
  void aLogarithmicFormatOfNegativeValuesIsRefusedByName() {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 1)
            .conv("x", "a", 4, FloatNetworks.SAME)
            .conv("a", "y", 4, FloatNetworks.SAME)
            .result("y");
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> resolve(network, Map.of("node_a", ActivationFormat.Log.of(4, 1))));
    assertTrue(refused.getMessage().contains("'node_a'"), refused.getMessage());
  }

  private static FloatNetwork branches() {
    return FloatNetworks.on(INPUT, 1)
        .conv("x", "a", 4, FloatNetworks.SAME)
        .relu("a", "ar")
        .pool("ar", "pa")
        .conv("x", "b", 4, FloatNetworks.SAME)
        .relu("b", "br")
        .pool("br", "pb")
        .concat("whole", "pa", "pb")
        .conv("whole", "y", 4, FloatNetworks.SAME)
        .result("y");
  }

  /** Formats with 8-bit fixed point where nothing else is wanted. */
  private static Map<String, TensorFormat> resolve(
      FloatNetwork network, Map<String, ActivationFormat> wanted) {
    List<FusedLayer> layers = LayerFusion.fuse(network).layers();
    Map<String, LayerPlan> plans = new LinkedHashMap<>();
    for (FusedLayer layer : layers) {
      ActivationFormat format = wanted.getOrDefault(layer.name(), ActivationFormat.Fixed.of(8));
      plans.put(layer.name(), LayerPlan.of(new WeightFormat.Table(4, 2), true, format));
    }
    Random random = new Random(4);
    float[][] images = new float[6][INPUT.size()];
    for (float[] image : images) {
      for (int i = 0; i < image.length; i++) {
        image[i] = random.nextInt(256);
      }
    }
    return FormatResolver.resolve(
        "x",
        PIXELS,
        layers,
        new FormatGroups("x", layers),
        ActivationSampler.sample(new FloatRun(layers), "x", INPUT, images, 1),
        new FormatPlan(ActivationFormat.Fixed.of(8), plans));
  }
}
