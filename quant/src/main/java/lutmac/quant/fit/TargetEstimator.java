package lutmac.quant.fit;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import lutmac.network.BadInputException;
import lutmac.quant.calib.ActivationCodes;
import lutmac.quant.calib.InputStatistics;
import lutmac.quant.calib.Patches;
import lutmac.quant.codebook.CompensatedRounding;
import lutmac.quant.codebook.TriangularFactors;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.recipe.Techniques;

/**
 * Finds what a layer's weights are to be fitted to, from a sample of the windows that it sees in
 * the quantized feature maps before it: mean and covariance of its inputs, and the weights that
 * make up for the errors of the layers before (retargeting).
 */
final class TargetEstimator {
  /** Output positions sampled per tap of the reduction, and the least number of them. */
  private static final int SAMPLES_PER_TAP = 40;

  private static final int LEAST_SAMPLES = 8192;

  /** Floats that the sampled columns of one layer may take. */
  private static final long MOST_SAMPLED = 100_000_000;

  /** Above this the covariance takes too much memory; such layers round to nearest. */
  private static final int MOST_TAPS = 6144;

  /** Of the mean variance, added to every variance: keeps the fit away from calibration noise. */
  private static final double DAMPING = 0.01;

  /** The same for the move of the weights, which adapts to calibration data more freely. */
  private static final double TARGET_DAMPING = 0.03;

  /** Both grow with the taps for each sample beyond the wanted number: few samples say little. */
  private static final double SCARCITY = 0.5;

  /** Bound of the covariance's rounding errors, of the mean square. */
  private static final double ROUNDING_NOISE = 1e-5;

  /** Most passes of coordinate descent; it has usually settled before. */
  private static final int SWEEPS = 12;

  private final Techniques techniques;
  private final long seed;

  /**
   * @param seed of the choice of output positions
   */
  TargetEstimator(Techniques techniques, long seed) {
    this.techniques = techniques;
    this.seed = seed;
  }

  /**
   * The target of one layer.
   *
   * @throws BadInputException if what the layer reads is too large to be squared
   */
  WeightTarget estimate(LayerTask task) {
    FusedLayer.Linear layer = task.layer();
    if (layer.identity()) {
      return unsampled(task, List.of());
    }
    if (layer.taps() > MOST_TAPS) {
      return unsampled(
          task,
          List.of(
              "weights rounded to nearest: a reduction of %d terms is too long for compensation"
                  .formatted(layer.taps())));
    }
    return sampled(task);
  }

  /** The float weights, all of one importance. */
  private static WeightTarget unsampled(LayerTask task, List<String> notes) {
    int taps = task.layer().taps();
    double[][] importance = new double[task.layer().groups()][taps];
    for (double[] row : importance) {
      Arrays.fill(row, 1);
    }
    double[][] mean = new double[task.layer().groups()][taps];
    return new WeightTarget(task.weights(), importance, mean, List.of(), notes);
  }

  private WeightTarget sampled(LayerTask task) {
    FusedLayer.Linear layer = task.layer();
    int groups = layer.groups();
    int taps = layer.taps();
    Patches patches = new Patches(layer.inputShape(), layer.window(), layer.sumPixels());
    int[] columns =
        sampledColumns(task.input().images() * patches.pixels(), taps, patches.columnLength());
    float[][] rows = rows(task.input(), patches, columns);
    float[][] wanted = techniques.retargeting() ? wanted(task, patches, columns) : null;
    double scarcity =
        SCARCITY * Math.max(0, (double) taps / columns.length - 1.0 / SAMPLES_PER_TAP);
    double[][] target = task.weights().clone();
    double[][] importance = new double[groups][taps];
    double[][] mean = new double[groups][taps];
    CompensatedRounding[] roundings = new CompensatedRounding[groups];
    IntStream.range(0, groups)
        .parallel()
        .forEach(
            group -> {
              InputStatistics statistics = new InputStatistics(rows, group * taps, taps);
              Spread spread = Spread.of(statistics, layer.name());
              double[][] covariance = statistics.covariance();
              mean[group] = statistics.mean();
              double damping = spread.damping(DAMPING + scarcity);
              for (int k = 0; k < taps; k++) {
                importance[group][k] = covariance[k][k] + damping;
              }
              if (wanted != null) {
                double[][] form = damped(covariance, spread.damping(TARGET_DAMPING + scarcity));
                retarget(task, group, statistics, new TriangularFactors(form), wanted, target);
              }
              if (techniques.compensation()) {
                roundings[group] =
                    new CompensatedRounding(
                        damped(covariance, damping), techniques.descent() ? SWEEPS : 0);
              }
            });
    return new WeightTarget(
        target,
        importance,
        mean,
        techniques.compensation() ? List.of(roundings) : List.<CompensatedRounding>of(),
        List.of());
  }

  /**
   * How much the inputs of one group vary.
   *
   * @param variance mean over the taps
   * @param floor added whatever the variance: more than the covariance's rounding errors
   */
  private record Spread(double variance, double floor) {
    static Spread of(InputStatistics statistics, String layer) {
      int taps = statistics.mean().length;
      double variance = 0;
      double square = 0;
      for (int k = 0; k < taps; k++) {
        double center = statistics.mean()[k];
        variance += statistics.covariance()[k][k] / taps;
        square += center * center / taps;
      }
      if (!Double.isFinite(variance + square)) {
        throw new BadInputException(
            "node '%s' reads values so large that their squares overflow; check mean and std"
                .formatted(layer));
      }
      // Inputs that never vary say nothing; then any damping will do.
      return new Spread(variance, variance + square > 0 ? ROUNDING_NOISE * (variance + square) : 1);
    }

    double damping(double share) {
      return share * variance + floor;
    }
  }

  private int[] sampledColumns(int columns, int taps, int rowLength) {
    long most = Math.max(1024, MOST_SAMPLED / rowLength);
    int wanted =
        (int)
            Math.min(
                Math.min(columns, most), Math.max(LEAST_SAMPLES, (long) SAMPLES_PER_TAP * taps));
    SplittableRandom random = new SplittableRandom(seed);
    // One position in every stratum of equal length.
    return IntStream.range(0, wanted)
        .map(
            i -> {
              int from = (int) ((long) i * columns / wanted);
              int to = (int) ((long) (i + 1) * columns / wanted);
              return from + random.nextInt(Math.max(1, to - from));
            })
        .toArray();
  }

  /** Sampled columns of the input's real values, {@code [R][all taps]}. */
  private static float[][] rows(ActivationCodes input, Patches patches, int[] columns) {
    float stepSize = (float) input.stepSize();
    return IntStream.range(0, columns.length)
        .parallel()
        .mapToObj(
            r -> {
              int[] codes = new int[patches.columnLength()];
              patches.gather(input, columns[r], 1, codes);
              float[] row = new float[codes.length];
              for (int k = 0; k < row.length; k++) {
                row[k] = codes[k] * stepSize;
              }
              return row;
            })
        .toArray(float[][]::new);
  }

  /** What the weights should sum to at the sampled positions, {@code [O][R]}: sums less skip. */
  private static float[][] wanted(LayerTask task, Patches patches, int[] columns) {
    int pixels = patches.pixels();
    ActivationCodes skip = task.skip().orElse(null);
    double stepSize = skip == null ? 0 : skip.stepSize();
    return IntStream.range(0, task.weights().length)
        .parallel()
        .mapToObj(
            o -> {
              float[] wanted = new float[columns.length];
              for (int r = 0; r < wanted.length; r++) {
                int image = columns[r] / pixels;
                int at = o * pixels + columns[r] % pixels;
                double skipped = skip == null ? 0 : skip.value(image, at) * stepSize;
                wanted[r] = (float) (task.sums()[image][at] - skipped);
              }
              return wanted;
            })
        .toArray(float[][]::new);
  }

  /**
   * The weights that, on quantized inputs, come closest to the float network's sums: {@code W +
   * (cov(y - skip, x) - W H) (H + damping)^-1}.
   */
  private static void retarget(
      LayerTask task,
      int group,
      InputStatistics statistics,
      TriangularFactors factors,
      float[][] wanted,
      double[][] target) {
    double[][] covariance = statistics.covariance();
    int outputs = task.weights().length / task.layer().groups();
    int first = group * outputs;
    double[][] residuals =
        statistics.covarianceWith(Arrays.copyOfRange(wanted, first, first + outputs));
    IntStream.range(first, first + outputs)
        .parallel()
        .forEach(
            o -> {
              double[] residual = residuals[o - first];
              double[] weights = task.weights()[o];
              for (int i = 0; i < weights.length; i++) {
                double weight = weights[i];
                for (int k = 0; k < weights.length; k++) {
                  residual[k] -= weight * covariance[i][k];
                }
              }
              double[] moved = factors.solve(residual);
              for (int k = 0; k < weights.length; k++) {
                moved[k] += weights[k];
              }
              target[o] = moved;
            });
  }

  private static double[][] damped(double[][] matrix, double damping) {
    double[][] damped = new double[matrix.length][];
    for (int i = 0; i < matrix.length; i++) {
      damped[i] = matrix[i].clone();
      damped[i][i] += damping;
    }
    return damped;
  }
}
