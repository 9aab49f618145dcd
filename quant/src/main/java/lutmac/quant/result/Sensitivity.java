package lutmac.quant.result;

import java.util.LinkedHashMap;
import java.util.Map;
import lutmac.quant.plan.MapFormat;
import lutmac.quant.plan.WeightFormat;

/**
 * What every format of every layer is expected to do to the network's result, alone: the mean
 * divergence of its classes from the float network's, softened by temperature 4 ({@link
 * lutmac.quant.sensitivity.Divergence}). To second order divergences of independent errors add up.
 *
 * @param weights by layer name, divergence of each weight format
 * @param maps by leader of the maps that share a format (see {@link
 *     lutmac.quant.calib.FormatGroups}), divergence of each map format
 * @param images that the divergences are means over
 */
public record Sensitivity(
    Map<String, Map<WeightFormat, Double>> weights,
    Map<String, Map<MapFormat, Double>> maps,
    int images) {
  public Sensitivity {
    weights = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    maps = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(maps));
  }
}
