package lutmac.quant.fuse;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.network.shape.Shape;
import lutmac.runtime.exec.MaxPooling;
import lutmac.runtime.exec.OrderedConvolution;

/**
 * The fused layers in float, image by image: what quantization is measured against. Maps are {@code
 * [C, H, W]}. One run serves any number of threads.
 *
 * <p>{@link lutmac.runtime.exec.FloatExecutor} runs the same network, but its matrix library adds
 * in an order that depends on the number of threads, so that the last bits of a sum do, too. Here
 * every sum has one order: a network quantizes to the same file with any number of threads.
 */
public final class FloatRun {
  private final List<FusedLayer> layers;
  private final Map<String, OrderedConvolution> convolutions = new HashMap<>();
  private final Map<String, MaxPooling> pools = new HashMap<>();

  public FloatRun(List<FusedLayer> layers) {
    this.layers = List.copyOf(layers);
    for (FusedLayer layer : layers) {
      if (layer instanceof FusedLayer.Linear linear) {
        convolutions.put(linear.output(), convolution(linear, linear.weights()));
      } else if (layer instanceof FusedLayer.Pool pool) {
        pools.put(pool.output(), new MaxPooling(pool.inputShape(), pool.window()));
      }
    }
  }

  /** The layer's convolution with other weights. */
  public static OrderedConvolution convolution(FusedLayer.Linear layer, float[] weights) {
    Shape from =
        layer.sumPixels() ? new Shape(layer.inputShape().channels(), 1, 1) : layer.inputShape();
    return new OrderedConvolution(
        from, layer.outChannels(), layer.window(), layer.groups(), weights);
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
    if (layer instanceof FusedLayer.Linear linear) {
      float[] sums =
          sums(linear, maps.get(linear.input()), linear.skip().map(maps::get).orElse(null));
      linear.ceiling().ifPresent(ceiling -> clamp(sums, ceiling));
      return sums;
    }
    if (layer instanceof FusedLayer.Pool pool) {
      return pools.get(pool.output()).apply(maps.get(pool.input()));
    }
    return concatenate((FusedLayer.Concat) layer, maps);
  }

  private static float[] concatenate(FusedLayer.Concat concat, Map<String, float[]> maps) {
    float[] made = new float[concat.outputShape().size()];
    int at = 0;
    for (String input : concat.inputs()) {
      float[] part = maps.get(input);
      System.arraycopy(part, 0, made, at, part.length);
      at += part.length;
    }
    return made;
  }

  /**
   * Sums with bias and skip, before the ReLU, {@code [O, H, W]}.
   *
   * @param skip null if the layer has none
   */
  public float[] sums(FusedLayer.Linear layer, float[] in, float[] skip) {
    return sums(layer, convolutions.get(layer.output()), in, skip);
  }

  /** The same with another convolution, made by {@link #convolution}. */
  public static float[] sums(
      FusedLayer.Linear layer, OrderedConvolution convolution, float[] in, float[] skip) {
    float[] sums =
        convolution.apply(layer.sumPixels() ? pixelSums(in, layer.inputShape().pixels()) : in);
    int pixels = sums.length / layer.outChannels();
    for (int o = 0; o < layer.outChannels(); o++) {
      float bias = layer.bias()[o];
      for (int i = o * pixels; i < (o + 1) * pixels; i++) {
        sums[i] += skip == null ? bias : bias + skip[i];
      }
    }
    return sums;
  }

  private static float[] pixelSums(float[] in, int pixels) {
    float[] sums = new float[in.length / pixels];
    for (int c = 0; c < sums.length; c++) {
      float sum = 0;
      for (int i = c * pixels; i < (c + 1) * pixels; i++) {
        sum += in[i];
      }
      sums[c] = sum;
    }
    return sums;
  }

  /** {@code min(ceiling, max(0, x))} in place. */
  public static void clamp(float[] values, float ceiling) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.min(ceiling, Math.max(0, values[i]));
    }
  }

  /** The layer's ReLU, if it has one, in place. */
  public static void clamp(float[] values, Optional<Float> ceiling) {
    ceiling.ifPresent(c -> clamp(values, c));
  }
}
