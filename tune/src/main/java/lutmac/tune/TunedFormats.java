package lutmac.tune;

import java.util.LinkedHashMap;
import java.util.Map;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.PinnedLayer;

/**
 * The formats of a tuned network: its tables and the fractions of its feature maps. Exponents and
 * channel shifts stay what they were: a feature map that gains a fraction bit takes the sums that
 * it adds to along.
 */
public final class TunedFormats {
  private TunedFormats() {}

  /**
   * @param start the formats of the network that was tuned
   */
  public static PinnedFormats of(PinnedFormats start, QuantizedNetwork tuned) {
    Map<String, PinnedLayer> layers = new LinkedHashMap<>(start.layers());
    for (MacLayer layer : tuned.macLayers()) {
      layers.computeIfPresent(layer.name(), (name, pins) -> of(pins, layer));
    }
    return new PinnedFormats(start.source(), start.input(), layers);
  }

  private static PinnedLayer of(PinnedLayer start, MacLayer tuned) {
    return new PinnedLayer(
        start.weights(),
        start.channelShifts(),
        start.shifts(),
        start.exponent(),
        start.table().map(table -> tuned.onlyPlane().codebook()),
        start.output().map(format -> of(tuned.output().format())));
  }

  private static ActivationFormat of(TensorFormat format) {
    return format.fold(
        fixed -> ActivationFormat.Fixed.of(fixed.bits()).at(fixed.frac()),
        logarithmic ->
            ActivationFormat.Log.of(logarithmic.bits(), logarithmic.resolution())
                .at(logarithmic.frac()),
        accumulators -> {
          throw new IllegalArgumentException("nobody chooses the format of accumulators");
        });
  }
}
