package lutmac.quant.calib;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import lutmac.runtime.matrix.FloatMemory;
import lutmac.runtime.matrix.MatrixProduct;

/**
 * What a layer's inputs look like over a sample of output positions: mean and covariance of the
 * reduction's terms, and their covariance with given targets. The covariance is that of the output
 * error's quadratic form: with the bias free, a weight error d costs {@code d * covariance * d'}.
 *
 * <p>Products are summed in single precision over {@value #BLOCK} samples at a time, blocks in
 * double precision and in order: the sums depend on no number of threads. Squares of 8-bit codes
 * even add up exactly, {@code 255^2 * 256 < 2^24}: for fixed-point inputs the covariance has one
 * value on any machine.
 */
public final class InputStatistics {
  /** Samples whose products a float sums up before they go to a double; see above. */
  private static final int BLOCK = 256;

  /** Rows of a product that one task computes. */
  private static final int PANEL = 64;

  private final int taps;
  private final int from;
  private final float[][] rows;
  private final double[] mean;
  private final double[][] covariance;

  /**
   * Statistics of the terms {@code from .. from + taps - 1}: those of one group.
   *
   * @param rows sampled columns of {@link Patches}, {@code [R][all taps]}, at least one
   */
  public InputStatistics(float[][] rows, int from, int taps) {
    this.rows = rows;
    this.from = from;
    this.taps = taps;
    mean = new double[taps];
    for (float[] row : rows) {
      for (int k = 0; k < taps; k++) {
        mean[k] += row[from + k];
      }
    }
    for (int k = 0; k < taps; k++) {
      mean[k] /= rows.length;
    }
    covariance = products();
    for (int i = 0; i < taps; i++) {
      for (int j = i; j < taps; j++) {
        double value = covariance[i][j] / rows.length - mean[i] * mean[j];
        covariance[i][j] = value;
        covariance[j][i] = value;
      }
      covariance[i][i] = Math.max(0, covariance[i][i]);
    }
  }

  /** Sums over the samples of {@code x_i * x_j}, {@code j >= i}. */
  private double[][] products() {
    double[][] sums = new double[taps][taps];
    int stride = FloatMemory.aligned(taps);
    FloatMemory block = new FloatMemory(BLOCK * stride);
    FloatMemory partial = new FloatMemory(taps * stride);
    for (int first = 0; first < rows.length; first += BLOCK) {
      int samples = pack(first, block, stride);
      panels(
          taps,
          start -> {
            int height = Math.min(PANEL, taps - start);
            MatrixProduct.multiplyLeftTransposed(
                height,
                taps - start,
                samples,
                block.matrix(start, stride),
                block.matrix(start, stride),
                false,
                partial.matrix(start * stride + start, stride));
            add(partial, stride, start, height, true, sums);
          });
    }
    return sums;
  }

  /** {@code [taps]}. */
  public double[] mean() {
    return mean;
  }

  /** {@code [taps][taps]}, symmetric. */
  public double[][] covariance() {
    return covariance;
  }

  /**
   * Covariances of targets with the inputs, {@code [targets][taps]}.
   *
   * @param targets a row of one value per sampled row for each
   */
  public double[][] covarianceWith(float[][] targets) {
    double[] means = new double[targets.length];
    for (int t = 0; t < targets.length; t++) {
      for (float value : targets[t]) {
        means[t] += value;
      }
      means[t] /= rows.length;
    }
    double[][] sums = new double[targets.length][taps];
    int stride = FloatMemory.aligned(taps);
    FloatMemory block = new FloatMemory(BLOCK * stride);
    FloatMemory centered = new FloatMemory(targets.length * BLOCK);
    FloatMemory partial = new FloatMemory(targets.length * stride);
    for (int first = 0; first < rows.length; first += BLOCK) {
      int offset = first;
      int samples = pack(first, block, stride);
      panels(
          targets.length,
          start -> {
            int height = Math.min(PANEL, targets.length - start);
            float[] deviation = new float[samples];
            for (int t = start; t < start + height; t++) {
              for (int r = 0; r < samples; r++) {
                deviation[r] = (float) (targets[t][offset + r] - means[t]);
              }
              centered.put(t * BLOCK, deviation, 0, samples);
            }
            MatrixProduct.multiply(
                height,
                taps,
                samples,
                centered.matrix(start * BLOCK, BLOCK),
                block.matrix(0, stride),
                false,
                partial.matrix(start * stride, stride));
            add(partial, stride, start, height, false, sums);
          });
    }
    for (double[] row : sums) {
      for (int k = 0; k < taps; k++) {
        row[k] /= rows.length;
      }
    }
    return sums;
  }

  /** Copies a block of samples side by side and says how many there are. */
  private int pack(int first, FloatMemory block, int stride) {
    int samples = Math.min(BLOCK, rows.length - first);
    for (int r = 0; r < samples; r++) {
      block.put(r * stride, rows[first + r], from, taps);
    }
    return samples;
  }

  private static void panels(int height, IntConsumer task) {
    IntStream.range(0, (height + PANEL - 1) / PANEL)
        .parallel()
        .forEach(panel -> task.accept(panel * PANEL));
  }

  /** Adds rows {@code start .. start + height - 1}, of a symmetric matrix only the upper part. */
  private static void add(
      FloatMemory partial, int stride, int start, int height, boolean upper, double[][] sums) {
    float[] row = new float[sums[0].length];
    for (int i = start; i < start + height; i++) {
      int begin = upper ? i : 0;
      partial.get(i * stride + begin, row, begin, row.length - begin);
      for (int j = begin; j < row.length; j++) {
        sums[i][j] += row[j];
      }
    }
  }
}
