package lutmac.quant.recipe;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.format.TensorFormat;
import lutmac.quant.lower.LoweredLayer;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.MapFormat;

/**
 * Decides between the two scales of every map that have the least squared error, by the loss of the
 * network's result: squared error does not know which values matter.
 */
final class MapScales {
  private MapScales() {}

  /**
   * A plan with the scales of all its fixed-point maps.
   *
   * @param study scaled for the plan
   * @param images to measure on, at most
   * @param right index of the right output of every image, if that is known
   */
  static FormatPlan decide(Study study, FormatPlan plan, int images, Optional<int[]> right) {
    DisturbedNetwork network = new DisturbedNetwork(study, images, right);
    Map<String, MapFormat> wanted = FormatResolver.wanted(study.layers(), study.groups(), plan);
    Map<String, List<ActivationFormatSearch.Choice>> ranked = new LinkedHashMap<>();
    Map<String, TensorFormat> best = new HashMap<>();
    for (LoweredLayer.Linear layer : study.linearLayers()) {
      String leader = study.leader(layer);
      if (layer != study.last()
          && wanted.get(leader) instanceof MapFormat.Fixed fixed
          && !study.groups().of(study.inputName()).contains(leader)) {
        ranked.computeIfAbsent(leader, name -> study.ranked(name, fixed));
        study.groups().of(leader).forEach(map -> best.put(map, ranked.get(leader).get(0).format()));
      }
    }
    network.accept(network.measure(new DisturbedNetwork.Change(List.of(), best)));
    Map<String, Integer> fractions = new HashMap<>();
    ranked.forEach(
        (leader, choices) -> {
          TensorFormat chosen = choices.get(0).format();
          if (choices.size() > 1) {
            TensorFormat other = choices.get(1).format();
            DisturbedNetwork.Trial trial =
                network.measure(DisturbedNetwork.Change.of(study.groups().of(leader), other));
            if (trial.loss() < network.loss()) {
              network.accept(trial);
              chosen = other;
            }
          }
          fractions.put(leader, chosen.frac(0));
        });
    FormatPlan decided = plan;
    for (LoweredLayer.Linear layer : study.linearLayers()) {
      String leader = study.leader(layer);
      if (layer != study.last() && fractions.containsKey(leader)) {
        LayerPlan old = plan.of(layer.name());
        decided =
            decided.with(layer.name(), old.with(wanted.get(leader).at(fractions.get(leader))));
      }
    }
    return decided;
  }
}
