package lutmac.quant.allocate;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.hardware.FormatTimes;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Budget;
import lutmac.quant.result.BudgetPrice;
import lutmac.quant.study.Study;

/**
 * A budget for one network: what counts, and how much of it the formats that are chosen may take.
 *
 * @param cost of a format
 * @param limit on the sum of the costs of all formats
 * @param price what budget allows a sum of costs
 */
public record Allowance(FormatCost cost, long limit, BudgetPrice price) {
  private static final int WORD = 32;
  private static final int INPUT_BITS = 8;

  /** What weights become that only copy. */
  private static final WeightFormat COPYING = new WeightFormat.Table(4, 2);

  /**
   * What a budget leaves for the formats of this network.
   *
   * @param stored whether memory is counted as the hardware's memories hold it
   * @throws IllegalArgumentException for a budget of time
   */
  public static Allowance of(Study study, Budget budget, boolean stored) {
    return of(
        study,
        budget,
        stored,
        () -> {
          throw new IllegalArgumentException("a budget of time needs the hardware");
        });
  }

  /**
   * The same.
   *
   * @param times of all formats that weights may get; only asked for a budget of time
   */
  static Allowance of(Study study, Budget budget, boolean stored, Supplier<FormatTimes> times) {
    FormatCost memory = stored ? new FormatCost.StoredBits() : new FormatCost.MemoryBits();
    return budget.fold(
        unlimited -> new Allowance(memory, Long.MAX_VALUE, memoryPrice(study, memory)),
        mean -> weights(study, mean),
        ratio -> memory(study, ratio, memory),
        steps -> time(study, new FormatCost.Time(times.get(), false), steps.steps()),
        cycles -> time(study, new FormatCost.Time(times.get(), true), cycles.cycles()),
        accuracy ->
            accuracy
                .enough()
                .map(enough -> memory(study, enough, memory))
                .orElse(new Allowance(memory, 0, memoryPrice(study, memory))));
  }

  private static Allowance time(Study study, FormatCost.Time cost, long most) {
    List<FusedLayer.Linear> chosen =
        study.linearLayers().stream().filter(layer -> !layer.identity()).toList();
    long rest = cost.rest(chosen);
    return new Allowance(cost, most - rest, new BudgetPrice(cost.unit(), 0, rest));
  }

  private static Allowance weights(Study study, Budget.MeanWeightBits mean) {
    long weights =
        study.linearLayers().stream()
            .filter(layer -> !layer.identity())
            .mapToLong(layer -> layer.weights().length)
            .sum();
    FormatCost cost = new FormatCost.CodeBits();
    return new Allowance(
        cost, (long) (mean.bits() * weights), new BudgetPrice(cost.unit(), weights, 0));
  }

  /** Bits that are left for formats. */
  private static Allowance memory(Study study, Budget.CompressionRatio wanted, FormatCost cost) {
    BudgetPrice price = memoryPrice(study, cost);
    return new Allowance(cost, (long) (price.whole() / wanted.ratio()) - price.fixed(), price);
  }

  /** Input, result, biases and copying layers are not chosen. */
  private static BudgetPrice memoryPrice(Study study, FormatCost cost) {
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
    return new BudgetPrice(cost.unit(), floats, fixed);
  }

  private static Stream<FusedLayer.Linear> copying(List<FusedLayer.Linear> layers) {
    return layers.stream().filter(FusedLayer.Linear::identity);
  }
}
