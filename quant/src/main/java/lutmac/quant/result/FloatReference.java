package lutmac.quant.result;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.fuse.FusedLayer;

/**
 * The float network that a quantized one was made from, layer for layer: fused, its channels and
 * feature maps scaled as the quantized network's are. It computes the same result as the network
 * that was read.
 *
 * @param inputName name of the input feature map
 * @param layers one for every layer of the quantized network, in the same order
 * @param statistics of every feature map on calibration images, by name
 */
public record FloatReference(
    String inputName, List<FusedLayer> layers, Map<String, ActivationStatistics> statistics) {
  public FloatReference {
    layers = List.copyOf(layers);
    statistics = Collections.unmodifiableMap(new HashMap<>(statistics));
  }

  /** Those with weights, one for every layer of the quantized network with weights. */
  public List<FusedLayer.Linear> linearLayers() {
    return layers.stream().flatMap(layer -> layer.linear().stream()).toList();
  }
}
