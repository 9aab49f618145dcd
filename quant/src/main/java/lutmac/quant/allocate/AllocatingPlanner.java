package lutmac.quant.allocate;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.fit.Fitting;
import lutmac.quant.fit.WeightLosses;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.hardware.FormatTimes;
import lutmac.quant.hardware.Hardware;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.Sensitivity;
import lutmac.quant.sensitivity.SensitivityProbe;
import lutmac.quant.study.Study;

/**
 * Allocates for {@code auto}: measures what every format would do to the result and selects,
 * exactly, the formats with the least sum within the budget.
 */
public final class AllocatingPlanner implements BitPlanner {
  /** Images of the pass that measures the weight formats. */
  private static final int PROBE_IMAGES = 128;

  private final Study study;
  private final Recipe.Auto recipe;
  private final Fitting fitting;
  private final Allowance allowance;

  /**
   * For one network, formats and budget of the recipe.
   *
   * @param hardware that computes the network: formats that it does not compute are left out, and
   *     memory is what its memories hold
   * @throws IllegalArgumentException if the budget is time and the hardware is not known
   * @throws BadInputException if the hardware computes none of the formats
   */
  public AllocatingPlanner(
      Study study,
      Recipe.Auto recipe,
      Optional<Hardware> hardware,
      Fitting fitting,
      PhaseProgress progress) {
    this.study = study;
    this.recipe = hardware.map(known -> computed(study, recipe, known)).orElse(recipe);
    this.fitting = fitting;
    this.allowance =
        Allowance.of(
            study,
            recipe.budget(),
            hardware.isPresent(),
            () ->
                times(
                    hardware.orElseThrow(
                        () -> new IllegalArgumentException("a budget of time needs the hardware")),
                    progress));
  }

  /** The recipe with the formats that the hardware computes. */
  private static Recipe.Auto computed(Study study, Recipe.Auto recipe, Hardware hardware) {
    List<WeightFormat> weights = recipe.weights().stream().filter(hardware::computes).toList();
    List<ActivationFormat> maps = recipe.activations().stream().filter(hardware::computes).toList();
    if (weights.isEmpty() || maps.stream().noneMatch(ActivationFormat::uniform)) {
      throw new BadInputException(
          "%s: %s computes none of the formats that the recipe may choose for %s"
              .formatted(study.name(), hardware.name(), weights.isEmpty() ? "weights" : "maps"));
    }
    return new Recipe.Auto(weights, maps, recipe.budget());
  }

  private FormatTimes times(Hardware hardware, PhaseProgress progress) {
    Set<String> chosen =
        study.linearLayers().stream()
            .filter(layer -> !layer.identity())
            .map(FusedLayer.Linear::name)
            .collect(Collectors.toSet());
    QuantizedNetwork sketch =
        fitting.network(
            study.withImages(1),
            study.uniform(
                LayerPlan.of(recipe.widestWeights(), true, recipe.widestActivations()),
                ActivationFormat.Fixed.of(8)),
            progress);
    return FormatTimes.of(hardware, sketch, chosen, recipe.weights());
  }

  /** Every format that {@code auto} knows and those of a plan; the budget leaves room for any. */
  private static Recipe.Auto around(FormatPlan plan) {
    Set<WeightFormat> weights = new LinkedHashSet<>(Recipe.Auto.allWeights());
    Set<ActivationFormat> activations = new LinkedHashSet<>(Recipe.Auto.allActivations());
    for (LayerPlan layer : plan.layers().values()) {
      weights.add(layer.weights());
      activations.add(layer.output().free());
    }
    return new Recipe.Auto(List.copyOf(weights), List.copyOf(activations), new Budget.Unlimited());
  }

  /**
   * Where a plan that was made otherwise lies among all allocations.
   *
   * @return the plan as the chosen selection, bits counted in weights, tables and feature maps
   */
  public static Allocation placed(
      Study study, FormatPlan plan, Fitting fitting, PhaseProgress progress) {
    AllocatingPlanner planner =
        new AllocatingPlanner(study, around(plan), Optional.empty(), fitting, progress);
    Sensitivity sensitivity = planner.measure(progress);
    FormatMenu menu = planner.menu(planner.recipe.activations(), sensitivity);
    return planner.allocation(plan, sensitivity, menu.of(plan), menu.curve());
  }

  @Override
  public Allocation allocate(PhaseProgress progress) {
    Sensitivity sensitivity = measure(progress);
    FormatMenu menu = menu(recipe.activations(), sensitivity);
    List<ActivationFormat> uniform =
        recipe.activations().stream().filter(ActivationFormat::uniform).toList();
    if (uniform.size() < recipe.activations().size()) {
      FormatMenu withoutLogarithms = menu(uniform, sensitivity);
      List<FormatPlan> plans = List.of(formats(typical(withoutLogarithms)), formats(typical(menu)));
      if (new PlanTrial(study, fitting).best(plans, progress) == 0) {
        menu = withoutLogarithms;
      }
    }
    List<Allocation.Point> curve = menu.curve();
    Allocation.Point chosen = searched() ? curve.get(curve.size() - 1) : within(menu);
    return allocation(plan(chosen, progress), sensitivity, chosen, curve);
  }

  private boolean searched() {
    return recipe.budget().accuracy().isPresent();
  }

  /** What is built to see whether logarithmic feature maps do any good. */
  private Allocation.Point typical(FormatMenu menu) {
    if (searched()) {
      List<Allocation.Point> curve = menu.curve();
      return curve.get(curve.size() / 2);
    }
    return within(menu);
  }

  private Allocation.Point within(FormatMenu menu) {
    return menu.within(allowance.limit())
        .orElseThrow(
            () ->
                new BadInputException(
                    "%s: even the smallest formats exceed the budget %s; raise it or allow smaller formats"
                        .formatted(study.name(), recipe.budget())));
  }

  private Sensitivity measure(PhaseProgress progress) {
    Map<String, WeightLosses> losses = new HashMap<>();
    if (recipe.weights().size() > 1) {
      fitting.layers(
          study.withImages(PROBE_IMAGES),
          recipe.widestActivations(),
          layer -> losses.put(layer.layer().name(), layer.losses(recipe.weights())),
          progress);
    }
    return new SensitivityProbe(study).measure(losses, recipe.activations(), progress);
  }

  private FormatMenu menu(List<ActivationFormat> activations, Sensitivity sensitivity) {
    return new FormatMenu(study, recipe, activations, allowance.cost(), sensitivity);
  }

  private Allocation allocation(
      FormatPlan plan,
      Sensitivity sensitivity,
      Allocation.Point chosen,
      List<Allocation.Point> curve) {
    return new Allocation(
        plan, sensitivity, chosen, curve, allowance.cost().unit(), allowance.price(), List.of());
  }

  @Override
  public FormatPlan plan(Allocation.Point point, PhaseProgress progress) {
    FormatPlan plan = formats(point);
    return ActivationScales.decide(study.scaledFor(plan), plan, progress);
  }

  /** The plan without scales. */
  private FormatPlan formats(Allocation.Point chosen) {
    Map<String, LayerPlan> plans = new LinkedHashMap<>();
    for (FusedLayer.Linear layer : study.linearLayers()) {
      WeightFormat weight = chosen.weights().getOrDefault(layer.name(), recipe.widestWeights());
      ActivationFormat activation =
          chosen.activations().getOrDefault(study.leader(layer), recipe.widestActivations());
      plans.put(layer.name(), LayerPlan.of(weight, true, activation));
    }
    return new FormatPlan(ActivationFormat.Fixed.of(8), plans);
  }
}
