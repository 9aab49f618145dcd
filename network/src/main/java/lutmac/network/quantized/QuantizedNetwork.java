package lutmac.network.quantized;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import lutmac.network.format.Rounding;

/**
 * A quantized network: everything that the golden model, the exported ONNX and the hardware must
 * agree on, bit for bit. Every feature map is made once, before it is read; the constructor refuses
 * anything else with {@link IllegalArgumentException}.
 *
 * @param layers in execution order; the last one makes the result
 * @param provenance where it came from (float model, calibration, settings), for people
 */
public record QuantizedNetwork(
    String name,
    InputEncoding input,
    List<QuantizedLayer> layers,
    Rounding rounding,
    Map<String, String> provenance) {

  public QuantizedNetwork {
    layers = List.copyOf(layers);
    provenance = Collections.unmodifiableMap(new TreeMap<>(provenance));
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("network '%s' has no layers".formatted(name));
    }
    Map<String, Tensor> known = new HashMap<>();
    known.put(input.tensor().name(), input.tensor());
    for (QuantizedLayer layer : layers) {
      layer.inputs().forEach(read -> requireMade(known, layer, read));
      if (known.put(layer.output().name(), layer.output()) != null) {
        throw new IllegalArgumentException(
            "two layers make the feature map '%s'".formatted(layer.output().name()));
      }
    }
  }

  private static void requireMade(Map<String, Tensor> known, QuantizedLayer layer, Tensor tensor) {
    if (!tensor.equals(known.get(tensor.name()))) {
      throw new IllegalArgumentException(
          "layer '%s' reads '%s', which no earlier layer makes"
              .formatted(layer.name(), tensor.name()));
    }
  }

  /** The layers that hold weights, in execution order. */
  public List<MacLayer> macLayers() {
    return layers.stream().flatMap(layer -> layer.mac().stream()).toList();
  }

  /** The network's result. */
  public Tensor output() {
    return layers.get(layers.size() - 1).output();
  }
}
