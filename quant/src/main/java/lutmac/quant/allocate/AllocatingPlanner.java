package lutmac.quant.allocate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lutmac.network.BadInputException;
import lutmac.network.format.Rounding;
import lutmac.quant.fit.NetworkQuantizer;
import lutmac.quant.fit.WeightLosses;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.recipe.Techniques;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.Sensitivity;
import lutmac.quant.sensitivity.SensitivityProbe;
import lutmac.quant.study.FormatResolver;
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
  private final List<WeightFormat> weightFormats;
  private final List<ActivationFormat> activationFormats;
  private final Budget budget;
  private final Allowance allowance;

  /** For one network, formats and budget of the recipe. */
  public AllocatingPlanner(Study study, Recipe.Auto recipe) {
    this.study = study;
    this.recipe = recipe;
    this.weightFormats = recipe.weights();
    this.activationFormats = recipe.activations();
    this.budget = recipe.budget();
    this.allowance = Allowance.of(study, budget);
  }

  /** Every format that {@code auto} knows and those of a plan; the budget leaves room for any. */
  private static AllocatingPlanner around(Study study, FormatPlan plan) {
    Set<WeightFormat> weights = new LinkedHashSet<>(Recipe.Auto.allWeights());
    Set<ActivationFormat> maps = new LinkedHashSet<>(Recipe.Auto.allActivations());
    for (LayerPlan layer : plan.layers().values()) {
      weights.add(layer.weights());
      maps.add(layer.output().free());
    }
    Budget unlimited = new Budget.CompressionRatio(1);
    return new AllocatingPlanner(
        study, new Recipe.Auto(List.copyOf(weights), List.copyOf(maps), unlimited));
  }

  /**
   * Where a plan that was made otherwise lies among all allocations.
   *
   * @return the plan as the chosen selection, bits counted in weights, tables and feature maps
   */
  public static Allocation placed(
      Study study, FormatPlan plan, Rounding rounding, long seed, PhaseProgress progress) {
    AllocatingPlanner planner = around(study, plan);
    Sensitivity sensitivity = planner.measure(rounding, seed, progress);
    List<Item> items = planner.items(sensitivity, planner.activationFormats);
    Map<String, ActivationFormat> maps =
        FormatResolver.wanted(study.layers(), study.groups(), plan);
    List<Integer> picks = new ArrayList<>();
    for (Item item : items) {
      int format =
          item.weights()
              ? planner.weightFormats.indexOf(plan.of(item.name()).weights())
              : planner.activationFormats.indexOf(maps.get(item.name()).free());
      picks.add(item.formats().indexOf(format));
    }
    Knapsack knapsack = knapsack(items);
    Allocation.Point built = planner.point(items, knapsack.selection(picks));
    return planner.allocation(plan, sensitivity, built, planner.curve(items, knapsack));
  }

  /** A layer's weights or a group of feature maps. */
  private record Item(String name, boolean weights, List<Integer> formats, List<Choice> choices) {}

  @Override
  public Allocation allocate(Rounding rounding, long seed, PhaseProgress progress) {
    Sensitivity sensitivity = measure(rounding, seed, progress);
    List<Item> items = items(sensitivity, activationFormats);
    List<ActivationFormat> linear =
        activationFormats.stream().filter(ActivationFormat.Fixed.class::isInstance).toList();
    if (linear.size() < activationFormats.size()) {
      List<Item> withoutLogarithms = items(sensitivity, linear);
      List<FormatPlan> plans =
          List.of(formats(typical(withoutLogarithms)), formats(typical(items)));
      if (new PlanTrial(study, rounding, seed).best(plans, progress) == 0) {
        items = withoutLogarithms;
      }
    }
    List<Allocation.Point> curve = curve(items, knapsack(items));
    Allocation.Point chosen =
        budget instanceof Budget.Accuracy ? curve.get(curve.size() - 1) : within(items);
    return allocation(plan(chosen, progress), sensitivity, chosen, curve);
  }

  /** What is built to see whether logarithmic feature maps do any good. */
  private Allocation.Point typical(List<Item> items) {
    if (budget instanceof Budget.Accuracy) {
      List<Allocation.Point> curve = curve(items, knapsack(items));
      return curve.get(curve.size() / 2);
    }
    return within(items);
  }

  private Sensitivity measure(Rounding rounding, long seed, PhaseProgress progress) {
    Study probing = study.withImages(PROBE_IMAGES);
    LayerPlan fine = LayerPlan.of(new WeightFormat.FixedPoint(8), true, recipe.widestActivations());
    Map<String, WeightLosses> losses = new HashMap<>();
    if (weightFormats.size() > 1) {
      FormatPlan bytes = probing.uniform(fine, ActivationFormat.Fixed.of(8));
      new NetworkQuantizer(probing, bytes, Techniques.all(), rounding, seed)
          .probe(
              (task, goal, scale) ->
                  losses.put(
                      task.layer().name(), WeightLosses.of(task, goal, weightFormats, scale)),
              progress);
    }
    return new SensitivityProbe(study).measure(losses, activationFormats, progress);
  }

  /**
   * Everything that takes a share of the budget. A format without alternative was not measured: it
   * costs what it costs, and its harm does not matter to a choice.
   *
   * @param maps formats that feature maps may get
   */
  private List<Item> items(Sensitivity sensitivity, List<ActivationFormat> maps) {
    List<Item> items = new ArrayList<>();
    for (FusedLayer.Linear layer : study.linearLayers()) {
      if (!layer.identity()) {
        Map<WeightFormat, Double> only = Map.of(recipe.widestWeights(), 0.0);
        items.add(weightItem(layer, sensitivity.weights().getOrDefault(layer.name(), only)));
      }
    }
    study.linearLayers().stream()
        .filter(layer -> layer != study.last())
        .map(study::leader)
        .distinct()
        .forEach(
            leader -> {
              Map<ActivationFormat, Double> only = Map.of(recipe.widestActivations(), 0.0);
              items.add(
                  activationItem(
                      leader, sensitivity.activations().getOrDefault(leader, only), maps));
            });
    return items;
  }

  private static Knapsack knapsack(List<Item> items) {
    return new Knapsack(items.stream().map(Item::choices).toList());
  }

  private List<Allocation.Point> curve(List<Item> items, Knapsack knapsack) {
    return knapsack.hull().stream().map(optimal -> point(items, optimal)).toList();
  }

  private Allocation allocation(
      FormatPlan plan,
      Sensitivity sensitivity,
      Allocation.Point chosen,
      List<Allocation.Point> curve) {
    return new Allocation(plan, sensitivity, chosen, curve, allowance.cost().unit(), List.of());
  }

  private Allocation.Point within(List<Item> items) {
    Knapsack.Selection selection =
        knapsack(items)
            .solve(allowance.limit())
            .orElseThrow(
                () ->
                    new BadInputException(
                        "%s: even the smallest formats exceed the budget %s; raise it or allow smaller formats"
                            .formatted(study.name(), budget)));
    return point(items, selection);
  }

  private Allocation.Point point(List<Item> items, Knapsack.Selection selection) {
    Map<String, WeightFormat> weights = new LinkedHashMap<>();
    Map<String, ActivationFormat> maps = new LinkedHashMap<>();
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      int format = item.formats().get(selection.picks().get(i));
      if (item.weights()) {
        weights.put(item.name(), weightFormats.get(format));
      } else {
        maps.put(item.name(), activationFormats.get(format));
      }
    }
    return new Allocation.Point(selection.cost(), selection.loss(), weights, maps);
  }

  @Override
  public FormatPlan plan(Allocation.Point point, PhaseProgress progress) {
    FormatPlan plan = formats(point);
    return ActivationScales.decide(study.scaledFor(plan), plan, progress);
  }

  /** The plan without scales. */
  private FormatPlan formats(Allocation.Point chosen) {
    ActivationFormat fallback = recipe.widestActivations();
    Map<String, LayerPlan> plans = new LinkedHashMap<>();
    for (FusedLayer.Linear layer : study.linearLayers()) {
      WeightFormat weight = chosen.weights().getOrDefault(layer.name(), recipe.widestWeights());
      ActivationFormat map = chosen.activations().getOrDefault(study.leader(layer), fallback);
      plans.put(layer.name(), LayerPlan.of(weight, true, map));
    }
    return new FormatPlan(ActivationFormat.Fixed.of(8), plans);
  }

  private Item weightItem(FusedLayer.Linear layer, Map<WeightFormat, Double> byFormat) {
    List<Integer> formats = new ArrayList<>();
    List<Choice> choices = new ArrayList<>();
    for (int f = 0; f < weightFormats.size(); f++) {
      WeightFormat format = weightFormats.get(f);
      formats.add(f);
      choices.add(new Choice(allowance.cost().ofWeights(layer, format), byFormat.get(format)));
    }
    return new Item(layer.name(), true, formats, choices);
  }

  private Item activationItem(
      String name, Map<ActivationFormat, Double> byFormat, List<ActivationFormat> allowed) {
    long elements = study.sharing(name);
    List<Integer> formats = new ArrayList<>();
    List<Choice> choices = new ArrayList<>();
    for (int f = 0; f < activationFormats.size(); f++) {
      ActivationFormat format = activationFormats.get(f);
      if (byFormat.containsKey(format) && allowed.contains(format)) {
        formats.add(f);
        choices.add(
            new Choice(allowance.cost().ofActivations(elements, format), byFormat.get(format)));
      }
    }
    return new Item(name, false, formats, choices);
  }
}
