package lutmac.quant.fuse;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lutmac.runtime.exec.FloatLinear;
import lutmac.runtime.exec.FloatStep;
import lutmac.runtime.kernel.MaxPooling;

/**
 * The fused layers as the float executor's steps, image by image: what quantization is measured
 * against. Maps are {@code [C, H, W]}. One run serves any number of threads; every sum has one
 * order, so that a network quantizes to the same file with any number of threads.
 */
public final class FloatRun {
  private final List<FusedLayer> layers;
  private final Map<String, FloatStep> steps = new HashMap<>();

  public FloatRun(List<FusedLayer> layers) {
    this.layers = List.copyOf(layers);
    layers.forEach(layer -> steps.put(layer.output(), step(layer)));
  }

  private static FloatStep step(FusedLayer layer) {
    return layer.fold(
        FloatRun::step,
        pool ->
            new FloatStep.Pool(
                pool.input(), pool.output(), new MaxPooling(pool.inputShape(), pool.window())),
        concat -> new FloatStep.Concat(concat.inputs(), concat.output()));
  }

  /** One linear layer by itself: what runs it with other weights than the network's. */
  public static FloatStep.Linear step(FusedLayer.Linear layer) {
    FloatLinear linear =
        new FloatLinear(
            layer.inputShape(),
            layer.outputShape(),
            layer.window(),
            layer.groups(),
            layer.sumPixels(),
            layer.weights(),
            layer.bias());
    return new FloatStep.Linear(
        layer.input(), layer.skip(), layer.output(), linear, layer.ceiling(), layer.function());
  }

  public List<FusedLayer> layers() {
    return layers;
  }

  /**
   * Computes the maps of layers {@code from .. to - 1} from those that are there.
   *
   * @param maps by name; receives the new ones
   */
  public void run(int from, int to, Map<String, float[]> maps) {
    for (FusedLayer layer : layers.subList(from, to)) {
      maps.put(layer.output(), apply(layer, maps));
    }
  }

  /**
   * Computes anew every map that depends on a changed one.
   *
   * @param changed name of the map
   * @param maps all maps; those that depend on the changed one are replaced
   */
  public void update(String changed, Map<String, float[]> maps) {
    Set<String> stale = new HashSet<>(Set.of(changed));
    for (FusedLayer layer : layers) {
      if (!layer.output().equals(changed) && layer.inputs().stream().anyMatch(stale::contains)) {
        maps.put(layer.output(), apply(layer, maps));
        stale.add(layer.output());
      }
    }
  }

  /** One layer's map, after its ReLU. */
  public float[] apply(FusedLayer layer, Map<String, float[]> maps) {
    return steps.get(layer.output()).apply(maps);
  }

  /**
   * Sums with bias and skip, before the ReLU, {@code [O, H, W]}.
   *
   * @param skip null if the layer has none
   */
  public float[] sums(FusedLayer.Linear layer, float[] in, float[] skip) {
    return ((FloatStep.Linear) steps.get(layer.output())).linear().sums(in, skip);
  }
}
