package lutmac.quant.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import lutmac.network.BadInputException;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.quant.calib.ActivationCodes;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.calib.InputStatistics;
import lutmac.quant.calib.Patches;
import lutmac.quant.codebook.CodebookFit;
import lutmac.quant.codebook.CompensatedRounding;
import lutmac.quant.codebook.TriangularFactors;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.recipe.Techniques;
import lutmac.quant.result.LayerReport;
import lutmac.runtime.exec.IntegerConvolution;
import lutmac.runtime.exec.IntegerLayer;

/**
 * Quantizes one linear layer on the outputs of the already quantized layers before it, and computes
 * its own codes in the integers of the hardware.
 *
 * <p>The sums have {@code a_o = f_in + g + d_o} fraction bits. The hardware needs {@code 0 <= a_o -
 * f_out <= 31}, {@code 0 <= a_o - f_skip <= 31} and 32-bit sums; where the best weights break that,
 * their exponent moves and the report says so.
 */
public final class LinearQuantizer {
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

  private static final int MOST_SHIFT = 31;

  private final Techniques techniques;
  private final Rounding rounding;
  private final long seed;

  LinearQuantizer(Techniques techniques, Rounding rounding, long seed) {
    this.techniques = techniques;
    this.rounding = rounding;
    this.seed = seed;
  }

  /**
   * A layer and what it reads.
   *
   * @param weights {@code [O][taps]} for the codes' real values: with folded preprocessing not the
   *     float layer's
   * @param bias {@code [O]} likewise
   * @param sums of the float network, {@code [N][O*P]}, skip included, before the ReLU
   * @param output format; empty for the last layer, which returns its accumulators
   */
  public record Task(
      FusedLayer.Linear layer,
      LayerPlan plan,
      double[][] weights,
      double[] bias,
      ActivationCodes input,
      Optional<ActivationCodes> skip,
      float[][] sums,
      Optional<TensorFormat> output) {

    int inputFraction() {
      return input.tensor().format().frac(0);
    }
  }

  /**
   * @param output codes of the result; empty for the last layer
   */
  record Result(MacLayer layer, Optional<ActivationCodes> output, LayerReport report) {}

  /**
   * What the weights are fitted to.
   *
   * @param mean of the reduction's terms, {@code [groups][taps]}, in real units
   */
  public record Goal(
      double[][] target,
      double[][] importance,
      double[][] mean,
      List<CompensatedRounding> roundings,
      List<String> notes) {}

  Result quantize(Task task) {
    return quantize(task, goal(task));
  }

  Result quantize(Task task, Goal goal) {
    List<String> notes = new ArrayList<>(goal.notes());
    FusedLayer.Linear layer = task.layer();
    int least = leastFraction(task);
    int mostFraction = mostFraction(task, notes);
    int overflowing = Integer.MIN_VALUE;
    while (true) {
      if (mostFraction < least) {
        throw new BadInputException(
            ("layer '%s' cannot be quantized: its sums do not fit 32 bits with the %d fraction bits"
                    + " that its output and skip connection need; use calibration images of the"
                    + " range that the network expects, or fewer activation bits")
                .formatted(layer.name(), least));
      }
      WeightFit fit =
          WeightFit.of(
              new WeightFit.Task(
                  goal.target(),
                  goal.importance(),
                  goal.roundings(),
                  task.plan(),
                  techniques.exactTables(),
                  false,
                  least - task.inputFraction(),
                  mostFraction - task.inputFraction()));
      List<String> all = new ArrayList<>(notes);
      if (overflowing > Integer.MIN_VALUE) {
        all.add(
            "sums with %d fraction bits exceed 32 bits: lowered to %d"
                .formatted(overflowing, mostFraction));
      }
      all.addAll(movedPins(task.plan(), fit));
      Optional<Result> result = finish(task, fit, all);
      if (result.isPresent()) {
        return result.get();
      }
      int finest = fit.exponent() + Arrays.stream(fit.shifts()).max().orElse(0);
      mostFraction = task.inputFraction() + finest - 1;
      overflowing = Math.max(overflowing, mostFraction + 1);
    }
  }

  // ---- the goal of the fit

  Goal goal(Task task) {
    List<String> notes = new ArrayList<>();
    FusedLayer.Linear layer = task.layer();
    int groups = layer.groups();
    int taps = layer.taps();
    double[][] importance = new double[groups][taps];
    double[][] mean = new double[groups][taps];
    if (layer.identity() || taps > MOST_TAPS) {
      if (!layer.identity()) {
        notes.add(
            "weights rounded to nearest: a reduction of %d terms is too long for compensation"
                .formatted(taps));
      }
      for (double[] row : importance) {
        Arrays.fill(row, 1);
      }
      return new Goal(task.weights(), importance, mean, List.of(), notes);
    }
    Patches patches = new Patches(layer.inputShape(), layer.window(), layer.sumPixels());
    int[] columns =
        sampledColumns(task.input().images() * patches.pixels(), taps, patches.columnLength());
    float[][] rows = rows(task.input(), patches, columns);
    float[][] wanted = techniques.retargeting() ? wanted(task, patches, columns) : null;
    double[][] target = task.weights().clone();
    CompensatedRounding[] roundings = new CompensatedRounding[groups];
    double scarcity =
        SCARCITY * Math.max(0, (double) taps / columns.length - 1.0 / SAMPLES_PER_TAP);
    IntStream.range(0, groups)
        .parallel()
        .forEach(
            group -> {
              InputStatistics statistics = new InputStatistics(rows, group * taps, taps);
              double[][] covariance = statistics.covariance();
              mean[group] = statistics.mean();
              double variance = 0;
              double square = 0;
              for (int k = 0; k < taps; k++) {
                double center = statistics.mean()[k];
                variance += covariance[k][k] / taps;
                square += center * center / taps;
              }
              if (!Double.isFinite(variance + square)) {
                throw new BadInputException(
                    "node '%s' reads values so large that their squares overflow; check mean and std"
                        .formatted(layer.name()));
              }
              // Inputs that never vary say nothing; then any damping will do.
              double floor = variance + square > 0 ? ROUNDING_NOISE * (variance + square) : 1;
              double damping = (DAMPING + scarcity) * variance + floor;
              for (int k = 0; k < taps; k++) {
                importance[group][k] = covariance[k][k] + damping;
              }
              if (wanted != null) {
                double[][] form =
                    damped(covariance, (TARGET_DAMPING + scarcity) * variance + floor);
                retarget(task, group, statistics, new TriangularFactors(form), wanted, target);
              }
              if (techniques.compensation()) {
                roundings[group] =
                    new CompensatedRounding(
                        damped(covariance, damping), techniques.descent() ? SWEEPS : 0);
              }
            });
    return new Goal(
        target,
        importance,
        mean,
        techniques.compensation() ? List.of(roundings) : List.<CompensatedRounding>of(),
        notes);
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
    float step = (float) input.stepSize();
    return IntStream.range(0, columns.length)
        .parallel()
        .mapToObj(
            r -> {
              int[] codes = new int[patches.columnLength()];
              patches.gather(input, columns[r], 1, codes);
              float[] row = new float[codes.length];
              for (int k = 0; k < row.length; k++) {
                row[k] = codes[k] * step;
              }
              return row;
            })
        .toArray(float[][]::new);
  }

  /** What the weights should sum to at the sampled positions, {@code [O][R]}: sums less skip. */
  private static float[][] wanted(Task task, Patches patches, int[] columns) {
    int pixels = patches.pixels();
    return IntStream.range(0, task.weights().length)
        .parallel()
        .mapToObj(
            o -> {
              float[] wanted = new float[columns.length];
              for (int r = 0; r < wanted.length; r++) {
                int image = columns[r] / pixels;
                int at = o * pixels + columns[r] % pixels;
                double skip = task.skip().map(s -> s.value(image, at) * s.stepSize()).orElse(0.0);
                wanted[r] = (float) (task.sums()[image][at] - skip);
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
      Task task,
      int group,
      InputStatistics statistics,
      TriangularFactors factors,
      float[][] wanted,
      double[][] target) {
    double[][] covariance = statistics.covariance();
    int outputs = task.weights().length / task.layer().groups();
    IntStream.range(group * outputs, (group + 1) * outputs)
        .parallel()
        .forEach(
            o -> {
              double[] residual = statistics.covarianceWith(wanted[o]);
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

  // ---- what the hardware allows

  private static int leastFraction(Task task) {
    int least = Integer.MIN_VALUE / 2;
    if (task.skip().isPresent()) {
      least = task.skip().get().tensor().format().frac(0);
    }
    if (task.output().isPresent()) {
      least = Math.max(least, task.output().get().frac(0));
    }
    return least;
  }

  private static int mostFraction(Task task, List<String> notes) {
    int most = Integer.MAX_VALUE / 2;
    if (task.skip().isPresent()) {
      most = task.skip().get().tensor().format().frac(0) + MOST_SHIFT;
    }
    if (task.output().isPresent()) {
      most = Math.min(most, task.output().get().frac(0) + MOST_SHIFT);
    }
    double magnitude = Legality.magnitude(task.weights());
    if (magnitude > 0) {
      int full = CodebookFit.fullScaleExponent(magnitude, 127);
      int natural = task.inputFraction() + full;
      int least = leastFraction(task);
      if (natural < least) {
        notes.add(
            "weight exponent raised from %d to %d to align with output and skip connection: weights are clipped"
                .formatted(full, least - task.inputFraction()));
      }
      if (natural > most) {
        notes.add(
            "weight exponent lowered from %d to %d: the output shift is at most %d"
                .formatted(full, most - task.inputFraction(), MOST_SHIFT));
      }
    }
    return most;
  }

  /** What had to be moved although somebody pinned it. */
  private static List<String> movedPins(LayerPlan plan, WeightFit fit) {
    List<String> moved = new ArrayList<>();
    plan.exponent()
        .filter(pinned -> pinned != fit.exponent())
        .ifPresent(
            pinned ->
                moved.add(
                    "pinned weight exponent moved from %d to %d: the formats around the layer allow no other"
                        .formatted(pinned, fit.exponent())));
    plan.shifts()
        .filter(pinned -> !pinned.equals(Arrays.stream(fit.shifts()).boxed().toList()))
        .ifPresent(
            pinned ->
                moved.add(
                    "pinned channel shifts moved: the formats around the layer allow no others"));
    return moved;
  }

  // ---- the result

  /** Biases, output codes and report; empty if a sum could exceed 32 bits. */
  private Optional<Result> finish(Task task, WeightFit fit, List<String> notes) {
    FusedLayer.Linear layer = task.layer();
    int channels = layer.outChannels();
    int[] fractions =
        Arrays.stream(fit.shifts()).map(d -> task.inputFraction() + fit.exponent() + d).toArray();
    MacLayer unbiased = mac(task, fit, fractions, new int[channels]);
    if (!AccumulatorRange.of(unbiased).fitsInt32()) {
      return Optional.empty();
    }
    double[] real =
        layer.identity() || !techniques.biasCorrection()
            ? task.bias()
            : correctedBias(task, unbiased, fractions);
    int[] bias = new int[channels];
    for (int o = 0; o < channels; o++) {
      double scaled = Math.rint(Math.scalb(real[o], fractions[o]));
      if (Math.abs(scaled) > Integer.MAX_VALUE) {
        return Optional.empty();
      }
      bias[o] = (int) scaled;
    }
    MacLayer mac = mac(task, fit, fractions, bias);
    AccumulatorRange range = AccumulatorRange.of(mac);
    if (!range.fitsInt32()) {
      return Optional.empty();
    }
    OutputCodes codes =
        OutputCodes.of(
            mac,
            new IntegerLayer(mac, rounding),
            rounding,
            task.input(),
            task.skip(),
            task.sums(),
            layer.ceiling());
    LayerReport report =
        new LayerReport(
            layer.name(),
            task.input().tensor().format().toString(),
            task.output().map(TensorFormat::toString).orElse("accumulators"),
            task.plan().weights().toString(),
            fit.exponent(),
            Arrays.stream(fit.shifts()).boxed().toList(),
            fit.table(),
            zeroShare(mac),
            weightSqnr(task.weights(), fit),
            codes.sqnr(),
            codes.clampedLow(),
            codes.clampedHigh(),
            range,
            notes);
    return Optional.of(
        new Result(mac, codes.codes().map(c -> new ActivationCodes(mac.output(), c)), report));
  }

  private static MacLayer mac(Task task, WeightFit fit, int[] fractions, int[] bias) {
    FusedLayer.Linear layer = task.layer();
    Optional<Skip> skip =
        task.skip()
            .map(
                maps ->
                    new Skip(
                        maps.tensor(),
                        Arrays.stream(fractions)
                            .mapToObj(a -> a - maps.tensor().format().frac(0))
                            .toList()));
    TensorFormat format =
        task.output()
            .orElseGet(() -> new AccumulatorFormat(Arrays.stream(fractions).boxed().toList()));
    OutputStage stage =
        task.output().isPresent()
            ? new OutputStage.Requantize(
                Arrays.stream(fractions).mapToObj(a -> a - format.frac(0)).toList(),
                layer.ceiling().isPresent() ? 0 : (int) format.minCode(),
                ActivationFormatSearch.highest(format, layer.ceiling()))
            : new OutputStage.Accumulators();
    return new MacLayer(
        layer.name(),
        task.input().tensor(),
        Tensor.zeroPadded(layer.output(), layer.outputShape(), format),
        skip,
        layer.window(),
        layer.groups(),
        layer.sumPixels(),
        fit.planes(task.plan().weights()),
        bias,
        stage);
  }

  /**
   * The biases that give every channel the float network's mean on calibration data. The mean of
   * the integer sums follows from the exact means of their terms: no sum is computed.
   */
  private static double[] correctedBias(Task task, MacLayer layer, int[] fractions) {
    IntegerConvolution convolution = new IntegerConvolution(layer);
    int images = task.input().images();
    int channels = layer.outChannels();
    int pixels = task.sums()[0].length / channels;
    long[] terms =
        IntStream.range(0, images)
            .parallel()
            .mapToObj(n -> convolution.termSums(task.input().values(n)))
            .reduce(new long[layer.groups() * layer.taps()], LinearQuantizer::sum);
    double[] bias = new double[channels];
    IntStream.range(0, channels)
        .parallel()
        .forEach(
            o -> {
              int group = o / (channels / layer.groups());
              long products = 0;
              for (int k = 0; k < layer.taps(); k++) {
                products += layer.weight(o * layer.taps() + k) * terms[group * layer.taps() + k];
              }
              double missing = -Math.scalb((double) products, -fractions[o]);
              for (int n = 0; n < images; n++) {
                double sum = 0;
                long codes = 0;
                for (int i = o * pixels; i < (o + 1) * pixels; i++) {
                  sum += task.sums()[n][i];
                  codes += task.skip().isPresent() ? task.skip().get().value(n, i) : 0;
                }
                missing += sum;
                missing -= codes * task.skip().map(ActivationCodes::stepSize).orElse(0.0);
              }
              bias[o] = missing / ((double) images * pixels);
            });
    return bias;
  }

  private static long[] sum(long[] a, long[] b) {
    long[] sum = new long[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  private static double zeroShare(MacLayer layer) {
    int zeros = 0;
    for (int i = 0; i < layer.weightCount(); i++) {
      zeros += layer.weight(i) == 0 ? 1 : 0;
    }
    return (double) zeros / layer.weightCount();
  }

  private static Optional<Double> weightSqnr(double[][] weights, WeightFit fit) {
    double energy = 0;
    double noise = 0;
    for (int o = 0; o < weights.length; o++) {
      int scale = -(fit.exponent() + fit.shifts()[o]);
      for (int k = 0; k < weights[o].length; k++) {
        double level = Math.scalb((double) fit.levels()[o][k], scale);
        energy += weights[o][k] * weights[o][k];
        noise += (weights[o][k] - level) * (weights[o][k] - level);
      }
    }
    return OutputCodes.sqnr(energy, noise);
  }
}
