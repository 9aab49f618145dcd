package lutmac.quant.recipe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.quant.BadInputException;
import lutmac.quant.allocate.Choice;
import lutmac.quant.allocate.Knapsack;
import lutmac.quant.format.Rounding;
import lutmac.quant.lower.LoweredLayer;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.MapFormat;
import lutmac.quant.plan.WeightFormat;

/**
 * Allocates for {@code auto}: measures what every format would do to the result and selects,
 * exactly, the formats with the least sum within the budget.
 */
final class AllocatingPlanner implements BitPlanner {
  /** Images of the pass that measures the weight formats. */
  private static final int PROBE_IMAGES = 128;

  private final Study study;
  private final List<WeightFormat> weightFormats;
  private final List<MapFormat> mapFormats;
  private final Budget budget;
  private final Allowance allowance;

  AllocatingPlanner(Study study, Recipe.Auto recipe) {
    this.study = study;
    this.weightFormats = recipe.weights();
    this.mapFormats = recipe.maps();
    this.budget = recipe.budget();
    this.allowance = Allowance.of(study, budget);
  }

  /** A layer's weights or a group of maps. */
  private record Item(String name, boolean weights, List<Integer> formats, List<Choice> choices) {}

  @Override
  public Allocation allocate(Rounding rounding, long seed, Progress progress) {
    Study probing = study.withImages(PROBE_IMAGES);
    LayerPlan fine = LayerPlan.of(new WeightFormat.FixedPoint(8), true, widest(mapFormats));
    Map<String, WeightLosses> losses = new HashMap<>();
    if (weightFormats.size() > 1) {
      FormatPlan bytes = probing.uniform(fine, MapFormat.Fixed.of(8));
      new NetworkQuantizer(probing, bytes, Steps.all(), rounding, seed)
          .probe(
              (task, goal, scale) ->
                  losses.put(
                      task.layer().name(), WeightLosses.of(task, goal, weightFormats, scale)),
              progress);
    }
    Sensitivity sensitivity = new SensitivityProbe(study).measure(losses, mapFormats, progress);
    return select(sensitivity);
  }

  private Allocation select(Sensitivity sensitivity) {
    List<Item> items = new ArrayList<>();
    sensitivity.weights().forEach((name, byFormat) -> items.add(weightItem(name, byFormat)));
    sensitivity.maps().forEach((name, byFormat) -> items.add(mapItem(name, byFormat)));
    Knapsack knapsack = new Knapsack(items.stream().map(Item::choices).toList());
    List<Allocation.Point> curve =
        knapsack.hull().stream().map(optimal -> point(items, optimal)).toList();
    Allocation.Point chosen =
        budget instanceof Budget.Accuracy
            ? curve.get(curve.size() - 1)
            : point(items, within(knapsack));
    return new Allocation(
        plan(chosen), sensitivity, chosen, curve, allowance.cost().unit(), List.of());
  }

  private Knapsack.Selection within(Knapsack knapsack) {
    return knapsack
        .solve(allowance.limit())
        .orElseThrow(
            () ->
                new BadInputException(
                    "%s: even the smallest formats exceed the budget %s; raise it or allow smaller formats"
                        .formatted(study.name(), budget)));
  }

  private Allocation.Point point(List<Item> items, Knapsack.Selection selection) {
    Map<String, WeightFormat> weights = new LinkedHashMap<>();
    Map<String, MapFormat> maps = new LinkedHashMap<>();
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      int format = item.formats().get(selection.picks().get(i));
      if (item.weights()) {
        weights.put(item.name(), weightFormats.get(format));
      } else {
        maps.put(item.name(), mapFormats.get(format));
      }
    }
    return new Allocation.Point(selection.cost(), selection.loss(), weights, maps);
  }

  @Override
  public FormatPlan plan(Allocation.Point chosen) {
    MapFormat fallback = widest(mapFormats);
    Map<String, LayerPlan> plans = new LinkedHashMap<>();
    for (LoweredLayer.Linear layer : study.linearLayers()) {
      WeightFormat weight =
          chosen.weights().getOrDefault(layer.name(), weightFormats.get(weightFormats.size() - 1));
      MapFormat map = chosen.maps().getOrDefault(study.leader(layer), fallback);
      plans.put(layer.name(), LayerPlan.of(weight, true, map));
    }
    return new FormatPlan(MapFormat.Fixed.of(8), plans);
  }

  private Item weightItem(String name, Map<WeightFormat, Double> byFormat) {
    LoweredLayer.Linear layer =
        study.linearLayers().stream().filter(l -> l.name().equals(name)).findFirst().orElseThrow();
    List<Integer> formats = new ArrayList<>();
    List<Choice> choices = new ArrayList<>();
    for (int f = 0; f < weightFormats.size(); f++) {
      WeightFormat format = weightFormats.get(f);
      formats.add(f);
      choices.add(new Choice(allowance.cost().ofWeights(layer, format), byFormat.get(format)));
    }
    return new Item(name, true, formats, choices);
  }

  private Item mapItem(String name, Map<MapFormat, Double> byFormat) {
    long elements = study.sharing(name);
    List<Integer> formats = new ArrayList<>();
    List<Choice> choices = new ArrayList<>();
    for (int f = 0; f < mapFormats.size(); f++) {
      MapFormat format = mapFormats.get(f);
      if (byFormat.containsKey(format)) {
        formats.add(f);
        choices.add(new Choice(allowance.cost().ofMaps(elements, format), byFormat.get(format)));
      }
    }
    return new Item(name, false, formats, choices);
  }

  private static MapFormat widest(List<MapFormat> formats) {
    return formats.stream()
        .filter(MapFormat.Fixed.class::isInstance)
        .reduce((a, b) -> b.bits() > a.bits() ? b : a)
        .orElseThrow(() -> new IllegalArgumentException("there must be a fixed-point map format"));
  }
}
