package lutmac.quant.calib;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.network.floating.ActivationFunction;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.fuse.FusedNetwork;

/**
 * Feature maps that must have one format: a pool and a layer that only copies keep their input's,
 * and the parts of a concatenation that of the whole.
 */
public final class FormatGroups {
  private final Map<String, List<String>> members = new LinkedHashMap<>();
  private final Map<String, FusedLayer.Linear> makers = new HashMap<>();
  private final Set<String> sums;

  /** Maps whose maker can make negative values. */
  private final Set<String> negative = new HashSet<>();

  /**
   * @param inputName the network's input
   * @param layers in execution order
   */
  public FormatGroups(String inputName, List<FusedLayer> layers) {
    members.put(inputName, new ArrayList<>(List.of(inputName)));
    sums = FusedNetwork.sums(layers);
    for (FusedLayer layer : layers) {
      members.put(layer.output(), new ArrayList<>(List.of(layer.output())));
      boolean keeps = layer.keepsFormat() && !sums.contains(layer.output());
      layer
          .linear()
          .filter(linear -> !keeps)
          .ifPresent(linear -> makers.put(linear.output(), linear));
      if (keeps) {
        layer.inputs().forEach(input -> join(input, layer.output()));
      }
    }
    // Layers by the thousand share few functions, and each is tried at many points.
    Map<ActivationFunction, Boolean> nonNegative = new HashMap<>();
    makers.forEach(
        (map, maker) -> {
          boolean never =
              maker.ceiling().isPresent()
                  || maker
                      .function()
                      .map(
                          function ->
                              nonNegative.computeIfAbsent(
                                  function, ActivationFunction::nonNegative))
                      .orElse(false);
          if (!never) {
            negative.add(map);
          }
        });
  }

  /** Whether a map is returned as a layer's sums: it has no format. */
  public boolean returnsSums(String map) {
    return sums.contains(map);
  }

  private void join(String a, String b) {
    List<String> left = members.get(a);
    List<String> right = members.get(b);
    if (left != right) {
      left.addAll(right);
      right.forEach(map -> members.put(map, left));
    }
  }

  /** All feature maps that share the format of this one, itself included. */
  public List<String> of(String map) {
    return members.get(map);
  }

  /** Every feature map's group by its name. */
  public Map<String, List<String>> all() {
    return members;
  }

  /**
   * Whether any linear layer that makes one of the group's feature maps can make negative values.
   */
  public boolean signed(String map) {
    return of(map).stream().anyMatch(negative::contains);
  }

  /** The ceiling of the ReLUs that make the group's feature maps, if it is the same for all. */
  public Optional<Float> ceiling(String map) {
    List<Optional<Float>> all =
        of(map).stream()
            .filter(makers::containsKey)
            .map(member -> makers.get(member).ceiling())
            .distinct()
            .toList();
    return all.size() == 1 ? all.get(0) : Optional.empty();
  }
}
