package lutmac.quant.recipe;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.quant.calib.FormatGroups;
import lutmac.quant.calib.MapSampler;
import lutmac.quant.calib.MapStatistics;
import lutmac.quant.equalize.Equalizer;
import lutmac.quant.graph.FloatNetwork;
import lutmac.quant.lower.FloatRun;
import lutmac.quant.lower.LoweredLayer;
import lutmac.quant.lower.Lowering;
import lutmac.quant.network.Preprocessing;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.MapFormat;

/**
 * A float network as the recipes see it: lowered, equalized, and measured on calibration images.
 *
 * @param name of the network
 * @param inputName name of its input map
 * @param layers lowered and equalized; the last one is linear
 * @param run of those layers
 * @param statistics of every map
 * @param groups of maps that share formats
 */
record Study(
    String name,
    String inputName,
    List<LoweredLayer> layers,
    FloatRun run,
    Map<String, MapStatistics> statistics,
    FormatGroups groups,
    CalibrationData data,
    Preprocessing preprocessing,
    lutmac.quant.graph.Shape inputShape) {

  /** Images that ranges and distributions are taken from, at most. */
  private static final int SAMPLED_IMAGES = 256;

  static Study of(
      FloatNetwork network,
      CalibrationData data,
      Preprocessing preprocessing,
      boolean equalize,
      Optional<Double> balance,
      int mapBits,
      long seed) {
    List<LoweredLayer> lowered = Lowering.lower(network);
    FloatRun original = new FloatRun(lowered);
    float[][] inputs =
        IntStream.range(0, Math.min(SAMPLED_IMAGES, data.count()))
            .mapToObj(data::real)
            .toArray(float[][]::new);
    Map<String, MapStatistics> statistics =
        MapSampler.sample(original, network.inputName(), network.inputShape(), inputs, seed);
    List<LoweredLayer> layers = lowered;
    if (equalize) {
      Map<String, Integer> bits = new HashMap<>();
      statistics.keySet().forEach(map -> bits.put(map, mapBits));
      Equalizer.Result equalized =
          Equalizer.equalize(
              network.inputName(), network.inputShape(), lowered, statistics, balance, bits);
      layers = equalized.layers();
      statistics = equalized.statistics();
    }
    return new Study(
        network.name(),
        network.inputName(),
        layers,
        new FloatRun(layers),
        statistics,
        new FormatGroups(network.inputName(), layers),
        data,
        preprocessing,
        network.inputShape());
  }

  /** The same with at most so many calibration images. */
  Study withImages(int most) {
    return new Study(
        name,
        inputName,
        layers,
        run,
        statistics,
        groups,
        data.first(most),
        preprocessing,
        inputShape);
  }

  /** Those with weights. */
  List<LoweredLayer.Linear> linearLayers() {
    return layers.stream()
        .filter(LoweredLayer.Linear.class::isInstance)
        .map(LoweredLayer.Linear.class::cast)
        .toList();
  }

  /** The layer that returns its accumulators. */
  LoweredLayer last() {
    return layers.get(layers.size() - 1);
  }

  /** What the network's input codes are under a plan. */
  InputPlan input(MapFormat wanted) {
    return InputPlan.of(
        inputName, inputShape, layers, data, preprocessing, statistics.get(inputName), wanted);
  }

  /** One plan for all layers. */
  FormatPlan uniform(LayerPlan plan, MapFormat input) {
    Map<String, LayerPlan> plans = new java.util.LinkedHashMap<>();
    linearLayers().forEach(layer -> plans.put(layer.name(), plan));
    return new FormatPlan(input, plans);
  }
}
