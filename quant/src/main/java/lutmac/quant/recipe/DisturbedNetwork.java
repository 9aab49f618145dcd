package lutmac.quant.recipe;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import lutmac.quant.calib.MapRounding;
import lutmac.quant.exec.OrderedConvolution;
import lutmac.quant.format.TensorFormat;
import lutmac.quant.lower.FloatRun;
import lutmac.quant.lower.LoweredLayer;

/**
 * The float network with the errors of many formats in it at once, on a few images: what bits cost
 * is measured where all other bits are as they are, not summed up.
 *
 * <p>The loss is the self-distillation loss {@code KL(softmax(float) || softmax(disturbed))}, a
 * mean over the images in nats; with labels it adds by how much the cross-entropy of the labels
 * grows.
 */
final class DisturbedNetwork {
  private final Study study;
  private final Optional<int[]> classes;
  private final Map<String, LoweredLayer.Linear> layers = new HashMap<>();
  private final Map<String, OrderedConvolution> convolutions = new HashMap<>();
  private final Map<String, TensorFormat> formats = new HashMap<>();
  private final float[][] wanted;

  /** Of every image the maps by name, as they are now. */
  private final List<Map<String, float[]>> maps;

  private double loss;

  /**
   * What is to be done differently.
   *
   * @param weights layers with other weights
   * @param formats of maps by name
   */
  record Change(List<LoweredLayer.Linear> weights, Map<String, TensorFormat> formats) {
    /** All of these at once. */
    static Change all(List<Change> changes) {
      Map<String, TensorFormat> formats = new HashMap<>();
      changes.forEach(change -> formats.putAll(change.formats));
      return new Change(
          changes.stream().flatMap(change -> change.weights.stream()).toList(), formats);
    }

    /** One format for some maps. */
    static Change of(List<String> maps, TensorFormat format) {
      Map<String, TensorFormat> formats = new HashMap<>();
      maps.forEach(map -> formats.put(map, format));
      return new Change(List.of(), formats);
    }
  }

  /**
   * A change and what it would do.
   *
   * @param maps of every image, those that it changes
   * @param loss of the whole network with it
   */
  record Trial(
      Change change,
      Map<String, OrderedConvolution> convolutions,
      List<Map<String, float[]>> maps,
      double loss) {}

  /**
   * The float network, undisturbed.
   *
   * @param images how many of the study's
   * @param classes index of the right output of every image, if that is known
   */
  DisturbedNetwork(Study study, int images, Optional<int[]> classes) {
    this.study = study;
    this.classes = classes;
    for (LoweredLayer.Linear layer : study.linearLayers()) {
      layers.put(layer.output(), layer);
      convolutions.put(layer.output(), FloatRun.convolution(layer, layer.weights()));
    }
    this.maps =
        IntStream.range(0, images)
            .parallel()
            .mapToObj(
                n -> {
                  Map<String, float[]> floats = new HashMap<>();
                  floats.put(study.inputName(), study.data().real(n));
                  study.run().run(0, study.layers().size(), floats);
                  return floats;
                })
            .toList();
    this.wanted = maps.stream().map(this::logits).toArray(float[][]::new);
  }

  /** Of the network as it is now. */
  double loss() {
    return loss;
  }

  /** Measures a change, which is not made. */
  Trial measure(Change change) {
    Map<String, OrderedConvolution> changed = new HashMap<>();
    Map<String, LoweredLayer.Linear> others = new HashMap<>(layers);
    for (LoweredLayer.Linear layer : change.weights()) {
      changed.put(layer.output(), FloatRun.convolution(layer, layer.weights()));
      others.put(layer.output(), layer);
    }
    Map<String, TensorFormat> rounding = new HashMap<>(formats);
    rounding.putAll(change.formats());
    Set<String> first = new HashSet<>(changed.keySet());
    first.addAll(change.formats().keySet());
    List<Map<String, float[]>> made =
        IntStream.range(0, maps.size())
            .parallel()
            .mapToObj(n -> changes(maps.get(n), first, others, changed, rounding))
            .toList();
    double sum = 0;
    for (int n = 0; n < wanted.length; n++) {
      sum += loss(n, logits(overlaid(maps.get(n), made.get(n))));
    }
    return new Trial(change, changed, made, sum / wanted.length);
  }

  /** Makes a change that was measured on the network as it is now. */
  void accept(Trial trial) {
    trial.change().weights().forEach(layer -> layers.put(layer.output(), layer));
    convolutions.putAll(trial.convolutions());
    formats.putAll(trial.change().formats());
    for (int n = 0; n < maps.size(); n++) {
      maps.get(n).putAll(trial.maps().get(n));
    }
    loss = trial.loss();
  }

  /** Every map of one image that a change reaches. */
  private Map<String, float[]> changes(
      Map<String, float[]> before,
      Set<String> first,
      Map<String, LoweredLayer.Linear> others,
      Map<String, OrderedConvolution> changed,
      Map<String, TensorFormat> rounding) {
    Map<String, float[]> after = new HashMap<>(before);
    Map<String, float[]> made = new HashMap<>();
    for (LoweredLayer layer : study.layers()) {
      boolean stale =
          first.contains(layer.output()) || layer.inputs().stream().anyMatch(made::containsKey);
      if (!stale) {
        continue;
      }
      float[] map;
      if (layer instanceof LoweredLayer.Linear) {
        LoweredLayer.Linear linear = others.get(layer.output());
        OrderedConvolution convolution =
            changed.getOrDefault(layer.output(), convolutions.get(layer.output()));
        map =
            FloatRun.sums(
                linear,
                convolution,
                after.get(linear.input()),
                linear.skip().map(after::get).orElse(null));
        FloatRun.clamp(map, linear.ceiling());
        if (rounding.containsKey(layer.output())) {
          map = MapRounding.of(rounding.get(layer.output()), linear.ceiling()).apply(map);
        }
      } else {
        map = study.run().apply(layer, after);
      }
      after.put(layer.output(), map);
      made.put(layer.output(), map);
    }
    return made;
  }

  private static Map<String, float[]> overlaid(
      Map<String, float[]> before, Map<String, float[]> changes) {
    Map<String, float[]> all = new HashMap<>(before);
    all.putAll(changes);
    return all;
  }

  private float[] logits(Map<String, float[]> all) {
    return all.get(study.last().output());
  }

  private double loss(int image, float[] got) {
    double distilled = Divergence.of(wanted[image], got);
    return classes
        .map(
            right ->
                distilled
                    + Divergence.crossEntropy(right[image], got)
                    - Divergence.crossEntropy(right[image], wanted[image]))
        .orElse(distilled);
  }
}
