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
  /** Multiply-accumulates that the comparisons may take, about. */
  private static final double MACS = 5e10;

  /** Bytes that the float maps of the images may take. */
  private static final double MAP_BYTES = 5e8;

  private static final int LEAST_IMAGES = 8;
  private static final int MOST_IMAGES = 128;

  /** A scale with so many times the least squared error is out of the question. */
  private static final double CLOSE = 3;

  private MapScales() {}

  /**
   * A plan with the scales of all its fixed-point maps.
   *
   * @param study scaled for the plan
   * @param classes index of the right output of every image, if that is known
   */
  static FormatPlan decide(Study study, FormatPlan plan, Optional<int[]> classes) {
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
    int inDoubt = (int) ranked.values().stream().filter(MapScales::inDoubt).count();
    DisturbedNetwork network = new DisturbedNetwork(study, images(study, inDoubt), classes);
    network.accept(network.measure(new DisturbedNetwork.Change(List.of(), best)));
    Map<String, Integer> fractions = new HashMap<>();
    ranked.forEach(
        (leader, choices) -> {
          TensorFormat chosen = choices.get(0).format();
          if (inDoubt(choices)) {
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

  private static boolean inDoubt(List<ActivationFormatSearch.Choice> ranked) {
    return ranked.size() > 1 && ranked.get(1).error() <= CLOSE * ranked.get(0).error();
  }

  /** As many as {@link #MACS} and {@link #MAP_BYTES} allow. */
  private static int images(Study study, int comparisons) {
    // Two runs to begin with; half of the network, on average, is behind a map.
    double macs = study.macs() * (2 + comparisons / 2.0);
    long elements = study.layers().stream().mapToLong(layer -> layer.outputShape().size()).sum();
    double affordable = Math.min(MACS / macs, MAP_BYTES / (8.0 * elements));
    return (int)
        Math.min(study.data().count(), Math.max(LEAST_IMAGES, Math.min(MOST_IMAGES, affordable)));
  }
}
