package lutmac.network.quantized;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import lutmac.network.format.Rounding;

/**
 * A quantized network: everything that the golden model, the exported ONNX and the hardware must
 * agree on, bit for bit. Every feature map is made once, before it is read; the constructor refuses
 * anything else with {@link IllegalArgumentException}.
 *
 * @param layers in execution order
 * @param outputs the feature maps that the network returns, each made by a layer, in the order of
 *     the model; a layer that makes one of them may have readers, too
 * @param provenance where it came from (float model, calibration, settings), for people
 */
public record QuantizedNetwork(
    String name,
    InputEncoding input,
    List<QuantizedLayer> layers,
    List<Tensor> outputs,
    Rounding rounding,
    Map<String, String> provenance) {

  public QuantizedNetwork {
    layers = List.copyOf(layers);
    outputs = List.copyOf(outputs);
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
    known.remove(input.tensor().name());
    requireOutputs(name, known, outputs);
  }

  /** A network that returns what its last layer makes. */
  public QuantizedNetwork(
      String name,
      InputEncoding input,
      List<QuantizedLayer> layers,
      Rounding rounding,
      Map<String, String> provenance) {
    this(name, input, layers, lastOf(layers), rounding, provenance);
  }

  private static List<Tensor> lastOf(List<QuantizedLayer> layers) {
    return layers.isEmpty() ? List.of() : List.of(layers.get(layers.size() - 1).output());
  }

  private static void requireOutputs(
      String network, Map<String, Tensor> made, List<Tensor> outputs) {
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException("network '%s' has no outputs".formatted(network));
    }
    Set<String> names = new HashSet<>();
    for (Tensor output : outputs) {
      if (!output.equals(made.get(output.name()))) {
        throw new IllegalArgumentException(
            "network '%s' returns '%s', which no layer makes".formatted(network, output.name()));
      }
      if (!names.add(output.name())) {
        throw new IllegalArgumentException(
            "network '%s' returns '%s' twice".formatted(network, output.name()));
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

  /** The first output: the only one of most networks, the class of a classifier. */
  public Tensor output() {
    return outputs.get(0);
  }

  /** Whether the network returns this feature map. */
  public boolean returns(Tensor tensor) {
    return outputs.contains(tensor);
  }
}
