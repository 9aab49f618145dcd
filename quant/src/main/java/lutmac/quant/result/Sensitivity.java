package lutmac.quant.result;

import java.util.LinkedHashMap;
import java.util.Map;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;

/**
 * What every format of every layer is expected to do to the network's result, alone: the mean
 * divergence of its classes from the float network's, softened by temperature 4 ({@link
 * lutmac.runtime.measure.ResultDivergence}). To second order divergences of independent errors add
 * up.
 *
 * @param weights by layer name, divergence of each weight format
 * @param activations by leader of the feature maps that share a format (see {@link
 *     lutmac.quant.calib.FormatGroups}), divergence of each feature map format
 * @param images that the divergences are means over
 */
public record Sensitivity(
    Map<String, Map<WeightFormat, Double>> weights,
    Map<String, Map<ActivationFormat, Double>> activations,
    int images) {
  public Sensitivity {
    weights = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    activations = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(activations));
  }
}
