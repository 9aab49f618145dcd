package lutmac.quant.fit;

import java.util.Map;
import java.util.function.Consumer;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.Techniques;
import lutmac.quant.study.Study;

/**
 * The fit of whole networks with all techniques.
 *
 * @param rounding of the output stages
 * @param seed of the choice of output positions that statistics are taken from
 */
public record NetworkFitting(Rounding rounding, long seed) implements Fitting {
  @Override
  public void layers(
      Study study,
      ActivationFormat activations,
      Consumer<LayerFitting> use,
      PhaseProgress progress) {
    LayerPlan bytes = LayerPlan.of(new WeightFormat.FixedPoint(8), true, activations);
    quantizer(study, study.uniform(bytes, ActivationFormat.Fixed.of(8))).targets(use, progress);
  }

  @Override
  public QuantizedNetwork network(Study study, FormatPlan plan, PhaseProgress progress) {
    return quantizer(study, plan).quantize(Map.of(), progress).network();
  }

  private NetworkQuantizer quantizer(Study study, FormatPlan plan) {
    return new NetworkQuantizer(study, plan, Techniques.all(), rounding, seed);
  }
}
