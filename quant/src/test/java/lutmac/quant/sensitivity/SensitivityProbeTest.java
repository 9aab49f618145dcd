package lutmac.quant.sensitivity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.floating.FloatNetworks;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.Sensitivity;
import lutmac.quant.study.StudiedChain;
import lutmac.quant.study.Study;
import org.junit.jupiter.api.Test;

/** What errors of maps are said to do to the result. */
class SensitivityProbeTest {
  /** Biases behind a map make up for its shift; behind the last layer there are none. */
  @Test
  void aShiftThatTheNextLayerTakesBackIsNoHarm() {
    Study study = StudiedChain.study();
    List<FusedLayer.Linear> layers = study.linearLayers();
    List<DisturbedRuns.OfWeights> shifted = new ArrayList<>();
    for (FusedLayer.Linear layer : List.of(layers.get(1), layers.get(2))) {
      float[] bias = layer.bias().clone();
      bias[0] += 0.5f;
      shifted.add(DisturbedRuns.OfWeights.of(layer.with(layer.weights(), bias, layer.ceiling())));
    }
    double[] divergence =
        new DisturbedRuns(study).divergences(shifted, 16, "test", PhaseProgress.none());
    assertEquals(0, divergence[0], 1e-8);
    assertTrue(divergence[1] > 1e-3, "the result is shifted: " + divergence[1]);
  }

  /** Class probabilities would not change by it. */
  @Test
  void aShiftOfAllChannelsIsHarmToAPicture() {
    Study study =
        StudiedChain.study(
            FloatNetworks.on(StudiedChain.INPUT, 3)
                .conv("x", "a", 8, FloatNetworks.SAME)
                .relu("a", "ar")
                .conv("ar", "y", 3, FloatNetworks.SAME)
                .result("y"));
    FusedLayer.Linear last = study.linearLayers().get(1);
    float[] bias = last.bias().clone();
    for (int c = 0; c < bias.length; c++) {
      bias[c] += 0.5f;
    }
    DisturbedRuns.OfWeights shifted =
        DisturbedRuns.OfWeights.of(last.with(last.weights(), bias, last.ceiling()));
    double energy = 0;
    for (int n = 0; n < study.data().count(); n++) {
      Map<String, float[]> maps = new HashMap<>();
      maps.put(study.inputName(), study.data().real(n));
      study.run().run(0, study.layers().size(), maps);
      for (float value : maps.get("y")) {
        energy += value * value;
      }
    }
    double expected = 0.25 * study.data().count() * 3 * 64 / energy;
    double divergence =
        new DisturbedRuns(study).divergences(List.of(shifted), 16, "test", PhaseProgress.none())[0];
    assertEquals(expected, divergence, 0.1 * expected);
  }

  @Test
  void everyBitOfAMapIsExpectedToHelp() {
    Sensitivity sensitivity =
        new SensitivityProbe(StudiedChain.study())
            .measure(Map.of(), Recipe.Auto.allActivations(), PhaseProgress.none());
    assertEquals(2, sensitivity.activations().size());
    sensitivity
        .activations()
        .forEach(
            (map, byFormat) -> {
              for (int bits = 3; bits <= 8; bits++) {
                double fewer = byFormat.get(ActivationFormat.Fixed.of(bits - 1));
                double more = byFormat.get(ActivationFormat.Fixed.of(bits));
                assertTrue(
                    more < fewer,
                    "%s, %d bits: %g, one less: %g".formatted(map, bits, more, fewer));
              }
            });
    Map<ActivationFormat, Double> rectified = sensitivity.activations().get("ar");
    assertTrue(
        rectified.get(ActivationFormat.Log.of(6, 3))
            < rectified.get(ActivationFormat.Log.of(4, 1)));
    assertEquals(
        Optional.empty(),
        Optional.ofNullable(sensitivity.activations().get("b").get(ActivationFormat.Log.of(4, 1))));
  }
}
