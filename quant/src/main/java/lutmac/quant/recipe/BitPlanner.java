package lutmac.quant.recipe;

import lutmac.quant.format.Rounding;
import lutmac.quant.plan.FormatPlan;

/** Gives every layer's weights and every map formats of their own. */
sealed interface BitPlanner permits AllocatingPlanner, FxpPlanner {

  /**
   * Chooses.
   *
   * @return under a {@link Budget.Accuracy} the curve to search, and of it the point of least
   *     divergence
   */
  Allocation allocate(Rounding rounding, long seed, Progress progress);

  /** The plan of one point of the curve. */
  FormatPlan plan(Allocation.Point point, Progress progress);
}
