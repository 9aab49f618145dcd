package lutmac.quant.allocate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The exact multiple-choice knapsack: of every item exactly one choice, so that the sum of losses
 * is least and the sum of costs within a budget.
 *
 * <p>Dynamic programming over the partial selections that no other beats in both cost and loss. A
 * partial selection is dropped as well when its Lagrangian bound (Everett 1963) says that no
 * completion can beat the best selection known so far, which leaves few of them.
 */
final class Knapsack {
  private final List<List<Choice>> items;

  /**
   * @param items the choices of every item, at least one each
   */
  Knapsack(List<List<Choice>> items) {
    this.items = items.stream().map(List::copyOf).toList();
    for (List<Choice> choices : this.items) {
      if (choices.isEmpty()) {
        throw new IllegalArgumentException("an item without choices");
      }
    }
  }

  /**
   * One selection.
   *
   * @param picks index of the choice of every item
   */
  record Selection(List<Integer> picks, long cost, double loss) {
    Selection {
      picks = List.copyOf(picks);
    }
  }

  /** A partial selection and the one it grew from. */
  private record State(long cost, double loss, int pick, State before) {}

  /** The best selection within the budget; empty if even the cheapest exceeds it. */
  Optional<Selection> solve(long budget) {
    long least = items.stream().mapToLong(Knapsack::cheapest).sum();
    if (least > budget) {
      return Optional.empty();
    }
    double price = price(budget);
    double[] boundBehind = new double[items.size() + 1];
    long[] costBehind = new long[items.size() + 1];
    for (int i = items.size() - 1; i >= 0; i--) {
      Choice best = items.get(i).get(pick(items.get(i), price));
      boundBehind[i] = boundBehind[i + 1] + best.loss() + price * best.cost();
      costBehind[i] = costBehind[i + 1] + cheapest(items.get(i));
    }
    double known = greedy(budget, price).loss();
    // Room for the rounding of the bound itself.
    double slack = 1e-9 * (Math.abs(known) + Math.abs(boundBehind[0]) + 1e-300);
    List<State> states = List.of(new State(0, 0, -1, null));
    for (int i = 0; i < items.size(); i++) {
      List<State> grown = new ArrayList<>();
      for (State state : states) {
        List<Choice> choices = items.get(i);
        for (int c = 0; c < choices.size(); c++) {
          long cost = state.cost + choices.get(c).cost();
          double loss = state.loss + choices.get(c).loss();
          double bound = loss + boundBehind[i + 1] - price * (budget - cost);
          if (cost + costBehind[i + 1] <= budget && bound <= known + slack) {
            grown.add(new State(cost, loss, c, state));
          }
        }
      }
      states = undominated(grown);
    }
    State best = states.stream().min(Comparator.comparingDouble(State::loss)).orElseThrow();
    return Optional.of(selection(best));
  }

  /**
   * Selections on the lower convex hull of all (cost, loss), from the cheapest to the least loss:
   * those that are best for some price of a unit of cost.
   */
  List<Selection> hull() {
    List<Selection> hull = new ArrayList<>();
    Selection cheap = at(Double.POSITIVE_INFINITY);
    Selection good = at(0);
    hull.add(cheap);
    between(cheap, good, hull, 0);
    if (good.cost() > cheap.cost()) {
      hull.add(good);
    }
    return hull;
  }

  private void between(Selection cheap, Selection good, List<Selection> hull, int depth) {
    if (depth > 40 || good.cost() <= cheap.cost()) {
      return;
    }
    double price = (cheap.loss() - good.loss()) / (good.cost() - cheap.cost());
    Selection middle = at(price);
    double gain = cheap.loss() + price * cheap.cost() - (middle.loss() + price * middle.cost());
    boolean isNew =
        middle.cost() > cheap.cost()
            && middle.cost() < good.cost()
            && gain > 1e-12 * (Math.abs(cheap.loss()) + Math.abs(good.loss()));
    if (isNew) {
      between(cheap, middle, hull, depth + 1);
      hull.add(middle);
      between(middle, good, hull, depth + 1);
    }
  }

  private static long cheapest(List<Choice> choices) {
    return choices.stream().mapToLong(Choice::cost).min().orElseThrow();
  }

  /** Best choice of one item when a unit of cost has this price; the cheaper of equals. */
  private static int pick(List<Choice> choices, double price) {
    int best = 0;
    for (int c = 1; c < choices.size(); c++) {
      Choice candidate = choices.get(c);
      Choice incumbent = choices.get(best);
      double gain;
      if (Double.isInfinite(price)) {
        gain =
            candidate.cost() == incumbent.cost()
                ? incumbent.loss() - candidate.loss()
                : incumbent.cost() - candidate.cost();
      } else {
        gain =
            incumbent.loss()
                + price * incumbent.cost()
                - candidate.loss()
                - price * candidate.cost();
      }
      if (gain > 0 || (gain == 0 && candidate.cost() < incumbent.cost())) {
        best = c;
      }
    }
    return best;
  }

  private Selection at(double price) {
    List<Integer> picks = items.stream().map(choices -> pick(choices, price)).toList();
    return selection(picks);
  }

  /**
   * One choice of every item, with the sums of their costs and losses.
   *
   * @param picks index of each item's choice
   */
  Selection selection(List<Integer> picks) {
    long cost = 0;
    double loss = 0;
    for (int i = 0; i < picks.size(); i++) {
      cost += items.get(i).get(picks.get(i)).cost();
      loss += items.get(i).get(picks.get(i)).loss();
    }
    return new Selection(picks, cost, loss);
  }

  private static Selection selection(State last) {
    List<Integer> picks = new ArrayList<>();
    for (State state = last; state.before != null; state = state.before) {
      picks.add(0, state.pick);
    }
    return new Selection(picks, last.cost, last.loss);
  }

  /** The least price at which the best choices fit the budget. */
  private double price(long budget) {
    if (at(0).cost() <= budget) {
      return 0;
    }
    double low = 0;
    double high = 1e-12;
    while (at(high).cost() > budget && high < 1e300) {
      high *= 4;
    }
    for (int i = 0; i < 200; i++) {
      double middle = (low + high) / 2;
      if (at(middle).cost() > budget) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** The selection at the price, improved by what the rest of the budget still buys. */
  private Selection greedy(long budget, double price) {
    Selection start = at(price);
    if (start.cost() > budget) {
      start = at(Double.POSITIVE_INFINITY);
    }
    List<Integer> picks = new ArrayList<>(start.picks());
    long room = budget - start.cost();
    boolean improved = true;
    while (improved) {
      improved = false;
      for (int i = 0; i < picks.size(); i++) {
        Choice now = items.get(i).get(picks.get(i));
        for (int c = 0; c < items.get(i).size(); c++) {
          Choice other = items.get(i).get(c);
          if (other.loss() < now.loss() && other.cost() - now.cost() <= room) {
            room -= other.cost() - now.cost();
            picks.set(i, c);
            now = other;
            improved = true;
          }
        }
      }
    }
    return selection(picks);
  }

  /** By rising cost, those with less loss than all cheaper ones. */
  private static List<State> undominated(List<State> states) {
    states.sort(Comparator.comparingLong(State::cost).thenComparingDouble(State::loss));
    List<State> kept = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (State state : states) {
      if (state.loss < least) {
        kept.add(state);
        least = state.loss;
      }
    }
    return kept;
  }
}
