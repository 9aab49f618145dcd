package lutmac.onnx.lut;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;

/**
 * The JSON in the quantized file's metadata: everything of a network but the big arrays, which it
 * names as initializers of the graph.
 *
 * @param version of this description and of the way the graph is spelled
 * @param outputs names of the feature maps that the network returns, or null where that is the last
 *     layer's only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record NetworkDescription(
    int version,
    String name,
    Rounding rounding,
    InputPart input,
    List<LayerPart> layers,
    List<String> outputs,
    Map<String, String> provenance) {

  static final int VERSION = 2;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * The network's input.
   *
   * @param crop {@code [height, width]}, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record InputPart(
      TensorPart tensor,
      boolean folded,
      List<Double> mean,
      List<Double> std,
      boolean bgr,
      List<Integer> crop,
      int labelOffset) {
    static InputPart of(InputEncoding input) {
      Preprocessing preprocessing = input.preprocessing();
      return new InputPart(
          TensorPart.of(input.tensor()),
          input.folded(),
          preprocessing.mean(),
          preprocessing.std(),
          preprocessing.bgr(),
          preprocessing.crop().map(c -> List.of(c.height(), c.width())).orElse(null),
          preprocessing.labelOffset());
    }

    InputEncoding encoding() {
      Optional<Preprocessing.Crop> cropped =
          Optional.ofNullable(crop).map(c -> new Preprocessing.Crop(c.get(0), c.get(1)));
      return new InputEncoding(
          tensor.tensor(), new Preprocessing(mean, std, bgr, cropped, labelOffset), folded);
    }
  }

  static NetworkDescription of(
      QuantizedNetwork network, Map<MacLayer, LutGraph.LayerArrays> arrays) {
    return new NetworkDescription(
        VERSION,
        network.name(),
        network.rounding(),
        InputPart.of(network.input()),
        network.layers().stream().map(layer -> LayerPart.of(layer, arrays)).toList(),
        network.outputs().equals(List.of(lastOf(network.layers())))
            ? null
            : network.outputs().stream().map(Tensor::name).toList(),
        network.provenance());
  }

  private static Tensor lastOf(List<QuantizedLayer> layers) {
    return layers.get(layers.size() - 1).output();
  }

  String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a network description is always writable", e);
    }
  }

  /** The version of a description, which can be read before the rest makes sense. */
  static int versionOf(String json) throws JsonProcessingException {
    return JSON.readTree(json).path("version").asInt();
  }

  static NetworkDescription parse(String json) throws JsonProcessingException {
    return JSON.readValue(json, NetworkDescription.class);
  }

  /** Names of the layers whose output is logarithmic with other values than today's formats. */
  List<String> otherLogarithms() {
    return layers.stream()
        .filter(part -> part.output().holdsOtherLogarithms())
        .map(LayerPart::name)
        .toList();
  }

  /**
   * The network.
   *
   * @throws RuntimeException of some kind if the description makes no network
   */
  QuantizedNetwork network(LayerPart.ArraySource arrays) {
    InputEncoding encoding = input.encoding();
    Map<String, Tensor> tensors = new HashMap<>();
    tensors.put(encoding.tensor().name(), encoding.tensor());
    List<QuantizedLayer> built = new ArrayList<>();
    for (LayerPart part : layers) {
      QuantizedLayer layer = part.layer(tensors, arrays);
      built.add(layer);
      tensors.put(layer.output().name(), layer.output());
    }
    List<Tensor> returned =
        outputs == null
            ? List.of(lastOf(built))
            : outputs.stream().map(output -> Objects.requireNonNull(tensors.get(output))).toList();
    return new QuantizedNetwork(name, encoding, built, returned, rounding, provenance);
  }
}
