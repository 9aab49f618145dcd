package lutmac.quant.sensitivity;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.format.TensorFormat;
import lutmac.quant.calib.ActivationRounding;
import lutmac.quant.fuse.FloatRun;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.study.Study;
import lutmac.runtime.exec.FloatStep;
import lutmac.runtime.measure.ClassDivergence;
import lutmac.runtime.measure.ResultDivergence;

/**
 * The float network with the errors of many formats in it at once, on a few images: what bits cost
 * is measured where all other bits are as they are, not summed up.
 *
 * <p>The loss is the {@link ResultDivergence}, a mean over the images. A change is judged by the
 * divergence from the network without the change: that is by how much the loss grows on average if
 * the new errors do not depend on those that are there. The difference of two losses would say the
 * same with infinitely many images; with a few it is mostly chance, and choosing the least of many
 * such differences collects the luck. For the same reason the rounding errors of feature maps stay
 * as they are until the feature map's own format changes: rounded anew, any tiny change would draw
 * all later errors again. With labels, the growth of their cross-entropy, {@value #LABEL_WEIGHT}
 * times, counts as well.
 */
public final class DisturbedNetwork {
  /**
   * A cross-entropy changes in proportion to an error, by chance up or down; a divergence to its
   * square.
   */
  private static final double LABEL_WEIGHT = 1;

  private final Study study;
  private final ResultDivergence measure;
  private final Optional<int[]> right;
  private final Map<String, FusedLayer.Linear> layers = new HashMap<>();
  private final Map<String, FloatStep> steps = new HashMap<>();
  private final float[][][] wanted;

  /** Of every image the feature maps as they are now. */
  private final List<FeatureMaps> images;

  private double loss;

  /**
   * Feature maps of one image by name.
   *
   * @param values with the errors
   * @param errors of rounding, where feature maps are rounded
   */
  private record FeatureMaps(Map<String, float[]> values, Map<String, float[]> errors) {
    FeatureMaps() {
      this(new HashMap<>(), new HashMap<>());
    }

    void putAll(FeatureMaps changed) {
      values.putAll(changed.values);
      errors.putAll(changed.errors);
    }
  }

  /**
   * What is to be done differently.
   *
   * @param weights layers with other weights
   * @param formats of feature maps by name
   */
  public record Change(List<FusedLayer.Linear> weights, Map<String, TensorFormat> formats) {
    /** All of these at once. */
    public static Change all(List<Change> changes) {
      Map<String, TensorFormat> formats = new HashMap<>();
      changes.forEach(change -> formats.putAll(change.formats));
      return new Change(
          changes.stream().flatMap(change -> change.weights.stream()).toList(), formats);
    }

    /** One format for some feature maps. */
    public static Change of(List<String> maps, TensorFormat format) {
      Map<String, TensorFormat> formats = new HashMap<>();
      maps.forEach(map -> formats.put(map, format));
      return new Change(List.of(), formats);
    }
  }

  /** A change and what it would do. */
  public static final class Trial {
    private final Change change;
    private final Map<String, FloatStep> steps;
    private final List<FeatureMaps> changed;
    private final double loss;
    private final double growth;

    private Trial(
        Change change,
        Map<String, FloatStep> steps,
        List<FeatureMaps> changed,
        double loss,
        double growth) {
      this.change = change;
      this.steps = steps;
      this.changed = changed;
      this.loss = loss;
      this.growth = growth;
    }

    /** Of the whole network with the change. */
    double loss() {
      return loss;
    }

    /** By how much the loss is expected to grow. */
    public double growth() {
      return growth;
    }
  }

  /**
   * The float network, undisturbed.
   *
   * @param count how many of the study's
   * @param right index of the right output of every image, if that is known
   */
  public DisturbedNetwork(Study study, int count, Optional<int[]> right) {
    this.study = study;
    this.measure = study.divergence();
    this.right = right;
    for (FusedLayer.Linear layer : study.linearLayers()) {
      layers.put(layer.output(), layer);
      steps.put(layer.output(), FloatRun.step(layer));
    }
    this.images =
        IntStream.range(0, count)
            .parallel()
            .mapToObj(
                n -> {
                  FeatureMaps floats = new FeatureMaps();
                  floats.values.put(study.inputName(), study.data().real(n));
                  study.run().run(0, study.layers().size(), floats.values);
                  return floats;
                })
            .toList();
    this.wanted = images.stream().map(all -> study.results(all.values)).toArray(float[][][]::new);
  }

  /** Of the network as it is now. */
  public double loss() {
    return loss;
  }

  /** Measures a change, which is not made. */
  public Trial measure(Change change) {
    Map<String, FloatStep> changed = new HashMap<>();
    Map<String, FusedLayer.Linear> others = new HashMap<>(layers);
    for (FusedLayer.Linear layer : change.weights()) {
      changed.put(layer.output(), FloatRun.step(layer));
      others.put(layer.output(), layer);
    }
    List<FeatureMaps> made =
        images.parallelStream().map(before -> changes(before, others, changed, change)).toList();
    double newLoss = 0;
    double growth = 0;
    for (int n = 0; n < wanted.length; n++) {
      float[][] before = study.results(images.get(n).values);
      float[][] after = changed(before, made.get(n));
      newLoss += measure.of(wanted[n], after) / wanted.length;
      growth += growth(n, before, after) / wanted.length;
    }
    return new Trial(change, changed, made, newLoss, growth);
  }

  /** Makes a change that was measured on the network as it is now. */
  public void accept(Trial trial) {
    trial.change.weights().forEach(layer -> layers.put(layer.output(), layer));
    steps.putAll(trial.steps);
    for (int n = 0; n < images.size(); n++) {
      images.get(n).putAll(trial.changed.get(n));
    }
    loss = trial.loss;
  }

  /** Every feature map of one image that a change reaches. */
  private FeatureMaps changes(
      FeatureMaps before,
      Map<String, FusedLayer.Linear> others,
      Map<String, FloatStep> changed,
      Change change) {
    Map<String, float[]> after = new HashMap<>(before.values);
    FeatureMaps made = new FeatureMaps();
    for (FusedLayer layer : study.layers()) {
      String output = layer.output();
      boolean stale =
          changed.containsKey(output)
              || change.formats().containsKey(output)
              || layer.inputs().stream().anyMatch(made.values::containsKey);
      if (!stale) {
        continue;
      }
      float[] map =
          layer
              .linear()
              .map(linear -> disturbed(others.get(output), before, after, made, changed, change))
              .orElseGet(() -> study.run().apply(layer, after));
      after.put(output, map);
      made.values.put(output, map);
    }
    return made;
  }

  /** A layer's feature map with the errors of its weights and of its own rounding. */
  private float[] disturbed(
      FusedLayer.Linear layer,
      FeatureMaps before,
      Map<String, float[]> after,
      FeatureMaps made,
      Map<String, FloatStep> changed,
      Change change) {
    String output = layer.output();
    float[] map = changed.getOrDefault(output, steps.get(output)).apply(after);
    if (change.formats().containsKey(output)) {
      float[] rounded =
          ActivationRounding.of(change.formats().get(output), layer.ceiling()).apply(map);
      made.errors.put(output, difference(rounded, map));
      return rounded;
    }
    if (before.errors.containsKey(output)) {
      add(before.errors.get(output), map);
    }
    return map;
  }

  private static float[] difference(float[] from, float[] what) {
    float[] difference = new float[from.length];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = from[i] - what[i];
    }
    return difference;
  }

  private static void add(float[] what, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += what[i];
    }
  }

  /** The results with those that have changed. */
  private float[][] changed(float[][] before, FeatureMaps made) {
    float[][] after = before.clone();
    for (int n = 0; n < after.length; n++) {
      after[n] = made.values.getOrDefault(study.outputs().get(n), after[n]);
    }
    return after;
  }

  /** Labels are those of the first output. */
  private double growth(int image, float[][] before, float[][] after) {
    double divergence = measure.of(before, after);
    return right
        .map(
            outputs ->
                divergence
                    + LABEL_WEIGHT
                        * (ClassDivergence.crossEntropy(outputs[image], after[0])
                            - ClassDivergence.crossEntropy(outputs[image], before[0])))
        .orElse(divergence);
  }
}
