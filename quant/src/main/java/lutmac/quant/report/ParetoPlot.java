package lutmac.quant.report;

import java.util.ArrayList;
import java.util.List;
import lutmac.quant.result.Allocation;

/** Memory against expected divergence: the best that every budget buys, and what was chosen. */
final class ParetoPlot {
  private static final double HEIGHT = 340;
  private static final double LEFT = 58;
  private static final double MARGIN = 20;
  private static final double TOP = 30;
  private static final double BASE = HEIGHT - 46;

  /** Width that the chosen point's label may need. */
  private static final double LABEL = 210;

  /** Width for each mark of the horizontal axis. */
  private static final double MARK = 80;

  /** Divergences below this are none. */
  private static final double LEAST = 1e-9;

  private ParetoPlot() {}

  /**
   * The plot.
   *
   * @param width of the page, in pixels
   */
  static Markup of(Allocation allocation, double width) {
    double right = width - MARGIN;
    List<Allocation.Point> all = new ArrayList<>(allocation.curve());
    all.add(allocation.chosen());
    CostAxis axis = CostAxis.of(allocation.unit());
    double dearest = all.stream().mapToDouble(axis::at).max().orElseThrow();
    double cheapest = all.stream().mapToDouble(axis::at).min().orElseThrow();
    double most = all.stream().mapToDouble(ParetoPlot::divergence).max().orElseThrow();
    double least = all.stream().mapToDouble(ParetoPlot::divergence).min().orElseThrow();
    double margin = Math.max(axis.least(), (dearest - cheapest) * 0.03);
    Scale x = Scale.linear(cheapest - margin, dearest + margin, LEFT, right);
    Scale y = Scale.logarithmic(least / 1.5, Math.max(most, least * 10) * 1.5, BASE, TOP);
    Svg svg =
        new Svg(width, HEIGHT, axis.title() + " against the expected divergence of the result");
    svg.label("start caption", 0, TOP - 14, "expected divergence (at temperature 4)");
    for (double power : y.ticks(6)) {
      svg.line("grid", LEFT, y.at(power), right, y.at(power));
      svg.label("end", LEFT - 7, y.at(power) + 3.5, Quantity.tick(power));
    }
    for (double size : x.ticks(Math.max(3, (int) ((right - LEFT) / MARK)))) {
      svg.line("grid", x.at(size), TOP, x.at(size), BASE);
      svg.label("middle", x.at(size), BASE + 17, Quantity.tick(size));
    }
    svg.line("axis", LEFT, BASE, right, BASE);
    svg.label("end", right, BASE + 36, axis.label());
    StringBuilder curve = new StringBuilder();
    for (Allocation.Point point : allocation.curve()) {
      curve.append(
          "%s%s %s"
              .formatted(
                  curve.isEmpty() ? "M" : "L",
                  Svg.number(x.at(axis.at(point))),
                  Svg.number(y.at(divergence(point)))));
    }
    svg.path("curve", curve.toString());
    for (Allocation.Point point : allocation.curve()) {
      svg.dot(
          "curve-dot",
          x.at(axis.at(point)),
          y.at(divergence(point)),
          3.2,
          words(axis, point) + ": --budget " + allocation.price().of(point.cost()));
    }
    chosen(svg, axis, allocation.chosen(), x, y);
    return svg.markup();
  }

  private static void chosen(Svg svg, CostAxis axis, Allocation.Point chosen, Scale x, Scale y) {
    double at = x.at(axis.at(chosen));
    double height = y.at(divergence(chosen));
    svg.dot("chosen", at, height, 7, "chosen: " + words(axis, chosen));
    // The curve falls: above it there is room to the right, but not to the left.
    String words = "chosen: " + words(axis, chosen);
    if (at < x.to() - LABEL) {
      svg.label("start value", at + 13, height - 10, words);
    } else if (at > LEFT + LABEL) {
      svg.label("end value", at - 13, height - 16, words);
    } else {
      // The corner that no falling curve reaches.
      svg.label("end value", x.to(), TOP + 12, words);
    }
  }

  private static double divergence(Allocation.Point point) {
    return Math.max(LEAST, point.divergence());
  }

  private static String words(CostAxis axis, Allocation.Point point) {
    return "%s, %s".formatted(axis.words(point), Quantity.divergence(point.divergence()));
  }
}
