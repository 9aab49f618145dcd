package lutmac.quant.report;

import java.util.Locale;

/**
 * A picture in SVG that scales with the page. Colours are classes of the page's style sheet, so
 * that they follow its light or dark theme.
 */
final class Svg {
  private final StringBuilder text = new StringBuilder();

  /**
   * A picture; what it is drawn for is told the style sheet as {@code --drawn}.
   *
   * @param width in pixels where it is not scaled
   * @param height likewise
   * @param label what the picture shows, for those who cannot see it
   */
  Svg(double width, double height, String label) {
    text.append(
        "<svg style=\"--drawn: %spx\" viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">"
            .formatted(number(width), number(width), number(height), Markup.escape(label)));
  }

  /** One decimal; none where it is zero. */
  static String number(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    if (text.endsWith(".0")) {
      text = text.substring(0, text.length() - 2);
    }
    return text.equals("-0") ? "0" : text;
  }

  Svg line(String style, double x1, double y1, double x2, double y2) {
    return path(style, "M%s %sL%s %s".formatted(number(x1), number(y1), number(x2), number(y2)));
  }

  Svg path(String style, String data) {
    text.append("<path class=\"%s\" d=\"%s\"/>".formatted(style, data));
    return this;
  }

  /** A bar with a tooltip. */
  Svg bar(String style, double x, double y, double width, double height, String tooltip) {
    text.append(
        "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"1.5\">%s</rect>"
            .formatted(style, number(x), number(y), number(width), number(height), title(tooltip)));
    return this;
  }

  /** A rectangle without a tooltip. */
  Svg box(String style, double x, double y, double width, double height) {
    text.append(
        "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>"
            .formatted(style, number(x), number(y), number(width), number(height)));
    return this;
  }

  Svg dot(String style, double x, double y, double radius, String tooltip) {
    text.append(
        "<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\">%s</circle>"
            .formatted(style, number(x), number(y), number(radius), title(tooltip)));
    return this;
  }

  /**
   * @param style also says where the text is anchored: {@code start}, {@code middle} or {@code end}
   */
  Svg label(String style, double x, double y, String words) {
    text.append(
        "<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>"
            .formatted(style, number(x), number(y), Markup.escape(words)));
    return this;
  }

  Markup markup() {
    return new Markup(text + "</svg>");
  }

  private static String title(String tooltip) {
    return "<title>%s</title>".formatted(Markup.escape(tooltip));
  }
}
