package lutmac.quant.report;

import lutmac.quant.analysis.ActivationDistribution;
import lutmac.quant.analysis.Histogram;
import lutmac.quant.analysis.WeightDistribution;

/** Distributions with the values that a format can hold; counts are logarithmic. */
final class DistributionPlot {
  private static final double WIDTH = 460;
  private static final double HEIGHT = 150;
  private static final double LEFT = 34;
  private static final double RIGHT = WIDTH - 8;
  private static final double TOP = 8;
  private static final double BASE = HEIGHT - 26;
  private static final double TICK = 6;

  private final Svg svg;
  private final Scale x;
  private final Scale y;

  private DistributionPlot(Histogram values, long most, String label) {
    svg = new Svg(WIDTH, HEIGHT, label);
    double margin = (values.high() - values.low()) * 0.02;
    x = Scale.linear(values.low() - margin, values.high() + margin, LEFT, RIGHT);
    // A count of one stands above the base line.
    y = Scale.logarithmic(0.5, Math.max(10, most) * 1.3, BASE, TOP);
  }

  /** The float weights as an area, the number of weights at each level as stems. */
  static Markup of(WeightDistribution weights, String layer) {
    long most = weights.wanted().most();
    for (WeightDistribution.Level level : weights.levels()) {
      most = Math.max(most, level.weights());
    }
    DistributionPlot plot =
        new DistributionPlot(weights.wanted(), most, "Weights of " + layer + " and their levels");
    plot.grid();
    plot.area("w-area", weights.wanted());
    StringBuilder stems = new StringBuilder();
    StringBuilder heads = new StringBuilder();
    StringBuilder ticks = new StringBuilder();
    for (WeightDistribution.Level level : weights.levels()) {
      String at = Svg.number(plot.x.at(level.value()));
      ticks.append("M%s %sv%s".formatted(at, Svg.number(BASE), Svg.number(TICK)));
      if (level.weights() > 0) {
        String top = Svg.number(plot.y.at(level.weights()));
        stems.append("M%s %sV%s".formatted(at, Svg.number(BASE), top));
        heads.append("M%s %sh0".formatted(at, top));
      }
    }
    plot.svg.path("w-stem", stems.toString()).path("w-head", heads.toString());
    plot.svg.path("level", ticks.toString());
    plot.axis();
    return plot.svg.markup();
  }

  /** The float feature map as an area, with what its format cannot hold set off. */
  static Markup of(ActivationDistribution map, String layer) {
    DistributionPlot plot =
        new DistributionPlot(
            map.values(), map.values().most(), "Feature map of " + layer + " and its range");
    plot.grid();
    plot.area("m-area", map.values());
    plot.beyond(LEFT, plot.x.at(map.least()));
    plot.beyond(plot.x.at(map.greatest()), RIGHT);
    StringBuilder ticks = new StringBuilder();
    for (double level : map.levels()) {
      ticks.append(
          "M%s %sv%s".formatted(Svg.number(plot.x.at(level)), Svg.number(BASE), Svg.number(TICK)));
    }
    plot.svg.path("level", ticks.toString());
    plot.bound(map.greatest());
    if (map.least() < 0) {
      plot.bound(map.least());
    }
    plot.axis();
    return plot.svg.markup();
  }

  private void grid() {
    for (double count : y.ticks(4)) {
      svg.line("grid", LEFT, y.at(count), RIGHT, y.at(count));
      svg.label("end", LEFT - 5, y.at(count) + 3.5, Quantity.countTick(count));
    }
  }

  private void area(String style, Histogram values) {
    double width = (values.high() - values.low()) / values.counts().size();
    StringBuilder path = new StringBuilder();
    boolean open = false;
    for (int bin = 0; bin < values.counts().size(); bin++) {
      long count = values.counts().get(bin);
      String left = Svg.number(x.at(values.low() + bin * width));
      String right = Svg.number(x.at(values.low() + (bin + 1) * width));
      if (count == 0) {
        path.append(open ? "V%sZ".formatted(Svg.number(BASE)) : "");
        open = false;
      } else {
        path.append(open ? "" : "M%s %s".formatted(left, Svg.number(BASE)));
        path.append("V%sH%s".formatted(Svg.number(y.at(count)), right));
        open = true;
      }
    }
    path.append(open ? "V%sZ".formatted(Svg.number(BASE)) : "");
    svg.path(style, path.toString());
  }

  private void bound(double value) {
    svg.line("bound", x.at(value), TOP, x.at(value), BASE + TICK);
  }

  private void beyond(double from, double to) {
    if (to - from > 1) {
      svg.box("beyond", from, TOP, to - from, BASE - TOP);
    }
  }

  private void axis() {
    svg.line("axis", LEFT, BASE, RIGHT, BASE);
    for (double value : x.ticks(7)) {
      svg.label("middle", x.at(value), BASE + 19, Quantity.tick(value));
    }
  }
}
