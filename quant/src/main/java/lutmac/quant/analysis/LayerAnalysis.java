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
 * @param activation the float network with this layer's feature map alone quantized; empty if the
 *     layer returns its accumulators
 */
public record LayerAnalysis(
    MacLayer layer,
    LayerReport report,
    Measurement weights,
    Optional<Measurement> activation,
    WeightDistribution weightDistribution,
    Optional<ActivationDistribution> activationDistribution) {

  public String name() {
    return layer.name();
  }
}
