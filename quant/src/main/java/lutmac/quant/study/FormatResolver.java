package lutmac.quant.study;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lutmac.network.format.TensorFormat;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.calib.FormatGroups;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.fuse.FusedNetwork;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;

/** Turns planned formats of feature maps into tensors' formats. */
public final class FormatResolver {
  private FormatResolver() {}

  /**
   * Formats of all feature maps but those that are returned as sums. A group's format is that of
   * its members with the most bits.
   *
   * @param input format of the network's input
   */
  public static Map<String, TensorFormat> resolve(
      String inputName,
      TensorFormat input,
      List<FusedLayer> layers,
      FormatGroups groups,
      Map<String, ActivationStatistics> statistics,
      FormatPlan plan) {
    Map<String, ActivationFormat> wanted = wanted(layers, groups, plan);
    Set<String> sums = FusedNetwork.sums(layers);
    Map<String, TensorFormat> formats = new HashMap<>();
    groups.of(inputName).forEach(map -> formats.put(map, input));
    for (FusedLayer layer : layers) {
      List<String> group = groups.of(layer.output());
      if (sums.contains(layer.output()) || formats.containsKey(layer.output())) {
        continue;
      }
      TensorFormat format =
          ActivationFormatSearch.choose(
                  group.stream().map(statistics::get).toList(),
                  wanted.get(group.get(0)),
                  groups.signed(layer.output()),
                  groups.ceiling(layer.output()))
              .format();
      group.forEach(map -> formats.put(map, format));
    }
    return formats;
  }

  /** The planned format of every group that a linear layer rounds to, by its leader. */
  public static Map<String, ActivationFormat> wanted(
      List<FusedLayer> layers, FormatGroups groups, FormatPlan plan) {
    Map<String, ActivationFormat> wanted = new HashMap<>();
    Set<String> sums = FusedNetwork.sums(layers);
    for (FusedLayer layer : layers) {
      boolean rounds = layer.linear().isPresent() && !layer.keepsFormat();
      if (rounds && !sums.contains(layer.output())) {
        ActivationFormat format = plan.of(layer.name()).output();
        if (!format.holdsNegatives() && groups.signed(layer.output())) {
          throw new IllegalArgumentException(
              "layer '%s' makes negative values: a logarithmic format has none"
                  .formatted(layer.name()));
        }
        String leader = groups.of(layer.output()).get(0);
        wanted.merge(leader, format, (a, b) -> b.bits() > a.bits() ? b : a);
      }
    }
    return wanted;
  }
}
