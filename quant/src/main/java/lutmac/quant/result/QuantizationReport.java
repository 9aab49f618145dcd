package lutmac.quant.result;

import java.util.List;

/**
 * What quantization did.
 *
 * @param network name
 * @param calibrationImages how many were used
 * @param inputFormat format of the network's input
 * @param rawInput whether the input codes are the pixels themselves, mean and std folded away
 * @param layers those with weights, in execution order
 */
public record QuantizationReport(
    String network,
    int calibrationImages,
    String inputFormat,
    boolean rawInput,
    List<LayerReport> layers,
    MemoryReport memory) {
  public QuantizationReport {
    layers = List.copyOf(layers);
  }

  /** Everything that had to be changed to make the network legal, layer by layer. */
  public List<String> notes() {
    return layers.stream()
        .flatMap(
            layer -> layer.notes().stream().map(note -> "%s: %s".formatted(layer.name(), note)))
        .toList();
  }
}
