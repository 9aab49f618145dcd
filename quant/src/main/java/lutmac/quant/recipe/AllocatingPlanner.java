package lutmac.quant.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
 * Allocates bits: measures what every format would do to the result and selects the formats with
 * the least sum within the budget; exactly, or, for {@code fxp}, bit by bit.
 */
final class AllocatingPlanner {
  private static final int WORD = 32;
  private static final int LEVEL = 8;

  /** Images of the pass that measures the weight formats. */
  private static final int PROBE_IMAGES = 128;

  private final Study study;
  private final List<WeightFormat> weightFormats;
  private final List<MapFormat> mapFormats;
  private final Budget budget;
  private final boolean exact;

  private AllocatingPlanner(
      Study study,
      List<WeightFormat> weightFormats,
      List<MapFormat> mapFormats,
      Budget budget,
      boolean exact) {
    this.study = study;
    this.weightFormats = weightFormats;
    this.mapFormats = mapFormats;
    this.budget = budget;
    this.exact = exact;
  }

  static AllocatingPlanner auto(Study study, Recipe.Auto recipe) {
    return new AllocatingPlanner(study, recipe.weights(), recipe.maps(), recipe.budget(), true);
  }

  static AllocatingPlanner fxp(Study study, Recipe.Fxp recipe) {
    return new AllocatingPlanner(
        study, Recipe.Fxp.weights(), Recipe.Fxp.maps(), recipe.budget(), false);
  }

  /** Every format that {@code auto} knows and those of a plan; the budget leaves room for any. */
  private static AllocatingPlanner around(Study study, FormatPlan plan) {
    Set<WeightFormat> weights = new LinkedHashSet<>(Recipe.Auto.allWeights());
    Set<MapFormat> maps = new LinkedHashSet<>(Recipe.Auto.allMaps());
    for (LayerPlan layer : plan.layers().values()) {
      weights.add(layer.weights());
      maps.add(layer.output().free());
    }
    Budget unlimited = new Budget.AllSmaller(1);
    return new AllocatingPlanner(study, List.copyOf(weights), List.copyOf(maps), unlimited, true);
  }

  /**
   * Where a plan that was made otherwise lies among all allocations.
   *
   * @return the plan as the chosen selection, bits counted in weights, tables and feature maps
   */
  static Allocation placed(
      Study study, FormatPlan plan, Rounding rounding, long seed, Progress progress) {
    AllocatingPlanner planner = around(study, plan);
    Sensitivity sensitivity = planner.measure(rounding, seed, progress);
    List<Item> items = planner.items(sensitivity);
    Map<String, MapFormat> maps = FormatResolver.wanted(study.layers(), study.groups(), plan);
    List<Integer> picks = new ArrayList<>();
    for (Item item : items) {
      int format =
          item.weights()
              ? planner.weightFormats.indexOf(plan.of(item.name()).weights())
              : planner.mapFormats.indexOf(maps.get(item.name()).free());
      picks.add(item.formats().indexOf(format));
    }
    Knapsack knapsack = new Knapsack(items.stream().map(Item::choices).toList());
    Allocation.Point built = planner.point(items, knapsack.selection(picks));
    return new Allocation(plan, sensitivity, built, planner.curve(items, knapsack), true);
  }

  /** A layer's weights or a group of maps. */
  private record Item(String name, boolean weights, List<Integer> formats, List<Choice> choices) {}

  Allocation allocate(Rounding rounding, long seed, Progress progress) {
    return select(measure(rounding, seed, progress), widest(mapFormats));
  }

  private Sensitivity measure(Rounding rounding, long seed, Progress progress) {
    Study probing = study.withImages(PROBE_IMAGES);
    MapFormat best = widest(mapFormats);
    LayerPlan fine = LayerPlan.of(new WeightFormat.FixedPoint(8), true, best);
    Map<String, WeightLosses> losses =
        weightFormats.size() > 1
            ? new NetworkQuantizer(
                    probing,
                    probing.uniform(fine, MapFormat.Fixed.of(8)),
                    Steps.all(),
                    rounding,
                    seed)
                .probe(weightFormats, progress)
            : Map.of();
    return new SensitivityProbe(study).measure(losses, mapFormats, progress);
  }

  private Allocation select(Sensitivity sensitivity, MapFormat fallback) {
    List<Item> items = items(sensitivity);
    Knapsack knapsack = new Knapsack(items.stream().map(Item::choices).toList());
    Knapsack.Selection selection =
        (exact ? knapsack.solve(available()) : knapsack.descend(available()))
            .orElseThrow(
                () ->
                    new BadInputException(
                        "%s: even the smallest formats exceed the budget %s; raise it or allow smaller formats"
                            .formatted(study.name(), budget)));
    Allocation.Point chosen = point(items, selection);
    boolean countsMaps = budget instanceof Budget.AllSmaller;
    return new Allocation(
        plan(chosen, fallback), sensitivity, chosen, curve(items, knapsack), countsMaps);
  }

  private List<Item> items(Sensitivity sensitivity) {
    List<Item> items = new ArrayList<>();
    sensitivity.weights().forEach((name, byFormat) -> items.add(weightItem(name, byFormat)));
    sensitivity.maps().forEach((name, byFormat) -> items.add(mapItem(name, byFormat)));
    return items;
  }

  private List<Allocation.Point> curve(List<Item> items, Knapsack knapsack) {
    return knapsack.hull().stream().map(optimal -> point(items, optimal)).toList();
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

  private FormatPlan plan(Allocation.Point chosen, MapFormat fallback) {
    Map<String, LayerPlan> plans = new LinkedHashMap<>();
    for (LoweredLayer.Linear layer : study.linearLayers()) {
      WeightFormat weight =
          chosen.weights().getOrDefault(layer.name(), weightFormats.get(weightFormats.size() - 1));
      MapFormat map = chosen.maps().getOrDefault(leader(layer), fallback);
      plans.put(layer.name(), LayerPlan.of(weight, true, map));
    }
    return new FormatPlan(MapFormat.Fixed.of(8), plans);
  }

  private String leader(LoweredLayer layer) {
    return study.groups().of(layer.output()).get(0);
  }

  private Item weightItem(String name, Map<WeightFormat, Double> byFormat) {
    LoweredLayer.Linear layer =
        study.linearLayers().stream().filter(l -> l.name().equals(name)).findFirst().orElseThrow();
    List<Integer> formats = new ArrayList<>();
    List<Choice> choices = new ArrayList<>();
    for (int f = 0; f < weightFormats.size(); f++) {
      WeightFormat format = weightFormats.get(f);
      formats.add(f);
      choices.add(new Choice(bits(layer, format), byFormat.get(format)));
    }
    return new Item(name, true, formats, choices);
  }

  private long bits(LoweredLayer.Linear layer, WeightFormat format) {
    long codes = (long) layer.weights().length * format.bits();
    boolean tables = budget instanceof Budget.AllSmaller;
    return tables ? codes + (long) (1 << Math.min(4, format.bits())) * LEVEL : codes;
  }

  private Item mapItem(String name, Map<MapFormat, Double> byFormat) {
    long elements = study.groups().of(name).stream().mapToLong(this::size).sum();
    List<Integer> formats = new ArrayList<>();
    List<Choice> choices = new ArrayList<>();
    boolean counts = budget instanceof Budget.AllSmaller;
    for (int f = 0; f < mapFormats.size(); f++) {
      MapFormat format = mapFormats.get(f);
      if (byFormat.containsKey(format)) {
        formats.add(f);
        choices.add(new Choice(counts ? elements * format.bits() : 0, byFormat.get(format)));
      }
    }
    return new Item(name, false, formats, choices);
  }

  private long size(String map) {
    return study.layers().stream()
        .filter(layer -> layer.output().equals(map))
        .mapToLong(layer -> layer.outputShape().size())
        .findFirst()
        .orElse(study.inputShape().size());
  }

  private static MapFormat widest(List<MapFormat> formats) {
    return formats.stream()
        .filter(MapFormat.Fixed.class::isInstance)
        .reduce((a, b) -> b.bits() > a.bits() ? b : a)
        .orElseThrow(() -> new IllegalArgumentException("there must be a fixed-point map format"));
  }

  /** Bits that the items may take. */
  private long available() {
    if (budget instanceof Budget.MeanWeightBits mean) {
      return (long) (mean.bits() * weightCount());
    }
    Budget.AllSmaller smaller = (Budget.AllSmaller) budget;
    long biases = study.linearLayers().stream().mapToLong(LoweredLayer.Linear::outChannels).sum();
    long elements =
        study.inputShape().size()
            + study.layers().stream().mapToLong(layer -> layer.outputShape().size()).sum();
    long floats = WORD * (elements + weightCount() + biases);
    // Input, result and biases are not chosen.
    long fixed =
        8L * study.inputShape().size() + (long) WORD * (study.last().outputShape().size() + biases);
    return (long) (floats / smaller.ratio()) - fixed;
  }

  private long weightCount() {
    return study.linearLayers().stream()
        .filter(layer -> !layer.identity())
        .collect(Collectors.summingLong(layer -> layer.weights().length));
  }
}
