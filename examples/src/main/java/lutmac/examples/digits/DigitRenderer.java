package lutmac.examples.digits;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lutmac.examples.digits.Strokes.Point;

/**
 * Draws one digit the way nobody else would: another slant, size, place, pen, pressure and hand
 * every time, on paper that is never quite clean.
 */
final class DigitRenderer {
  /** Longest piece of a stroke that is bent as one, in units of the digit's height. */
  private static final double PIECE = 0.05;

  private final Random random;
  private final int size;

  /**
   * @param size height and width of the images in pixels
   */
  DigitRenderer(Random random, int size) {
    this.random = random;
    this.size = size;
  }

  /** Grey values {@code [size, size]}, 0 (paper) to 255 (ink). */
  byte[] draw(int digit) {
    List<List<List<Point>>> shapes = Strokes.shapes(digit);
    List<List<Point>> shape = shapes.get(random.nextInt(shapes.size()));
    Distortion distortion = new Distortion();
    List<List<Point>> strokes = new ArrayList<>();
    for (List<Point> stroke : shape) {
      strokes.add(densified(stroke).stream().map(distortion::apply).toList());
    }
    return rasterize(strokes);
  }

  private static List<Point> densified(List<Point> stroke) {
    List<Point> dense = new ArrayList<>();
    dense.add(stroke.get(0));
    for (int i = 1; i < stroke.size(); i++) {
      Point a = stroke.get(i - 1);
      Point b = stroke.get(i);
      int pieces = (int) Math.ceil(Math.hypot(b.x() - a.x(), b.y() - a.y()) / PIECE);
      for (int k = 1; k <= pieces; k++) {
        double t = (double) k / pieces;
        dense.add(new Point(a.x() + t * (b.x() - a.x()), a.y() + t * (b.y() - a.y())));
      }
    }
    return dense;
  }

  private byte[] rasterize(List<List<Point>> strokes) {
    double penRadius = size * uniform(0.03, 0.075);
    double ink = uniform(130, 255);
    double paper = uniform(0, 50);
    double slope = uniform(-1.5, 1.5);
    double noise = uniform(4, 28);
    byte[] pixels = new byte[size * size];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        double distance = distance(strokes, x + 0.5, y + 0.5);
        double coverage = Math.max(0, Math.min(1, penRadius - distance + 0.5));
        double background = paper + slope * (x - size / 2.0);
        double grey =
            background + coverage * Math.max(0, ink - background) + noise * random.nextGaussian();
        pixels[y * size + x] = (byte) Math.max(0, Math.min(255, Math.round(grey)));
      }
    }
    return pixels;
  }

  private static double distance(List<List<Point>> strokes, double x, double y) {
    double best = Double.MAX_VALUE;
    for (List<Point> stroke : strokes) {
      for (int i = 1; i < stroke.size(); i++) {
        best = Math.min(best, distance(stroke.get(i - 1), stroke.get(i), x, y));
      }
    }
    return best;
  }

  private static double distance(Point a, Point b, double x, double y) {
    double dx = b.x() - a.x();
    double dy = b.y() - a.y();
    double length = dx * dx + dy * dy;
    double along = length == 0 ? 0 : ((x - a.x()) * dx + (y - a.y()) * dy) / length;
    double t = Math.max(0, Math.min(1, along));
    return Math.hypot(x - a.x() - t * dx, y - a.y() - t * dy);
  }

  private double uniform(double from, double to) {
    return from + (to - from) * random.nextDouble();
  }

  /** One hand: maps the unit square into the image, affinely and then along smooth waves. */
  private final class Distortion {
    private final double angle = Math.toRadians(14) * random.nextGaussian() * 0.6;
    private final double shear = 0.2 * random.nextGaussian();
    private final double scaleX = uniform(0.6, 1.0);
    private final double scaleY = uniform(0.65, 0.95);
    private final double shiftX = uniform(-0.08, 0.08);
    private final double shiftY = uniform(-0.08, 0.08);
    private final List<Wave> waves = List.of(new Wave(), new Wave(), new Wave());

    Point apply(Point p) {
      double x = p.x() - 0.5;
      double y = p.y() - 0.5;
      double bentX = x;
      double bentY = y;
      for (Wave wave : waves) {
        double push = wave.push(x, y);
        bentX += push * wave.towardsX;
        bentY += push * wave.towardsY;
      }
      double slantedX = (bentX - shear * bentY) * scaleX;
      double slantedY = bentY * scaleY;
      double turnedX = Math.cos(angle) * slantedX - Math.sin(angle) * slantedY;
      double turnedY = Math.sin(angle) * slantedX + Math.cos(angle) * slantedY;
      return new Point(size * (turnedX + 0.5 + shiftX), size * (turnedY + 0.5 + shiftY));
    }
  }

  /** A smooth displacement: a sine wave across the page that pushes in one direction. */
  private final class Wave {
    private final double frequencyX = uniform(-6, 6);
    private final double frequencyY = uniform(-6, 6);
    private final double phase = uniform(0, 2 * Math.PI);
    private final double towardsX = 0.035 * random.nextGaussian();
    private final double towardsY = 0.035 * random.nextGaussian();

    double push(double x, double y) {
      return Math.sin(frequencyX * x + frequencyY * y + phase);
    }
  }
}
