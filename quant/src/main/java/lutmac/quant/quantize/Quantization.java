package lutmac.quant.quantize;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import lutmac.quant.allocate.AccuracySearch;
import lutmac.quant.allocate.ActivationScales;
import lutmac.quant.allocate.AllocatingPlanner;
import lutmac.quant.allocate.Allowance;
import lutmac.quant.allocate.BitPlanner;
import lutmac.quant.allocate.FxpPlanner;
import lutmac.quant.allocate.MxqnPlanner;
import lutmac.quant.fit.Fitting;
import lutmac.quant.fit.NetworkFitting;
import lutmac.quant.fit.NetworkQuantizer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.LayerReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.quant.result.RecipeComparison;
import lutmac.quant.sensitivity.HeldOut;
import lutmac.quant.study.CalibrationData;
import lutmac.quant.study.Study;

/** One network, one set of choices: from the recipe to a plan of formats to the result. */
final class Quantization {
  private final Study study;
  private final CalibrationSplit split;
  private final CalibrationData all;
  private final QuantizeOptions options;
  private final PinnedFormats pins;
  private final boolean decided;
  private final PhaseProgress progress;

  /**
   * @param study of the images that are fitted to
   * @param all images, with those held out
   */
  Quantization(
      Study study,
      CalibrationSplit split,
      CalibrationData all,
      QuantizeOptions options,
      PhaseProgress progress) {
    this.study = study;
    this.split = split;
    this.all = all;
    this.options = options;
    this.progress = progress;
    PinCheck check = new PinCheck(study);
    pins = check.checked(options.pins());
    decided = check.complete(pins);
  }

  /**
   * A network and the plan that the recipe chose for it, before pins.
   *
   * @param chosen without the pins
   */
  private record Built(FormatPlan chosen, QuantizationResult result) {}

  QuantizationResult run() {
    return built().result();
  }

  /** The same, and the result always says where it lies among other formats. */
  QuantizationResult runAndPlace() {
    Built built = built();
    FormatPlan plan = built.chosen().overlaid(pins);
    if (built.result().allocation().isPresent() && plan.equals(built.chosen())) {
      return built.result();
    }
    return built
        .result()
        .with(Optional.of(AllocatingPlanner.placed(study, plan, fitting(), progress)));
  }

  /** This network beside one that was made with other choices. */
  RecipeComparison compared(QuantizationResult made) {
    QuantizationResult other = run();
    int images = split.all() - split.fitted();
    if (images == 0) {
      return new RecipeComparison(sqnr(made), sqnr(other), 0, 0, 0);
    }
    HeldOut heldOut = heldOut();
    return new RecipeComparison(
        sqnr(made),
        sqnr(other),
        images,
        heldOut.lostPercent(made.network()),
        heldOut.lostPercent(other.network()));
  }

  private static Optional<Double> sqnr(QuantizationResult result) {
    List<LayerReport> layers = result.report().layers();
    return layers.get(layers.size() - 1).outputSqnr();
  }

  private HeldOut heldOut() {
    return new HeldOut(study, all.from(split.fitted()), split.right(split.fitted(), split.all()));
  }

  private Built built() {
    if (decided) {
      return built(undecided());
    }
    return options
        .recipe()
        .fold(
            alike -> built(uniform(alike.weights(), alike.channelShifts(), alike.activations())),
            auto ->
                auto.budget().limited()
                    ? allocated(
                        new AllocatingPlanner(study, auto, options.hardware(), fitting(), progress))
                    : built(widest(auto)),
            mxqn -> built(MxqnPlanner.plan(study, mxqn)),
            fxp -> allocated(new FxpPlanner(study, fxp, split.right(0, split.fitted()), fitting())),
            planned -> built(planned.plan()));
  }

  private Built built(FormatPlan plan) {
    return new Built(plan, quantized(plan));
  }

  private Built allocated(BitPlanner planner) {
    Allocation allocation = planner.allocate(progress);
    QuantizationResult result =
        options
            .recipe()
            .accuracy()
            .map(accuracy -> searched(accuracy, planner, allocation))
            .orElseGet(() -> quantized(allocation.plan()).with(Optional.of(allocation)));
    return new Built(result.allocation().orElseThrow().plan(), result);
  }

  private Fitting fitting() {
    return new NetworkFitting(options.rounding(), options.seed());
  }

  private QuantizationResult searched(
      Budget.Accuracy accuracy, BitPlanner planner, Allocation allocation) {
    HeldOut heldOut = heldOut();
    return new AccuracySearch(
            accuracy,
            point -> planner.plan(point, progress),
            this::quantized,
            heldOut::lostPercent,
            heldOut.images())
        .search(allocation, Allowance.of(study, accuracy, options.hardware().isPresent()).limit());
  }

  private QuantizationResult quantized(FormatPlan chosen) {
    FormatPlan plan = chosen.overlaid(pins);
    return new NetworkQuantizer(
            study.scaledFor(plan), plan, options.techniques(), options.rounding(), options.seed())
        .quantize(provenance(), progress);
  }

  /** What stands where there is nothing to choose, when pins decide all the rest. */
  private FormatPlan undecided() {
    ActivationFormat bytes = ActivationFormat.Fixed.of(8);
    return study.uniform(LayerPlan.of(new WeightFormat.Table(4, 2), false, bytes), bytes);
  }

  /** Where nothing is limited, every layer has the widest formats that it may have. */
  private FormatPlan widest(Recipe.Auto auto) {
    FormatPlan widest = uniform(auto.widestWeights(), true, auto.widestActivations());
    return ActivationScales.decide(study.scaledFor(widest), widest, progress);
  }

  private FormatPlan uniform(WeightFormat weights, boolean channelShifts, ActivationFormat maps) {
    return study.uniform(LayerPlan.of(weights, channelShifts, maps), maps);
  }

  private Map<String, String> provenance() {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("model", study.name());
    provenance.put("calibrationImages", Integer.toString(study.data().count()));
    provenance.put("seed", Long.toString(options.seed()));
    return provenance;
  }
}
