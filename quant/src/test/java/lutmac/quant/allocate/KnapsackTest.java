package lutmac.quant.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KnapsackTest {

  @Property(tries = 300)
  void findsTheLeastLossOfAllSelectionsWithinTheBudget(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int count) {
    Random random = new Random(seed);
    List<List<Choice>> items = items(random, count);
    long budget = random.nextInt(60 * count);
    Optional<Double> expected = leastLoss(items, 0, budget);
    Optional<Knapsack.Selection> found = new Knapsack(items).solve(budget);
    assertEquals(expected.isPresent(), found.isPresent());
    found.ifPresent(
        selection -> {
          assertEquals(expected.orElseThrow(), selection.loss(), 1e-9);
          assertTrue(selection.cost() <= budget);
          assertEquals(selection.loss(), sum(items, selection), 1e-9);
        });
  }

  @Property(tries = 100)
  void noSelectionLiesBelowTheHull(@ForAll long seed) {
    Random random = new Random(seed);
    List<List<Choice>> items = items(random, 4);
    List<Knapsack.Selection> hull = new Knapsack(items).hull();
    for (int i = 0; i + 1 < hull.size(); i++) {
      Knapsack.Selection left = hull.get(i);
      Knapsack.Selection right = hull.get(i + 1);
      assertTrue(left.cost() < right.cost() && left.loss() > right.loss());
      long between = (left.cost() + right.cost()) / 2;
      double share = (double) (between - left.cost()) / (right.cost() - left.cost());
      double line = left.loss() + share * (right.loss() - left.loss());
      double best = leastLoss(items, 0, between).orElseThrow();
      assertTrue(best >= line - 1e-9, best + " lies below " + line);
    }
  }

  @Test
  void aBudgetBelowTheCheapestSelectionHasNoSolution() {
    Knapsack knapsack = new Knapsack(List.of(List.of(new Choice(5, 1), new Choice(7, 0))));
    assertEquals(Optional.empty(), knapsack.solve(4));
    assertEquals(List.of(0), knapsack.solve(6).orElseThrow().picks());
  }

  @Test
  void rejectsAnItemWithoutChoices() {
    assertThrows(IllegalArgumentException.class, () -> new Knapsack(List.of(List.of())));
  }

  private static List<List<Choice>> items(Random random, int count) {
    List<List<Choice>> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Choice> choices = new ArrayList<>();
      for (int c = 0; c <= random.nextInt(5); c++) {
        choices.add(new Choice(random.nextInt(50), random.nextInt(1000) / 8.0));
      }
      items.add(choices);
    }
    return items;
  }

  private static Optional<Double> leastLoss(List<List<Choice>> items, int from, long budget) {
    if (from == items.size()) {
      return Optional.of(0.0);
    }
    Optional<Double> least = Optional.empty();
    for (Choice choice : items.get(from)) {
      if (choice.cost() <= budget) {
        Optional<Double> rest = leastLoss(items, from + 1, budget - choice.cost());
        if (rest.isPresent() && least.orElse(1e9) > rest.get() + choice.loss()) {
          least = Optional.of(rest.get() + choice.loss());
        }
      }
    }
    return least;
  }

  private static double sum(List<List<Choice>> items, Knapsack.Selection selection) {
    double sum = 0;
    for (int i = 0; i < items.size(); i++) {
      sum += items.get(i).get(selection.picks().get(i)).loss();
    }
    return sum;
  }
}
