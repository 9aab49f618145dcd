package lutmac.quant.allocate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.Sensitivity;
import lutmac.quant.study.FormatResolver;
import lutmac.quant.study.Study;

/**
 * Everything that takes a share of a budget, each with the formats that it may get, what they cost
 * and what they are expected to do to the result: a knapsack whose selections are allocations.
 */
final class FormatMenu {
  private final Study study;
  private final List<Course<WeightFormat>> weights = new ArrayList<>();
  private final List<Course<ActivationFormat>> activations = new ArrayList<>();
  private final Knapsack knapsack;

  /** What one layer's weights or one group of feature maps may get. */
  private record Course<F>(String name, List<F> formats, List<Choice> choices) {}

  /**
   * A format without alternative was not measured: it costs what it costs, and its harm does not
   * matter to a choice.
   *
   * @param activationFormats of the recipe's those that feature maps may get
   */
  FormatMenu(
      Study study,
      Recipe.Auto recipe,
      List<ActivationFormat> activationFormats,
      FormatCost cost,
      Sensitivity sensitivity) {
    this.study = study;
    Map<WeightFormat, Double> onlyWeights = Map.of(recipe.widestWeights(), 0.0);
    for (FusedLayer.Linear layer : study.linearLayers()) {
      if (!layer.identity()) {
        weights.add(
            course(
                layer.name(),
                recipe.weights(),
                sensitivity.weights().getOrDefault(layer.name(), onlyWeights),
                format -> cost.ofWeights(layer, format)));
      }
    }
    Map<ActivationFormat, Double> onlyActivations = Map.of(recipe.widestActivations(), 0.0);
    study.linearLayers().stream()
        .filter(layer -> !study.returnsSums(layer))
        .map(study::leader)
        .distinct()
        .forEach(
            leader -> {
              long elements = study.sharing(leader);
              activations.add(
                  course(
                      leader,
                      recipe.activations().stream().filter(activationFormats::contains).toList(),
                      sensitivity.activations().getOrDefault(leader, onlyActivations),
                      format -> cost.ofActivations(elements, format)));
            });
    List<List<Choice>> choices = new ArrayList<>();
    weights.forEach(course -> choices.add(course.choices()));
    activations.forEach(course -> choices.add(course.choices()));
    knapsack = new Knapsack(choices);
  }

  private interface Cost<F> {
    long of(F format);
  }

  private static <F> Course<F> course(
      String name, List<F> allowed, Map<F, Double> losses, Cost<F> cost) {
    List<F> formats = allowed.stream().filter(losses::containsKey).toList();
    return new Course<>(
        name,
        formats,
        formats.stream().map(format -> new Choice(cost.of(format), losses.get(format))).toList());
  }

  /** The selections that are best for some price of a unit of cost, the cheapest first. */
  List<Allocation.Point> curve() {
    return knapsack.hull().stream().map(this::point).toList();
  }

  /** The selection of least loss that costs no more; empty if the cheapest costs more. */
  Optional<Allocation.Point> within(long limit) {
    return knapsack.solve(limit).map(this::point);
  }

  /** The selection that a plan makes. */
  Allocation.Point of(FormatPlan plan) {
    Map<String, ActivationFormat> wanted =
        FormatResolver.wanted(study.layers(), study.groups(), plan);
    List<Integer> picks = new ArrayList<>();
    for (Course<WeightFormat> course : weights) {
      picks.add(course.formats().indexOf(plan.of(course.name()).weights()));
    }
    for (Course<ActivationFormat> course : activations) {
      picks.add(course.formats().indexOf(wanted.get(course.name()).free()));
    }
    return point(knapsack.selection(picks));
  }

  private Allocation.Point point(Knapsack.Selection selection) {
    List<Integer> picks = selection.picks();
    return new Allocation.Point(
        selection.cost(),
        selection.loss(),
        picked(weights, picks.subList(0, weights.size())),
        picked(activations, picks.subList(weights.size(), picks.size())));
  }

  private static <F> Map<String, F> picked(List<Course<F>> courses, List<Integer> picks) {
    Map<String, F> formats = new LinkedHashMap<>();
    for (int i = 0; i < picks.size(); i++) {
      formats.put(courses.get(i).name(), courses.get(i).formats().get(picks.get(i)));
    }
    return formats;
  }
}
