package lutmac.quant.fit;

import java.util.function.Consumer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.study.Study;

/** What an allocation of bits asks of the fit. */
public interface Fitting {
  /**
   * Shows every layer that has weights of its own, in execution order, on inputs of layers of 8-bit
   * weights.
   *
   * @param study of the images to fit to
   * @param activations format of all feature maps
   */
  void layers(
      Study study,
      ActivationFormat activations,
      Consumer<LayerFitting> use,
      PhaseProgress progress);

  /** The network of a plan, fitted to the study's images. */
  QuantizedNetwork network(Study study, FormatPlan plan, PhaseProgress progress);
}
