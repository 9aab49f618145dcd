package lutmac.quant.analysis;

import java.util.Optional;
import lutmac.network.quantized.MacLayer;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.MemoryCount;

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

  /** Bits of one element of the feature map; empty if the layer returns its accumulators. */
  public Optional<Integer> activationBits() {
    int bits = MemoryCount.elementBits(layer.output().format());
    return layer.stage().fold(requantize -> Optional.of(bits), accumulators -> Optional.empty());
  }

  /** Name of the layer. */
  public String name() {
    return layer.name();
  }
}
