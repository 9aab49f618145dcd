package lutmac.quant.recipe;

import lutmac.quant.lower.LoweredLayer;

/**
 * A budget for one network: what counts, and how much of it the formats that are chosen may take.
 *
 * @param cost of a format
 * @param limit on the sum of the costs of all formats
 */
record Allowance(FormatCost cost, long limit) {
  private static final int WORD = 32;
  private static final int INPUT_BITS = 8;

  static Allowance of(Study study, Budget budget) {
    if (budget instanceof Budget.MeanWeightBits mean) {
      return new Allowance(new FormatCost.CodeBits(), (long) (mean.bits() * weights(study)));
    }
    if (budget instanceof Budget.AllSmaller smaller) {
      return new Allowance(new FormatCost.MemoryBits(), memory(study, smaller));
    }
    if (budget instanceof Budget.ArraySteps steps) {
      FormatCost.ArraySteps cost = new FormatCost.ArraySteps(steps.rows(), steps.columns());
      long copying =
          study.linearLayers().stream()
              .filter(LoweredLayer.Linear::identity)
              .mapToLong(cost::ofPlane)
              .sum();
      return new Allowance(cost, steps.steps() - copying);
    }
    Budget.Accuracy accuracy = (Budget.Accuracy) budget;
    return new Allowance(
        new FormatCost.MemoryBits(),
        accuracy.enough().map(ratio -> memory(study, ratio)).orElse(0L));
  }

  /** Bits that are left for formats: input, result and biases are not chosen. */
  private static long memory(Study study, Budget.AllSmaller smaller) {
    long biases = study.linearLayers().stream().mapToLong(LoweredLayer.Linear::outChannels).sum();
    long elements =
        study.inputShape().size()
            + study.layers().stream().mapToLong(layer -> layer.outputShape().size()).sum();
    long floats = WORD * (elements + weights(study) + biases);
    long fixed =
        (long) INPUT_BITS * study.inputShape().size()
            + WORD * (study.last().outputShape().size() + biases);
    return (long) (floats / smaller.ratio()) - fixed;
  }

  private static long weights(Study study) {
    return study.linearLayers().stream()
        .filter(layer -> !layer.identity())
        .mapToLong(layer -> layer.weights().length)
        .sum();
  }
}
