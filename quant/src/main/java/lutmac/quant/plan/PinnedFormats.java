package lutmac.quant.plan;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The part of a network's formats that somebody decided, to be laid over what a recipe chooses:
 * nothing, one layer's word length, or everything.
 *
 * @param source where it is written down: what messages name
 * @param input of the network's input
 * @param layers by name of the layer
 */
public record PinnedFormats(
    String source, Optional<ActivationFormat> input, Map<String, PinnedLayer> layers) {
  public PinnedFormats {
    layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
  }

  /** Everything is left to the recipe. */
  public static PinnedFormats none() {
    return new PinnedFormats("no formats", Optional.empty(), Map.of());
  }

  /** What is decided about a layer. */
  public PinnedLayer of(String layer) {
    return layers.getOrDefault(layer, PinnedLayer.NONE);
  }
}
