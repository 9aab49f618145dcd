package lutmac.quant.hardware;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.WeightFormat;

/**
 * What a quantized network takes on the hardware that it was made for, and what other weights
 * would.
 *
 * @param hardware its name
 * @param use empty if it does not compute the network
 * @param others the same for all layers with other formats of weights, those that it computes
 * @param refusal why it does not run the network; empty if it does
 */
public record HardwareReport(
    String hardware,
    Optional<HardwareUse> use,
    Map<WeightFormat, HardwareUse> others,
    Optional<String> refusal) {

  /**
   * Asks the hardware.
   *
   * @param formats others
   */
  public static HardwareReport of(
      Hardware hardware, QuantizedNetwork network, List<WeightFormat> formats) {
    Optional<HardwareUse> use = Optional.empty();
    Optional<String> refusal = Optional.empty();
    Map<WeightFormat, HardwareUse> others = Map.of();
    try {
      use = Optional.of(hardware.fit(network));
    } catch (BadInputException e) {
      refusal = Optional.of(e.getMessage());
    }
    try {
      use = use.isPresent() ? use : Optional.of(hardware.use(network));
      others =
          FormatTimes.of(
                  hardware,
                  network,
                  network.macLayers().stream().map(MacLayer::name).collect(Collectors.toSet()),
                  formats)
              .uses();
    } catch (BadInputException e) {
      refusal = Optional.of(refusal.orElse(e.getMessage()));
    }
    return new HardwareReport(hardware.name(), use, others, refusal);
  }

  /** Whether a reason why it does not run the network lies in this layer. */
  public boolean refuses(String layer) {
    String start = "layer '%s': ".formatted(layer);
    return refusal.stream().flatMap(String::lines).anyMatch(reason -> reason.startsWith(start));
  }
}
