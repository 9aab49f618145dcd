package lutmac.quant.allocate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.network.format.TensorFormat;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.calib.ActivationRounding;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.sensitivity.DisturbedRuns;
import lutmac.quant.study.FormatResolver;
import lutmac.quant.study.Study;

/**
 * Decides between the two scales of every fixed-point feature map that have the least squared
 * error, by the divergence of the network's result (the self-distillation of FxP-QNet): clipping a
 * few great values and rounding all values more coarsely may be the same squared error and are not
 * the same harm.
 */
public final class ActivationScales {
  /** Multiply-accumulates that the comparison may take, about. */
  private static final double MACS = 5e10;

  private static final int LEAST_IMAGES = 16;
  private static final int MOST_IMAGES = 128;

  /** A scale with so many times the least squared error is out of the question. */
  private static final double CLOSE = 3;

  /** By so much the divergence must be less: on few images less is often chance. */
  private static final double CLEARLY = 0.8;

  private ActivationScales() {}

  /**
   * A plan with the scales of all its feature maps that were in doubt.
   *
   * @param study scaled for the plan
   */
  public static FormatPlan decide(Study study, FormatPlan plan, PhaseProgress progress) {
    Map<String, ActivationFormat> wanted =
        FormatResolver.wanted(study.layers(), study.groups(), plan);
    study.groups().of(study.inputName()).forEach(wanted::remove);
    Map<String, List<TensorFormat>> doubts = new LinkedHashMap<>();
    List<DisturbedRuns.OfActivation> disturbances = new ArrayList<>();
    List<TensorFormat> formats = new ArrayList<>();
    for (FusedLayer.Linear layer : study.linearLayers()) {
      String leader = study.leader(layer);
      ActivationFormat uniform = wanted.get(leader);
      if (!study.returnsSums(layer) && uniform != null && uniform.uniform()) {
        for (TensorFormat format :
            doubts.computeIfAbsent(leader, name -> inDoubt(study.ranked(name, uniform)))) {
          ActivationRounding rounding =
              ActivationRounding.of(format, study.groups().ceiling(leader));
          disturbances.add(new DisturbedRuns.OfActivation(layer, rounding));
          formats.add(format);
        }
      }
    }
    if (disturbances.isEmpty()) {
      return plan;
    }
    DisturbedRuns runs = new DisturbedRuns(study);
    int images = runs.images(disturbances.size(), MACS, LEAST_IMAGES, MOST_IMAGES);
    double[] divergences = runs.divergences(disturbances, images, "scales", progress);
    // A format that several layers' feature maps share harms by the sum.
    Map<String, Map<TensorFormat, Double>> harms = new HashMap<>();
    for (int d = 0; d < divergences.length; d++) {
      harms
          .computeIfAbsent(study.leader(disturbances.get(d).layer()), name -> new HashMap<>())
          .merge(formats.get(d), divergences[d], Double::sum);
    }
    FormatPlan decided = plan;
    for (FusedLayer.Linear layer : study.linearLayers()) {
      String leader = study.leader(layer);
      if (!study.returnsSums(layer) && harms.containsKey(leader)) {
        TensorFormat chosen = chosen(doubts.get(leader), harms.get(leader));
        LayerPlan old = plan.of(layer.name());
        decided = decided.with(layer.name(), old.with(wanted.get(leader).at(chosen.frac(0))));
      }
    }
    return decided;
  }

  /** The two of least squared error; none if the first is clearly better or pinned. */
  private static List<TensorFormat> inDoubt(List<ActivationFormatSearch.Candidate> ranked) {
    return ranked.size() > 1 && ranked.get(1).error() <= CLOSE * ranked.get(0).error()
        ? List.of(ranked.get(0).format(), ranked.get(1).format())
        : List.of();
  }

  private static TensorFormat chosen(List<TensorFormat> two, Map<TensorFormat, Double> harm) {
    TensorFormat first = two.get(0);
    TensorFormat second = two.get(1);
    return harm.get(second) < CLEARLY * harm.get(first) ? second : first;
  }
}
