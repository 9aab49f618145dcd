package lutmac.quant.plan;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The formats of a whole network: what a recipe decides and a quantizer carries out.
 *
 * @param input of the network's input, where the codes are not the raw pixels
 * @param layers by name of the layer, in execution order
 */
public record FormatPlan(ActivationFormat input, Map<String, LayerPlan> layers) {
  public FormatPlan {
    layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
  }

  /** The plan of a layer. */
  public LayerPlan of(String layer) {
    LayerPlan plan = layers.get(layer);
    if (plan == null) {
      throw new IllegalArgumentException("no formats for layer '%s'".formatted(layer));
    }
    return plan;
  }

  /** The same plan but for one layer. */
  public FormatPlan with(String layer, LayerPlan changed) {
    Map<String, LayerPlan> copy = new LinkedHashMap<>(layers);
    copy.put(layer, changed);
    return new FormatPlan(input, copy);
  }

  /**
   * The same plan with what is pinned in place of what was chosen.
   *
   * @throws IllegalArgumentException if a pinned layer is not one of the plan's
   */
  public FormatPlan overlaid(PinnedFormats pins) {
    Map<String, LayerPlan> copy = new LinkedHashMap<>(layers);
    pins.layers().forEach((name, layer) -> copy.put(name, of(name).overlaid(layer)));
    return new FormatPlan(pins.input().orElse(input), copy);
  }
}
