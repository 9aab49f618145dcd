package lutmac.quant.analysis;

import java.util.Optional;
import lutmac.network.quantized.MacLayer;
import lutmac.quant.result.LayerReport;

/**
 * One layer with weights.
 *
 * @param layer as it was built
 * @param report of the quantizer
 * @param weights the float network with this layer's weights and biases alone quantized
 * @param map the float network with this layer's map alone quantized; empty if the layer returns
 *     its accumulators
 */
public record LayerAnalysis(
    MacLayer layer,
    LayerReport report,
    Measurement weights,
    Optional<Measurement> map,
    WeightDistribution weightDistribution,
    Optional<MapDistribution> mapDistribution) {

  public String name() {
    return layer.name();
  }
}
