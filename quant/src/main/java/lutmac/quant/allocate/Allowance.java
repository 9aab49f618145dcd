package lutmac.quant.allocate;

import java.util.List;
import java.util.stream.Stream;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Budget;
import lutmac.quant.study.Study;

/**
 * A budget for one network: what counts, and how much of it the formats that are chosen may take.
 *
 * @param cost of a format
 * @param limit on the sum of the costs of all formats
 */
public record Allowance(FormatCost cost, long limit) {
  private static final int WORD = 32;
  private static final int INPUT_BITS = 8;

  /** What weights become that only copy. */
  private static final WeightFormat COPYING = new WeightFormat.Table(4, 2);

  /** What a budget leaves for the formats of this network. */
  public static Allowance of(Study study, Budget budget) {
    return budget.fold(
        unlimited -> new Allowance(new FormatCost.MemoryBits(), Long.MAX_VALUE),
        mean -> weights(study, mean),
        ratio -> memory(study, ratio),
        steps -> steps(study, steps),
        accuracy ->
            accuracy
                .enough()
                .map(enough -> memory(study, enough))
                .orElse(new Allowance(new FormatCost.MemoryBits(), 0)));
  }

  private static Allowance weights(Study study, Budget.MeanWeightBits mean) {
    long weights =
        study.linearLayers().stream()
            .filter(layer -> !layer.identity())
            .mapToLong(layer -> layer.weights().length)
            .sum();
    return new Allowance(new FormatCost.CodeBits(), (long) (mean.bits() * weights));
  }

  private static Allowance steps(Study study, Budget.ArraySteps steps) {
    FormatCost cost = new FormatCost.ArraySteps(steps.rows(), steps.columns());
    long copying =
        copying(study.linearLayers()).mapToLong(layer -> cost.ofWeights(layer, COPYING)).sum();
    return new Allowance(cost, steps.steps() - copying);
  }

  /** Bits that are left for formats: input, result, biases and copying layers are not chosen. */
  private static Allowance memory(Study study, Budget.CompressionRatio wanted) {
    FormatCost cost = new FormatCost.MemoryBits();
    List<FusedLayer.Linear> layers = study.linearLayers();
    long biases = layers.stream().mapToLong(FusedLayer.Linear::outChannels).sum();
    long weights = layers.stream().mapToLong(layer -> layer.weights().length).sum();
    long elements =
        study.inputShape().size()
            + study.layers().stream().mapToLong(layer -> layer.outputShape().size()).sum();
    long sums =
        layers.stream()
            .filter(study::returnsSums)
            .mapToLong(layer -> layer.outputShape().size())
            .sum();
    long floats = WORD * (elements + weights + biases);
    long fixed =
        (long) INPUT_BITS * study.inputShape().size()
            + WORD * (sums + biases)
            + copying(layers).mapToLong(layer -> cost.ofWeights(layer, COPYING)).sum();
    return new Allowance(cost, (long) (floats / wanted.ratio()) - fixed);
  }

  private static Stream<FusedLayer.Linear> copying(List<FusedLayer.Linear> layers) {
    return layers.stream().filter(FusedLayer.Linear::identity);
  }
}
