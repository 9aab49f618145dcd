package lutmac.runtime.measure;

import java.util.Arrays;
import java.util.OptionalDouble;
import lutmac.network.shape.Shape;

/** How far an output of a quantized network is from the float network's, summed over images. */
public final class OutputDeviation {
  private final OutputKind kind;
  private final Shape shape;
  private long values;
  private double energy;
  private double noise;
  private double largest;
  private double least = Double.POSITIVE_INFINITY;
  private double most = Double.NEGATIVE_INFINITY;
  private long decisions;
  private long agreeing;

  /**
   * Of no image yet.
   *
   * @param shape of the output, {@code [C, H, W]}
   */
  public OutputDeviation(OutputKind kind, Shape shape) {
    this.kind = kind;
    this.shape = shape;
  }

  /**
   * Counts an image. Sums depend on the order of images, in their last bits.
   *
   * @param wanted the float network's output, {@code [C, H, W]}
   * @param got the quantized network's
   */
  public void add(double[] wanted, double[] got) {
    for (int i = 0; i < wanted.length; i++) {
      double error = wanted[i] - got[i];
      energy += wanted[i] * wanted[i];
      noise += error * error;
      largest = Math.max(largest, Math.abs(error));
      least = Math.min(least, wanted[i]);
      most = Math.max(most, wanted[i]);
    }
    values += wanted.length;
    if (kind == OutputKind.VALUES) {
      return;
    }
    for (int pixel = 0; pixel < shape.pixels(); pixel++) {
      decisions++;
      agreeing += largest(wanted, shape, pixel) == largest(got, shape, pixel) ? 1 : 0;
    }
  }

  /**
   * Whether an image has the float network's class, 1 or 0, of a map of classes the share of its
   * pixels; empty without classes.
   */
  public static OptionalDouble agreement(
      OutputKind kind, Shape shape, float[] wanted, float[] got) {
    OutputDeviation deviation = new OutputDeviation(kind, shape);
    deviation.add(wanted, got);
    return kind == OutputKind.VALUES
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) deviation.agreeing / deviation.decisions);
  }

  /** Channel of the largest value at a pixel; of equal ones the lowest. */
  public static int largest(double[] map, Shape shape, int pixel) {
    int best = 0;
    for (int c = 1; c < shape.channels(); c++) {
      best = map[c * shape.pixels() + pixel] > map[best * shape.pixels() + pixel] ? c : best;
    }
    return best;
  }

  /** The same in single precision. */
  public void add(float[] wanted, float[] got) {
    add(doubles(wanted), doubles(got));
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  /** Signal-to-quantization-noise ratio, dB; empty where there is no noise. */
  public OptionalDouble sqnr() {
    return decibels(energy, noise);
  }

  /** Mean of the squared differences. */
  public double meanSquaredError() {
    return noise / values;
  }

  /** The largest difference. */
  public double largestError() {
    return largest;
  }

  /**
   * Peak signal-to-noise ratio of an image, dB; the peak is the range of the float network's values
   * over all images. Empty where the output is none, or there is no noise.
   */
  public OptionalDouble psnr() {
    return kind == OutputKind.VALUES && shape.pixels() > 1
        ? decibels((most - least) * (most - least) * values, noise)
        : OptionalDouble.empty();
  }

  /** Share of images, or pixels, with the float network's class, percent; empty without classes. */
  public OptionalDouble agreement() {
    return kind == OutputKind.VALUES
        ? OptionalDouble.empty()
        : OptionalDouble.of(100.0 * agreeing / decisions);
  }

  /**
   * What is lost, percent: images, or pixels, with another class; without classes the squared
   * differences, of the squared values.
   */
  public double lostPercent() {
    double squares = noise == 0 ? 0 : 100 * noise / energy;
    return kind == OutputKind.VALUES ? squares : 100 - agreement().getAsDouble();
  }

  private static OptionalDouble decibels(double signal, double noise) {
    return noise > 0 && signal > 0
        ? OptionalDouble.of(10 * Math.log10(signal / noise))
        : OptionalDouble.empty();
  }
}
