package lutmac.quant.allocate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.recipe.Budget;
import lutmac.quant.result.AccuracyTrial;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.QuantizationResult;

/**
 * Finds the smallest network whose loss of accuracy is within a budget: builds the networks of
 * points of a curve, measures each on held-out images, and halves the range between one that loses
 * too much and one that does not. That is as good as trying all points if bigger networks lose no
 * more than smaller ones.
 */
public final class AccuracySearch {
  private final Budget.Accuracy budget;
  private final Function<Allocation.Point, FormatPlan> planner;
  private final Function<FormatPlan, QuantizationResult> builder;
  private final ToDoubleFunction<QuantizedNetwork> lost;
  private final int images;
  private final List<AccuracyTrial> trials = new ArrayList<>();
  private Optional<QuantizationResult> best = Optional.empty();

  /**
   * Searches within one budget.
   *
   * @param planner makes the plan of a point
   * @param builder makes the network of a plan
   * @param lost percent that a network loses on held-out images
   * @param images how many those are
   */
  public AccuracySearch(
      Budget.Accuracy budget,
      Function<Allocation.Point, FormatPlan> planner,
      Function<FormatPlan, QuantizationResult> builder,
      ToDoubleFunction<QuantizedNetwork> lost,
      int images) {
    this.budget = budget;
    this.planner = planner;
    this.builder = builder;
    this.lost = lost;
    this.images = images;
  }

  /**
   * The smallest network within the budget.
   *
   * @param allocation whose curve is searched
   * @param limit points that cost less than this are not tried, but for the one next below
   * @throws BadInputException if the point of least divergence loses too much already
   */
  public QuantizationResult search(Allocation allocation, long limit) {
    List<Allocation.Point> points = allocation.curve();
    int low = 0;
    while (low + 1 < points.size() && points.get(low + 1).cost() <= limit) {
      low++;
    }
    int high = points.size() - 1;
    if (!within(allocation, points.get(high))) {
      AccuracyTrial widest = trials.get(0);
      throw new BadInputException(
          String.format(
              Locale.ROOT,
              "--budget %s%%: on %d held-out images even the widest formats lose %.2f %%; allow more",
              budget.percent(),
              widest.images(),
              widest.percent()));
    }
    while (low < high) {
      int middle = (low + high) / 2;
      if (within(allocation, points.get(middle))) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    QuantizationResult found = best.orElseThrow();
    Allocation chosen = found.allocation().orElseThrow();
    return found.with(Optional.of(chosen.with(chosen.plan(), chosen.chosen(), trials)));
  }

  private boolean within(Allocation allocation, Allocation.Point point) {
    FormatPlan plan = planner.apply(point);
    QuantizationResult built = builder.apply(plan);
    double percent = lost.applyAsDouble(built.network());
    // A share of images has rounding errors far below one image.
    boolean within = percent <= budget.percent() + 1e-9;
    trials.add(new AccuracyTrial(point, images, percent, within));
    if (within) {
      best = Optional.of(built.with(Optional.of(allocation.with(plan, point, trials))));
    }
    return within;
  }
}
