package lutmac.quant.report;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import lutmac.quant.analysis.LayerAnalysis;
import lutmac.quant.analysis.Measurement;

/** Bits of every layer's weights and feature map, and below what each of them does alone. */
final class LayersPlot {
  private static final double LEFT = 58;
  private static final double MARGIN = 10;

  /** The narrowest column of a layer whose two bars can be told apart. */
  private static final double LEAST_COLUMN = 10;

  /** Width of the widest number of a layer. */
  private static final double NUMBER = 18;

  private static final double BITS_TOP = 26;
  private static final double BITS_BASE = 150;
  private static final double NATS_TOP = 196;
  private static final double NATS_BASE = 360;
  private static final double HEIGHT = 396;
  private static final int MOST_BITS = 8;

  private LayersPlot() {}

  /**
   * The plot, as wide as the room or as many layers demand.
   *
   * @param room width of the page, in pixels
   */
  static Markup of(List<LayerAnalysis> layers, double room) {
    double fitting = (room - LEFT - MARGIN) / layers.size();
    double column = Math.max(LEAST_COLUMN, Math.min(140, fitting));
    double right = LEFT + column * layers.size();
    Svg svg =
        new Svg(
            Math.max(room, right + MARGIN),
            HEIGHT,
            "Bits of every layer, and the divergence that each causes");
    bits(svg, layers, column, right);
    divergences(svg, layers, column, right);
    int every = (int) Math.ceil(NUMBER / column);
    for (int i = 0; i < layers.size(); i += every) {
      svg.label("middle", LEFT + (i + 0.5) * column, NATS_BASE + 16, Integer.toString(i + 1));
    }
    svg.label("start", LEFT, NATS_BASE + 34, "layer, as executed");
    return svg.markup();
  }

  private static void bits(Svg svg, List<LayerAnalysis> layers, double column, double right) {
    Scale y = Scale.linear(0, MOST_BITS, BITS_BASE, BITS_TOP);
    svg.label("start caption", 0, BITS_TOP - 12, "bits a value");
    for (int bits = 2; bits <= MOST_BITS; bits += 2) {
      svg.line("grid", LEFT, y.at(bits), right, y.at(bits));
      svg.label("end", LEFT - 7, y.at(bits) + 3.5, Integer.toString(bits));
    }
    double width = Math.min(20, column * 0.36);
    for (int i = 0; i < layers.size(); i++) {
      LayerAnalysis layer = layers.get(i);
      double middle = LEFT + (i + 0.5) * column;
      int ofWeights = layer.layer().weightBits();
      String name = "%d %s: ".formatted(i + 1, layer.name());
      bar(svg, "w-bar", y, middle - width - 1, width, ofWeights, name + "weights %d bits");
      Optional<Integer> ofMap = layer.activationBits();
      if (ofMap.isPresent()) {
        bar(svg, "m-bar", y, middle + 1, width, ofMap.get(), name + "map %d bits");
      }
    }
    svg.line("axis", LEFT, BITS_BASE, right, BITS_BASE);
  }

  private static void bar(
      Svg svg, String style, Scale y, double x, double width, int bits, String tooltip) {
    String words = tooltip.replace("%d", Integer.toString(bits));
    svg.bar(style, x, y.at(bits), width, BITS_BASE - y.at(bits), words);
    if (width >= 12) {
      svg.label("middle value", x + width / 2, y.at(bits) - 4, Integer.toString(bits));
    }
  }

  private static void divergences(
      Svg svg, List<LayerAnalysis> layers, double column, double right) {
    Scale y = scale(layers);
    svg.label("start caption", 0, NATS_TOP - 12, "divergence of the result, this part alone");
    for (double power : y.ticks(6)) {
      svg.line("grid", LEFT, y.at(power), right, y.at(power));
      svg.label("end", LEFT - 7, y.at(power) + 3.5, Quantity.tick(power));
    }
    double offset = Math.min(11, column * 0.18);
    Function<LayerAnalysis, Optional<Measurement>> weights = l -> Optional.of(l.weights());
    stems(svg, "w", layers, weights, y, LEFT + column / 2 - offset, column, "weights alone");
    stems(
        svg,
        "m",
        layers,
        LayerAnalysis::activation,
        y,
        LEFT + column / 2 + offset,
        column,
        "map alone");
    svg.line("axis", LEFT, NATS_BASE, right, NATS_BASE);
  }

  private static void stems(
      Svg svg,
      String kind,
      List<LayerAnalysis> layers,
      Function<LayerAnalysis, Optional<Measurement>> part,
      Scale y,
      double first,
      double column,
      String what) {
    for (int i = 0; i < layers.size(); i++) {
      Optional<Measurement> measured = part.apply(layers.get(i));
      if (measured.isEmpty()) {
        continue;
      }
      double divergence = measured.get().divergence();
      double x = first + i * column;
      double top = divergence > y.low() ? y.at(divergence) : NATS_BASE;
      svg.line(kind + "-stem", x, NATS_BASE, x, top);
      String tooltip =
          "%d %s: %s divergence %s, %s dB"
              .formatted(
                  i + 1,
                  layers.get(i).name(),
                  what,
                  Quantity.divergence(divergence),
                  Quantity.decibels(measured.get().sqnr()));
      svg.dot(kind + "-dot", x, top, Math.min(4.5, Math.max(2.5, column * 0.14)), tooltip);
    }
  }

  /** Whole decades around all divergences but the very smallest. */
  private static Scale scale(List<LayerAnalysis> layers) {
    double most = 1e-6;
    double least = Double.POSITIVE_INFINITY;
    for (LayerAnalysis layer : layers) {
      most = Math.max(most, layer.weights().divergence());
      least = Math.min(least, positive(layer.weights()));
      if (layer.activation().isPresent()) {
        most = Math.max(most, layer.activation().get().divergence());
        least = Math.min(least, positive(layer.activation().get()));
      }
    }
    double high = Math.pow(10, Math.ceil(Math.log10(most)));
    double low = Math.pow(10, Math.floor(Math.log10(Math.min(least, most / 10))));
    return Scale.logarithmic(Math.max(low, high * 1e-6), high, NATS_BASE, NATS_TOP);
  }

  private static double positive(Measurement measurement) {
    return measurement.divergence() > 0 ? measurement.divergence() : Double.POSITIVE_INFINITY;
  }
}
