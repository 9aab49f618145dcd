package lutmac.quant.allocate;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.study.Study;

/** Chooses fixed-point or logarithmic feature maps by signal-to-noise ratio. */
public final class MxqnPlanner {
  private MxqnPlanner() {}

  /** The plan of all layers; feature maps that share a format choose together. */
  public static FormatPlan plan(Study study, Recipe.Mxqn recipe) {
    Map<String, LayerPlan> plans = new LinkedHashMap<>();
    for (FusedLayer.Linear layer : study.linearLayers()) {
      plans.put(
          layer.name(),
          LayerPlan.of(
              new WeightFormat.FixedPoint(recipe.weightBits()),
              true,
              best(study, layer.output(), recipe.activations())));
    }
    return new FormatPlan(ActivationFormat.Fixed.of(8), plans);
  }

  /** At equal signal the ratio is best where the error is least. */
  private static ActivationFormat best(Study study, String map, List<ActivationFormat> formats) {
    List<ActivationStatistics> maps =
        study.groups().of(map).stream().map(study.statistics()::get).toList();
    boolean signed = study.groups().signed(map);
    return formats.stream()
        .filter(format -> format.holdsNegatives() || !signed)
        .min(
            Comparator.comparingDouble(
                format ->
                    ActivationFormatSearch.choose(maps, format, signed, study.groups().ceiling(map))
                        .error()))
        .orElseThrow();
  }
}
