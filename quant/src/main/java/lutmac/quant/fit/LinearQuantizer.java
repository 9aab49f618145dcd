package lutmac.quant.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.MacLayer;
import lutmac.quant.calib.ActivationCodes;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.recipe.Techniques;
import lutmac.quant.result.LayerReport;
import lutmac.runtime.exec.IntegerLayer;

/**
 * Quantizes one layer with weights on the outputs of the already quantized layers before it, and
 * computes its own codes in the integers of the hardware. Where the best weights make sums that
 * exceed 32 bits, their exponent is lowered and the report says so.
 */
final class LinearQuantizer {
  private final Techniques techniques;
  private final Rounding rounding;

  LinearQuantizer(Techniques techniques, Rounding rounding) {
    this.techniques = techniques;
    this.rounding = rounding;
  }

  /**
   * @param output codes of the result; empty for accumulators
   */
  record Result(MacLayer layer, Optional<ActivationCodes> output, LayerReport report) {}

  /**
   * Quantizes a layer.
   *
   * @throws BadInputException naming the layer, if the hardware has no sums for its formats
   */
  Result quantize(LayerTask task, WeightTarget target) {
    FractionLimits limits = FractionLimits.of(task);
    while (true) {
      limits.requireRoom(task.layer().name());
      WeightFit fit = fit(task, target, limits);
      Optional<MacLayer> layer =
          LayerAssembly.of(task, fit, techniques.biasCorrection() && !task.layer().identity());
      if (layer.isPresent()) {
        List<String> notes = new ArrayList<>(target.notes());
        notes.addAll(limits.notes(task));
        notes.addAll(movedPins(task.plan(), fit));
        return result(task, fit, layer.get(), notes);
      }
      limits = limits.below(Arrays.stream(fit.fractions(task.inputFraction())).max().orElseThrow());
    }
  }

  private WeightFit fit(LayerTask task, WeightTarget target, FractionLimits limits) {
    return WeightFitter.fit(
        new WeightFitter.Task(
            target.weights(),
            target.importance(),
            target.roundings(),
            task.plan(),
            techniques.exactTables(),
            false,
            limits.least() - task.inputFraction(),
            limits.most() - task.inputFraction()));
  }

  /** What had to be moved although somebody pinned it. */
  private static List<String> movedPins(LayerPlan plan, WeightFit fit) {
    List<String> moved = new ArrayList<>();
    plan.exponent()
        .filter(pinned -> pinned != fit.exponent())
        .ifPresent(
            pinned ->
                moved.add(
                    "pinned weight exponent moved from %d to %d: the formats around the layer allow no other"
                        .formatted(pinned, fit.exponent())));
    plan.shifts()
        .filter(pinned -> !pinned.equals(Arrays.stream(fit.shifts()).boxed().toList()))
        .ifPresent(
            pinned ->
                moved.add(
                    "pinned channel shifts moved: the formats around the layer allow no others"));
    return moved;
  }

  private Result result(LayerTask task, WeightFit fit, MacLayer layer, List<String> notes) {
    OutputCodes codes =
        OutputCodes.of(
            layer,
            new IntegerLayer(layer, rounding),
            rounding,
            task.input(),
            task.skip(),
            task.sums(),
            task.layer().ceiling(),
            task.layer().function());
    LayerReport report =
        new LayerReport(
            layer.name(),
            task.input().tensor().format().toString(),
            task.output().map(TensorFormat::toString).orElse("accumulators"),
            task.plan().weights().label(),
            fit.exponent(),
            Arrays.stream(fit.shifts()).boxed().toList(),
            fit.table(),
            zeroShare(layer),
            fit.sqnr(task.weights()),
            codes.sqnr(),
            codes.clampedLow(),
            codes.clampedHigh(),
            AccumulatorRange.of(layer),
            notes);
    return new Result(
        layer, codes.codes().map(c -> new ActivationCodes(layer.output(), c)), report);
  }

  private static double zeroShare(MacLayer layer) {
    int zeros = 0;
    for (int i = 0; i < layer.weightCount(); i++) {
      zeros += layer.weight(i) == 0 ? 1 : 0;
    }
    return (double) zeros / layer.weightCount();
  }
}
