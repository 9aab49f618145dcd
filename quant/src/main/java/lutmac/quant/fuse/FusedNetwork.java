package lutmac.quant.fuse;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A float network as layers that one hardware layer computes each.
 *
 * @param layers in execution order
 * @param outputs names of the feature maps that the network returns, in its order
 */
public record FusedNetwork(List<FusedLayer> layers, List<String> outputs) {
  public FusedNetwork {
    layers = List.copyOf(layers);
    outputs = List.copyOf(outputs);
  }

  /**
   * Names of the feature maps that are returned as sums: what a linear layer without an activation
   * makes and no layer reads. All others are rounded, those that the network returns, too.
   */
  public static Set<String> sums(List<FusedLayer> layers) {
    Set<String> sums = new HashSet<>();
    for (FusedLayer layer : layers) {
      layer.linear().filter(FusedLayer.Linear::bare).ifPresent(linear -> sums.add(linear.output()));
    }
    layers.forEach(layer -> layer.inputs().forEach(sums::remove));
    return sums;
  }
}
