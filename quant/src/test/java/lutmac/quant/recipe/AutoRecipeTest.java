package lutmac.quant.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.quant.FloatNetworks;
import lutmac.quant.data.Preprocessor;
import lutmac.quant.format.Rounding;
import lutmac.quant.graph.FloatNetwork;
import lutmac.quant.graph.Shape;
import lutmac.quant.graph.Window;
import lutmac.quant.lower.LoweredLayer;
import lutmac.quant.network.MacLayer;
import lutmac.quant.network.OutputStage;
import lutmac.quant.network.Preprocessing;
import lutmac.quant.network.QuantizedLayer;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.MapFormat;
import lutmac.quant.plan.WeightFormat;
import org.junit.jupiter.api.Test;

/** What {@code auto} measures and how it decides. */
class AutoRecipeTest {
  private static final Shape INPUT = new Shape(3, 8, 8);
  private static final Preprocessing CENTRED =
      new Preprocessing(List.of(120.0, 110.0, 100.5), List.of(60.0), false, Optional.empty(), 0);
  private static final WeightFormat TABLE = new WeightFormat.Table(4, 2);
  private static final MapFormat.Fixed BYTE = MapFormat.Fixed.of(8);

  @Test
  void withoutBudgetEverythingIsAsWideAsAllowed() {
    QuantizationResult result =
        Quantizer.quantize(
            chain(),
            Images.bytes(INPUT, 48, 1),
            CENTRED,
            QuantizeOptions.defaults()
                .withRecipe(Recipe.Auto.of(new WeightFormat.Table(3, 2), MapFormat.Fixed.of(6))),
            Progress.none());
    for (QuantizedLayer layer : result.network().layers()) {
      MacLayer mac = (MacLayer) layer;
      assertEquals(3, mac.weightBits());
      if (mac.stage() instanceof OutputStage.Requantize) {
        assertEquals("6", mac.output().format().toString().replaceAll("[a-z]*(\\d+).*", "$1"));
      }
    }
    assertTrue(result.allocation().isEmpty());
  }

  /** Biases behind a map make up for its shift; behind the last layer there are none. */
  @Test
  void aShiftThatTheNextLayerTakesBackIsNoHarm() {
    Study study = study(chain());
    List<LoweredLayer.Linear> layers = study.linearLayers();
    List<DisturbedRuns.OfWeights> shifted = new ArrayList<>();
    for (LoweredLayer.Linear layer : List.of(layers.get(1), layers.get(2))) {
      float[] bias = layer.bias().clone();
      bias[0] += 0.5f;
      shifted.add(DisturbedRuns.OfWeights.of(layer.with(layer.weights(), bias, layer.ceiling())));
    }
    double[] divergence =
        new DisturbedRuns(study).divergences(shifted, 16, "test", Progress.none());
    assertEquals(0, divergence[0], 1e-8);
    assertTrue(divergence[1] > 1e-3, "the result is shifted: " + divergence[1]);
  }

  @Test
  void everyBitOfAMapIsExpectedToHelp() {
    Sensitivity sensitivity =
        new SensitivityProbe(study(chain()))
            .measure(Map.of(), Recipe.Auto.allMaps(), Progress.none());
    assertEquals(2, sensitivity.maps().size());
    sensitivity
        .maps()
        .forEach(
            (map, byFormat) -> {
              for (int bits = 3; bits <= 8; bits++) {
                double fewer = byFormat.get(MapFormat.Fixed.of(bits - 1));
                double more = byFormat.get(MapFormat.Fixed.of(bits));
                assertTrue(
                    more < fewer,
                    "%s, %d bits: %g, one less: %g".formatted(map, bits, more, fewer));
              }
            });
    Map<MapFormat, Double> rectified = sensitivity.maps().get("ar");
    assertTrue(rectified.get(MapFormat.Log.of(6, 3)) < rectified.get(MapFormat.Log.of(4, 1)));
    assertEquals(
        Optional.empty(),
        Optional.ofNullable(sensitivity.maps().get("b").get(MapFormat.Log.of(4, 1))));
  }

  @Test
  void aTrialTakesThePlanWhoseNetworkDivergesLeast() {
    Study study = study(chain());
    FormatPlan coarse = uniform(study, new WeightFormat.Table(2, 2), MapFormat.Fixed.of(3));
    FormatPlan fine = uniform(study, TABLE, BYTE);
    PlanTrial trial = new PlanTrial(study, Rounding.HALF_EVEN, 1);
    assertEquals(1, trial.best(List.of(coarse, fine), Progress.none()));
    assertEquals(0, trial.best(List.of(fine, coarse), Progress.none()));
    assertEquals(0, trial.best(List.of(fine, fine), Progress.none()));
  }

  private static FormatPlan uniform(Study study, WeightFormat weights, MapFormat maps) {
    return study.uniform(LayerPlan.of(weights, true, maps), BYTE);
  }

  private static Study study(FloatNetwork network) {
    Images images = Images.bytes(INPUT, 64, 3);
    Preprocessor preprocessor = new Preprocessor(images, CENTRED, INPUT);
    float[][] inputs = new float[images.count()][];
    Arrays.setAll(inputs, preprocessor::floatInput);
    return Study.of(
        network, CalibrationData.ofReals(inputs), CENTRED, true, Optional.empty(), 8, 1);
  }

  /** A map with a ReLU, one without, and the result. */
  private static FloatNetwork chain() {
    return FloatNetworks.on(INPUT, 6)
        .conv("x", "a", 8, FloatNetworks.SAME)
        .relu("a", "ar")
        .conv("ar", "b", 8, Window.pointwise())
        .conv("b", "y", 5, new Window(8, 8, 1, 1, 0, 0, 0, 0, 1, 1))
        .result("y");
  }
}
