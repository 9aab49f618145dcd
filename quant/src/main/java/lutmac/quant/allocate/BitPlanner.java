package lutmac.quant.allocate;

import lutmac.quant.plan.FormatPlan;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.result.Allocation;

/** Gives every layer's weights and every feature map formats of their own. */
public sealed interface BitPlanner permits AllocatingPlanner, FxpPlanner {

  /**
   * Chooses.
   *
   * @return under a {@link lutmac.quant.recipe.Budget.Accuracy} the curve to search, and of it the
   *     point of least divergence
   */
  Allocation allocate(PhaseProgress progress);

  /** The plan of one point of the curve. */
  FormatPlan plan(Allocation.Point point, PhaseProgress progress);
}
