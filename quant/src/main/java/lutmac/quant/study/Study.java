package lutmac.quant.study;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Shape;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.calib.FormatGroups;
import lutmac.quant.calib.MapSampler;
import lutmac.quant.calib.MapStatistics;
import lutmac.quant.equalize.Equalizer;
import lutmac.quant.fuse.FloatRun;
import lutmac.quant.fuse.LoweredLayer;
import lutmac.quant.fuse.Lowering;
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
 * @param unscaled the network before equalization; empty if it is left out
 */
public record Study(
    String name,
    String inputName,
    List<LoweredLayer> layers,
    FloatRun run,
    Map<String, MapStatistics> statistics,
    FormatGroups groups,
    CalibrationData data,
    Preprocessing preprocessing,
    Shape inputShape,
    Optional<Unscaled> unscaled) {

  /**
   * What equalization starts from.
   *
   * @param balance of the channels' factors
   */
  record Unscaled(
      List<LoweredLayer> layers, Map<String, MapStatistics> statistics, Optional<Double> balance) {}

  /** Images that ranges and distributions are taken from, at most. */
  private static final int SAMPLED_IMAGES = 256;

  /** Bits that logarithmic maps are scaled for. */
  private static final int INDIFFERENT = 8;

  /**
   * Lowers and measures a network, and equalizes it for maps of the same bits.
   *
   * @param balance of the channels' factors, 0 to 1; empty: maps are scaled as a whole
   * @param mapBits that every map is scaled for
   * @param seed of the choice of output positions that statistics are taken from
   */
  public static Study of(
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
    Study study =
        new Study(
            network.name(),
            network.inputName(),
            lowered,
            original,
            statistics,
            new FormatGroups(network.inputName(), lowered),
            data,
            preprocessing,
            network.inputShape(),
            equalize ? Optional.of(new Unscaled(lowered, statistics, balance)) : Optional.empty());
    Map<String, Integer> bits = new HashMap<>();
    statistics.keySet().forEach(map -> bits.put(map, mapBits));
    return study.scaledFor(bits);
  }

  /** Equalized anew, each map for the bits that a plan gives it. */
  public Study scaledFor(FormatPlan plan) {
    Map<String, MapFormat> wanted = FormatResolver.wanted(layers, groups, plan);
    Map<String, Integer> bits = new HashMap<>();
    for (String map : statistics.keySet()) {
      MapFormat format = wanted.getOrDefault(groups.of(map).get(0), plan.input());
      bits.put(map, scalingBits(format));
    }
    return scaledFor(bits);
  }

  /** Equalized anew, every map for the same format. */
  public Study scaledFor(MapFormat format) {
    Map<String, Integer> bits = new HashMap<>();
    statistics.keySet().forEach(map -> bits.put(map, scalingBits(format)));
    return scaledFor(bits);
  }

  /** Codes of equal ratios do not care for the scale. */
  private static int scalingBits(MapFormat format) {
    return format instanceof MapFormat.Fixed ? format.bits() : INDIFFERENT;
  }

  private Study scaledFor(Map<String, Integer> bits) {
    if (unscaled.isEmpty()) {
      return this;
    }
    Unscaled start = unscaled.get();
    Equalizer.Result equalized =
        Equalizer.equalize(
            inputName, inputShape, start.layers(), start.statistics(), start.balance(), bits);
    return new Study(
        name,
        inputName,
        equalized.layers(),
        new FloatRun(equalized.layers()),
        equalized.statistics(),
        new FormatGroups(inputName, equalized.layers()),
        data,
        preprocessing,
        inputShape,
        unscaled);
  }

  /** The same with at most so many calibration images. */
  public Study withImages(int most) {
    return new Study(
        name,
        inputName,
        layers,
        run,
        statistics,
        groups,
        data.first(most),
        preprocessing,
        inputShape,
        unscaled);
  }

  /** Those with weights. */
  public List<LoweredLayer.Linear> linearLayers() {
    return layers.stream()
        .filter(LoweredLayer.Linear.class::isInstance)
        .map(LoweredLayer.Linear.class::cast)
        .toList();
  }

  /** Whether the format of the map that the layer makes can be chosen. */
  public boolean choosesOutput(LoweredLayer.Linear layer) {
    return layer != last() && !groups.of(layer.output()).contains(inputName);
  }

  /** The first of the maps that share a format with a layer's. */
  public String leader(LoweredLayer layer) {
    return groups.of(layer.output()).get(0);
  }

  /** Formats of a map and those that share it, of least squared error first. */
  public List<ActivationFormatSearch.Choice> ranked(String map, MapFormat wanted) {
    return ActivationFormatSearch.ranked(
        groups.of(map).stream().map(statistics::get).toList(),
        wanted,
        groups.signed(map),
        groups.ceiling(map));
  }

  /** Elements of all maps that share a format with this one, for one image. */
  public long sharing(String map) {
    List<String> group = groups.of(map);
    long elements = group.contains(inputName) ? inputShape.size() : 0;
    for (LoweredLayer layer : layers) {
      elements += group.contains(layer.output()) ? layer.outputShape().size() : 0;
    }
    return elements;
  }

  /** Multiply-accumulates of the float network for one image. */
  public double macs() {
    return linearLayers().stream()
        .mapToDouble(layer -> (double) layer.weights().length * layer.outputShape().pixels())
        .sum();
  }

  /** The layer that returns its accumulators. */
  public LoweredLayer last() {
    return layers.get(layers.size() - 1);
  }

  /** What the network's input codes are under a plan. */
  public InputPlan input(MapFormat wanted) {
    return InputPlan.of(
        inputName, inputShape, layers, data, preprocessing, statistics.get(inputName), wanted);
  }

  /** One plan for all layers. */
  public FormatPlan uniform(LayerPlan plan, MapFormat input) {
    Map<String, LayerPlan> plans = new java.util.LinkedHashMap<>();
    linearLayers().forEach(layer -> plans.put(layer.name(), plan));
    return new FormatPlan(input, plans);
  }
}
