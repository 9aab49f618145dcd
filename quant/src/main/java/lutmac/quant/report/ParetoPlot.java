package lutmac.quant.report;

import java.util.ArrayList;
import java.util.List;
import lutmac.quant.recipe.Allocation;

/** Memory against expected divergence: the best that every budget buys, and what was chosen. */
final class ParetoPlot {
  private static final double WIDTH = 1080;
  private static final double HEIGHT = 340;
  private static final double LEFT = 58;
  private static final double RIGHT = WIDTH - 20;
  private static final double TOP = 30;
  private static final double BASE = HEIGHT - 46;

  /** Divergences below this are none. */
  private static final double LEAST = 1e-9;

  private ParetoPlot() {}

  static Markup of(Allocation allocation) {
    List<Allocation.Point> all = new ArrayList<>(allocation.curve());
    all.add(allocation.chosen());
    double mostBits = all.stream().mapToDouble(Allocation.Point::bits).max().orElseThrow();
    double leastBits = all.stream().mapToDouble(Allocation.Point::bits).min().orElseThrow();
    double most = all.stream().mapToDouble(ParetoPlot::nats).max().orElseThrow();
    double least = all.stream().mapToDouble(ParetoPlot::nats).min().orElseThrow();
    double margin = Math.max(1, (mostBits - leastBits) * 0.03);
    Scale x = Scale.linear((leastBits - margin) / 8192, (mostBits + margin) / 8192, LEFT, RIGHT);
    Scale y = Scale.logarithmic(least / 1.5, Math.max(most, least * 10) * 1.5, BASE, TOP);
    Svg svg = new Svg(WIDTH, HEIGHT, "Memory against the expected divergence of the result");
    svg.label("start caption", 0, TOP - 14, "expected divergence (nats)");
    for (double power : y.ticks(6)) {
      svg.line("grid", LEFT, y.at(power), RIGHT, y.at(power));
      svg.label("end", LEFT - 7, y.at(power) + 3.5, Quantity.tick(power));
    }
    for (double size : x.ticks(9)) {
      svg.line("grid", x.at(size), TOP, x.at(size), BASE);
      svg.label("middle", x.at(size), BASE + 17, Quantity.tick(size));
    }
    svg.line("axis", LEFT, BASE, RIGHT, BASE);
    String what = allocation.countsMaps() ? "weights, tables and feature maps" : "weight codes";
    svg.label("end", RIGHT, BASE + 36, what + " (KiB)");
    StringBuilder curve = new StringBuilder();
    for (Allocation.Point point : allocation.curve()) {
      curve.append(
          "%s%s %s"
              .formatted(
                  curve.isEmpty() ? "M" : "L",
                  Svg.number(x.at(point.bits() / 8192.0)),
                  Svg.number(y.at(nats(point)))));
    }
    svg.path("curve", curve.toString());
    for (Allocation.Point point : allocation.curve()) {
      svg.dot("curve-dot", x.at(point.bits() / 8192.0), y.at(nats(point)), 3.2, words(point));
    }
    chosen(svg, allocation.chosen(), x, y);
    return svg.markup();
  }

  private static void chosen(Svg svg, Allocation.Point chosen, Scale x, Scale y) {
    double at = x.at(chosen.bits() / 8192.0);
    double height = y.at(nats(chosen));
    svg.dot("chosen", at, height, 7, "chosen: " + words(chosen));
    boolean leftHalf = at < (LEFT + RIGHT) / 2;
    svg.label(
        leftHalf ? "start value" : "end value",
        at + (leftHalf ? 13 : -13),
        height - 10,
        "chosen: " + words(chosen));
  }

  private static double nats(Allocation.Point point) {
    return Math.max(LEAST, point.divergence());
  }

  private static String words(Allocation.Point point) {
    return "%s, %s nats"
        .formatted(Quantity.memory(point.bits()), Quantity.nats(point.divergence()));
  }
}
