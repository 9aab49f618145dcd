package lutmac.tune;

import java.util.LinkedHashMap;
import java.util.Map;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.PinnedLayer;

/**
 * The formats of a tuned network: its tables and the fractions of its maps. Exponents and channel
 * shifts stay what they were: a map that gains a fraction bit takes the sums that it adds to along.
 */
public final class TunedFormats {
  private TunedFormats() {}

  /**
   * @param start the formats of the network that was tuned
   */
  public static PinnedFormats of(PinnedFormats start, QuantizedNetwork tuned) {
    Map<String, PinnedLayer> layers = new LinkedHashMap<>(start.layers());
    for (QuantizedLayer layer : tuned.layers()) {
      if (layer instanceof MacLayer mac) {
        layers.computeIfPresent(layer.name(), (name, pins) -> of(pins, mac));
      }
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
    if (format instanceof LogFormat log) {
      return ActivationFormat.Log.of(log.bits(), log.resolution()).at(log.frac());
    }
    FixedFormat fixed = (FixedFormat) format;
    return ActivationFormat.Fixed.of(fixed.bits()).at(fixed.frac(0));
  }
}
