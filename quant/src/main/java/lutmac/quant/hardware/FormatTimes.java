package lutmac.quant.hardware;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.WeightFormat;

/**
 * What an accelerator takes for every layer with every format of weights that it computes. Feature
 * maps keep the formats of the network that it is asked about.
 *
 * @param uses by format
 */
public record FormatTimes(Map<WeightFormat, HardwareUse> uses) {
  public FormatTimes {
    uses = Map.copyOf(uses);
  }

  /**
   * Asks an accelerator.
   *
   * @param network a network of these layers; its weights decide how often every code is used
   * @param layers names of those whose weights have the formats
   * @throws lutmac.network.BadInputException if it does not compute the network whatever its
   *     weights
   */
  public static FormatTimes of(
      Hardware hardware, QuantizedNetwork network, Set<String> layers, List<WeightFormat> formats) {
    Map<WeightFormat, HardwareUse> uses = new HashMap<>();
    for (WeightFormat format : formats) {
      if (hardware.computes(format)) {
        uses.put(format, hardware.use(WeightSketch.of(network, layers, format)));
      }
    }
    return new FormatTimes(uses);
  }
}
