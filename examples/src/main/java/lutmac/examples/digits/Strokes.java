package lutmac.examples.digits;

import java.util.ArrayList;
import java.util.List;

/**
 * How a hand draws the ten digits: polylines in a unit square, x to the right, y downwards. Several
 * digits have more than one common shape.
 */
final class Strokes {
  /** Vertices of an arc of a full turn: dense enough that no corner shows at 20 pixels. */
  private static final int VERTICES_PER_TURN = 40;

  record Point(double x, double y) {}

  private Strokes() {}

  /** The shapes of a digit 0..9, each a list of polylines. */
  static List<List<List<Point>>> shapes(int digit) {
    return switch (digit) {
      case 0 -> List.of(List.of(arc(0.5, 0.5, 0.28, 0.42, 0, 360)));
      case 1 ->
          List.of(
              List.of(path(0.5, 0.08, 0.5, 0.92)),
              List.of(path(0.32, 0.27, 0.53, 0.08, 0.53, 0.92)),
              List.of(path(0.32, 0.27, 0.53, 0.08, 0.53, 0.92), path(0.33, 0.92, 0.73, 0.92)));
      case 2 ->
          List.of(
              List.of(
                  joined(arc(0.5, 0.32, 0.26, 0.24, 190, 385), path(0.22, 0.92), path(0.8, 0.92))));
      case 3 ->
          List.of(
              List.of(
                  joined(
                      arc(0.47, 0.29, 0.25, 0.21, 200, 450),
                      arc(0.47, 0.71, 0.28, 0.21, 270, 520))),
              List.of(
                  joined(
                      path(0.25, 0.09, 0.72, 0.09, 0.46, 0.42),
                      arc(0.46, 0.67, 0.28, 0.25, 270, 510))));
      case 4 ->
          List.of(
              List.of(path(0.62, 0.92, 0.62, 0.08, 0.2, 0.64, 0.82, 0.64)),
              List.of(path(0.28, 0.1, 0.24, 0.55, 0.76, 0.55), path(0.68, 0.1, 0.64, 0.92)));
      case 5 ->
          List.of(
              List.of(
                  joined(
                      path(0.76, 0.08, 0.33, 0.08, 0.29, 0.46),
                      arc(0.48, 0.66, 0.28, 0.26, 225, 515))));
      case 6 ->
          List.of(
              List.of(
                  joined(
                      arc(0.72, 0.64, 0.48, 0.56, 265, 180),
                      arc(0.5, 0.68, 0.26, 0.24, 180, 540))));
      case 7 ->
          List.of(
              List.of(path(0.22, 0.1, 0.79, 0.1, 0.42, 0.92)),
              List.of(path(0.22, 0.1, 0.79, 0.1, 0.42, 0.92), path(0.38, 0.52, 0.72, 0.52)));
      case 8 ->
          List.of(List.of(arc(0.5, 0.29, 0.22, 0.21, 0, 360), arc(0.5, 0.71, 0.27, 0.21, 0, 360)));
      case 9 ->
          List.of(
              List.of(arc(0.5, 0.32, 0.25, 0.24, 0, 360), arc(0.28, 0.36, 0.47, 0.56, 0, 85)),
              List.of(arc(0.5, 0.32, 0.25, 0.24, 0, 360), path(0.75, 0.32, 0.69, 0.92)));
      default -> throw new IllegalArgumentException("not a digit: " + digit);
    };
  }

  private static List<Point> path(double... coordinates) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < coordinates.length; i += 2) {
      points.add(new Point(coordinates[i], coordinates[i + 1]));
    }
    return points;
  }

  /** Part of an ellipse; angles in degrees, clockwise on the page, 0 at the right. */
  private static List<Point> arc(
      double centreX, double centreY, double radiusX, double radiusY, int from, int to) {
    int steps = Math.max(1, Math.abs(to - from) * VERTICES_PER_TURN / 360);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i <= steps; i++) {
      double angle = Math.toRadians(from + (double) (to - from) * i / steps);
      points.add(
          new Point(centreX + radiusX * Math.cos(angle), centreY + radiusY * Math.sin(angle)));
    }
    return points;
  }

  @SafeVarargs
  private static List<Point> joined(List<Point>... parts) {
    List<Point> points = new ArrayList<>();
    for (List<Point> part : parts) {
      points.addAll(part);
    }
    return points;
  }
}
