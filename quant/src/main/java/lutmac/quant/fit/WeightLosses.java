package lutmac.quant.fit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.WeightFormat;

/**
 * What every weight format would cost one layer, as energy of its output error, and a sample of
 * such an error.
 *
 * @param losses by format, the reference's among them
 * @param reference the format of the sample
 * @param disturbed the float layer with the reference's errors
 */
public record WeightLosses(
    Map<WeightFormat, Double> losses, WeightFormat reference, FusedLayer.Linear disturbed) {
  public WeightLosses {
    losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
  }
}
