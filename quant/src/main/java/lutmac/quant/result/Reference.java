package lutmac.quant.result;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lutmac.quant.calib.MapStatistics;
import lutmac.quant.fuse.LoweredLayer;

/**
 * The float network that a quantized one was made from, layer for layer: lowered, its channels and
 * maps scaled as the quantized network's are. It computes the same result as the network that was
 * read.
 *
 * @param inputName name of the input map
 * @param layers one for every layer of the quantized network, in the same order
 * @param statistics of every map on calibration images, by name
 */
public record Reference(
    String inputName, List<LoweredLayer> layers, Map<String, MapStatistics> statistics) {
  public Reference {
    layers = List.copyOf(layers);
    statistics = Collections.unmodifiableMap(new HashMap<>(statistics));
  }
}
