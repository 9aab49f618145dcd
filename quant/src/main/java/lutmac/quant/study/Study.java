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
import lutmac.quant.calib.ActivationSampler;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.calib.FormatGroups;
import lutmac.quant.equalize.Equalizer;
import lutmac.quant.fuse.FloatRun;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.fuse.FusedNetwork;
import lutmac.quant.fuse.LayerFusion;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.runtime.measure.ResultDivergence;

/**
 * A float network as the recipes see it: fused, equalized, and measured on calibration images.
 *
 * @param name of the network
 * @param inputName name of its input feature map
 * @param layers fused and equalized
 * @param outputs names of the feature maps that the network returns, in its order
 * @param run of those layers
 * @param statistics of every feature map
 * @param groups of feature maps that share formats
 * @param unscaled the network before equalization; empty if it is left out
 */
public record Study(
    String name,
    String inputName,
    List<FusedLayer> layers,
    List<String> outputs,
    FloatRun run,
    Map<String, ActivationStatistics> statistics,
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
      List<FusedLayer> layers,
      Map<String, ActivationStatistics> statistics,
      Optional<Double> balance) {}

  /** Images that ranges and distributions are taken from, at most. */
  private static final int SAMPLED_IMAGES = 256;

  /** Bits that logarithmic feature maps are scaled for. */
  private static final int INDIFFERENT = 8;

  /**
   * Fuses and measures a network, and equalizes it for feature maps of the same bits.
   *
   * @param balance of the channels' factors, 0 to 1; empty: feature maps are scaled as a whole
   * @param activationBits that every feature map is scaled for
   * @param seed of the choice of output positions that statistics are taken from
   */
  public static Study of(
      FloatNetwork network,
      CalibrationData data,
      Preprocessing preprocessing,
      boolean equalize,
      Optional<Double> balance,
      int activationBits,
      long seed) {
    FusedNetwork fusion = LayerFusion.fuse(network);
    List<FusedLayer> fused = fusion.layers();
    FloatRun original = new FloatRun(fused);
    float[][] inputs =
        IntStream.range(0, Math.min(SAMPLED_IMAGES, data.count()))
            .mapToObj(data::real)
            .toArray(float[][]::new);
    Map<String, ActivationStatistics> statistics =
        ActivationSampler.sample(original, network.inputName(), network.inputShape(), inputs, seed);
    Study study =
        new Study(
            network.name(),
            network.inputName(),
            fused,
            fusion.outputs(),
            original,
            statistics,
            new FormatGroups(network.inputName(), fused),
            data,
            preprocessing,
            network.inputShape(),
            equalize ? Optional.of(new Unscaled(fused, statistics, balance)) : Optional.empty());
    Map<String, Integer> bits = new HashMap<>();
    statistics.keySet().forEach(map -> bits.put(map, activationBits));
    return study.scaledFor(bits);
  }

  /** Equalized anew, each feature map for the bits that a plan gives it. */
  public Study scaledFor(FormatPlan plan) {
    Map<String, ActivationFormat> wanted = FormatResolver.wanted(layers, groups, plan);
    Map<String, Integer> bits = new HashMap<>();
    for (String map : statistics.keySet()) {
      ActivationFormat format = wanted.getOrDefault(groups.of(map).get(0), plan.input());
      bits.put(map, scalingBits(format));
    }
    return scaledFor(bits);
  }

  /** Equalized anew, every feature map for the same format. */
  public Study scaledFor(ActivationFormat format) {
    Map<String, Integer> bits = new HashMap<>();
    statistics.keySet().forEach(map -> bits.put(map, scalingBits(format)));
    return scaledFor(bits);
  }

  /** Codes of equal ratios do not care for the scale. */
  private static int scalingBits(ActivationFormat format) {
    return format.uniform() ? format.bits() : INDIFFERENT;
  }

  private Study scaledFor(Map<String, Integer> bits) {
    if (unscaled.isEmpty()) {
      return this;
    }
    Unscaled start = unscaled.get();
    Equalizer.Result equalized =
        Equalizer.equalize(
            inputName,
            inputShape,
            new FusedNetwork(start.layers(), outputs),
            start.statistics(),
            start.balance(),
            bits);
    return new Study(
        name,
        inputName,
        equalized.layers(),
        outputs,
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
        outputs,
        run,
        statistics,
        groups,
        data.first(most),
        preprocessing,
        inputShape,
        unscaled);
  }

  /** Those with weights. */
  public List<FusedLayer.Linear> linearLayers() {
    return layers.stream().flatMap(layer -> layer.linear().stream()).toList();
  }

  /** Whether the format of the feature map that the layer makes can be chosen. */
  public boolean choosesOutput(FusedLayer.Linear layer) {
    return !returnsSums(layer) && !groups.of(layer.output()).contains(inputName);
  }

  /** The first of the feature maps that share a format with a layer's. */
  public String leader(FusedLayer layer) {
    return groups.of(layer.output()).get(0);
  }

  /** Formats of a feature map and those that share it, of least squared error first. */
  public List<ActivationFormatSearch.Candidate> ranked(String map, ActivationFormat wanted) {
    return ActivationFormatSearch.ranked(
        groups.of(map).stream().map(statistics::get).toList(),
        wanted,
        groups.signed(map),
        groups.ceiling(map));
  }

  /** Elements of all feature maps that share a format with this one, for one image. */
  public long sharing(String map) {
    List<String> group = groups.of(map);
    long elements = group.contains(inputName) ? inputShape.size() : 0;
    for (FusedLayer layer : layers) {
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

  /** Whether the layer returns its accumulators: its map has no format to choose. */
  public boolean returnsSums(FusedLayer layer) {
    return groups.returnsSums(layer.output());
  }

  /**
   * The values of every output, in the network's order.
   *
   * @param maps of one image, by name
   */
  public float[][] results(Map<String, float[]> maps) {
    return outputs.stream().map(maps::get).toArray(float[][]::new);
  }

  /** Measures how far other results are from those, scaled by what calibration images gave. */
  public ResultDivergence divergence() {
    Map<String, Shape> shapes = new HashMap<>();
    shapes.put(inputName, inputShape);
    layers.forEach(layer -> shapes.put(layer.output(), layer.outputShape()));
    return new ResultDivergence(
        IntStream.range(0, outputs.size())
            .mapToObj(
                o ->
                    ResultDivergence.Output.of(
                        o,
                        shapes.get(outputs.get(o)),
                        inputShape,
                        statistics.get(outputs.get(o)).power()))
            .toList());
  }

  /** What the network's input codes are under a plan. */
  public InputPlan input(ActivationFormat wanted) {
    return InputPlan.of(
        inputName, inputShape, layers, data, preprocessing, statistics.get(inputName), wanted);
  }

  /** One plan for all layers. */
  public FormatPlan uniform(LayerPlan plan, ActivationFormat input) {
    Map<String, LayerPlan> plans = new java.util.LinkedHashMap<>();
    linearLayers().forEach(layer -> plans.put(layer.name(), plan));
    return new FormatPlan(input, plans);
  }
}
