package lutmac.quant.recipe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import lutmac.quant.BadInputException;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.calib.CodeMaps;
import lutmac.quant.calib.InputStatistics;
import lutmac.quant.calib.Patches;
import lutmac.quant.codebook.CodebookFit;
import lutmac.quant.codebook.CompensatedRounding;
import lutmac.quant.codebook.LevelCandidates;
import lutmac.quant.codebook.TriangularFactors;
import lutmac.quant.exec.IntegerConvolution;
import lutmac.quant.format.AccumulatorFormat;
import lutmac.quant.format.FixedFormat;
import lutmac.quant.format.TensorFormat;
import lutmac.quant.network.AccumulatorRange;
import lutmac.quant.network.MacLayer;
import lutmac.quant.network.OutputStage;
import lutmac.quant.network.Skip;
import lutmac.quant.network.Tensor;

/**
 * Quantizes one linear layer on the outputs of the already quantized layers before it, and computes
 * its own codes in the integers of the hardware.
 *
 * <p>The sums have {@code a_o = f_in + g + d_o} fraction bits. The hardware needs {@code 0 <= a_o -
 * f_out <= 31}, {@code 0 <= a_o - f_skip <= 31} and 32-bit sums; where the best formats break that,
 * formats move and the report says so.
 */
final class LinearQuantizer {
  /** Output positions sampled per tap of the reduction, and the least number of them. */
  private static final int SAMPLES_PER_TAP = 40;

  private static final int LEAST_SAMPLES = 8192;

  /** Above this the covariance takes too much memory; such layers round to nearest. */
  private static final int MOST_TAPS = 6144;

  /** Of the mean variance, added to every variance: keeps the fit away from calibration noise. */
  private static final double DAMPING = 0.01;

  /** The same for the move of the weights, which adapts to calibration data more freely. */
  private static final double TARGET_DAMPING = 0.03;

  /** Bound of the covariance's rounding errors, of the mean square. */
  private static final double ROUNDING_NOISE = 1e-5;

  /** Most passes of coordinate descent; it has usually settled before. */
  private static final int SWEEPS = 12;

  private static final int MOST_SHIFT = 31;

  private final QuantizeOptions options;
  private final int[] candidates;

  LinearQuantizer(QuantizeOptions options) {
    this.options = options;
    candidates = LevelCandidates.withDigits(options.levelDigits());
  }

  /**
   * A layer and what it reads.
   *
   * @param weights {@code [O][taps]} for the codes' real values: with folded preprocessing not the
   *     float layer's
   * @param bias {@code [O]} likewise
   * @param sums of the float network, {@code [N][O*P]}, skip included, before the ReLU
   * @param outputs of the float network, after the ReLU
   * @param last whether the layer returns its accumulators
   */
  record Task(
      LoweredLayer.Linear layer,
      double[][] weights,
      double[] bias,
      CodeMaps input,
      Optional<CodeMaps> skip,
      float[][] sums,
      float[][] outputs,
      boolean last) {}

  /**
   * @param output codes of the result; empty for the last layer
   */
  record Result(MacLayer layer, Optional<CodeMaps> output, LayerReport report) {}

  /** Formats of the sums' surroundings. */
  private record Formats(Optional<FixedFormat> output, int leastFraction, int mostFraction) {}

  Result quantize(Task task) {
    List<String> notes = new ArrayList<>();
    LoweredLayer.Linear layer = task.layer();
    Patches patches = new Patches(layer.inputShape(), layer.window(), layer.sumPixels());
    Formats formats = formats(task, notes);
    int inputFraction = task.input().tensor().format().frac(0);
    boolean compensated =
        options.method() == QuantizeOptions.Method.COMPENSATED && !layer.identity();
    if (compensated && patches.taps() > MOST_TAPS) {
      compensated = false;
      notes.add(
          "weights rounded to nearest: a reduction of %d terms is too long for compensation"
              .formatted(patches.taps()));
    }
    double[] importance = new double[patches.taps()];
    double[][] target = task.weights();
    CompensatedRounding rounding = null;
    if (layer.identity() || patches.taps() > MOST_TAPS) {
      Arrays.fill(importance, 1);
    } else {
      int[] columns = sampledColumns(task.input().images() * patches.pixels(), patches.taps());
      InputStatistics statistics = statistics(task.input(), patches, columns);
      double[][] covariance = statistics.covariance();
      double variance = 0;
      double square = 0;
      for (int k = 0; k < importance.length; k++) {
        double center = statistics.mean()[k];
        variance += covariance[k][k] / importance.length;
        square += center * center / importance.length;
      }
      // Inputs that never vary say nothing; then any damping will do.
      double floor = variance + square > 0 ? ROUNDING_NOISE * (variance + square) : 1;
      double damping = DAMPING * variance + floor;
      for (int k = 0; k < importance.length; k++) {
        importance[k] = covariance[k][k] + damping;
      }
      if (compensated) {
        double[][] form = damped(covariance, TARGET_DAMPING * variance + floor);
        target = targets(task, patches, columns, statistics, form);
        rounding = new CompensatedRounding(damped(covariance, damping), SWEEPS);
      }
    }

    int mostFraction = formats.mostFraction();
    int overflowing = Integer.MIN_VALUE;
    while (true) {
      if (mostFraction < formats.leastFraction()) {
        throw new BadInputException(
            ("layer '%s' cannot be quantized: its sums do not fit 32 bits with the %d fraction bits"
                    + " that its output and skip connection need; use calibration images of the"
                    + " range that the network expects, or fewer activation bits")
                .formatted(layer.name(), formats.leastFraction()));
      }
      WeightFit fit =
          WeightFit.of(
              new WeightFit.Task(
                  target,
                  importance,
                  rounding,
                  candidates,
                  options.weightBits(),
                  options.channelShifts() && !layer.identity(),
                  formats.leastFraction() - inputFraction,
                  mostFraction - inputFraction));
      List<String> all = new ArrayList<>(notes);
      if (overflowing > Integer.MIN_VALUE) {
        all.add(
            "sums with %d fraction bits exceed 32 bits: lowered to %d"
                .formatted(overflowing, mostFraction));
      }
      Optional<Result> result = finish(task, patches, formats, fit, all);
      if (result.isPresent()) {
        return result.get();
      }
      int finest = fit.exponent() + Arrays.stream(fit.shifts()).max().orElse(0);
      mostFraction = inputFraction + finest - 1;
      overflowing = Math.max(overflowing, mostFraction + 1);
    }
  }

  private Formats formats(Task task, List<String> notes) {
    LoweredLayer.Linear layer = task.layer();
    int inputFraction = task.input().tensor().format().frac(0);
    double magnitude =
        Arrays.stream(task.weights())
            .flatMapToDouble(Arrays::stream)
            .map(Math::abs)
            .max()
            .orElse(0);
    int full = magnitude > 0 ? CodebookFit.fullScaleExponent(magnitude) : 0;
    int natural = inputFraction + full;
    int least = Integer.MIN_VALUE / 2;
    int most = Integer.MAX_VALUE / 2;
    if (task.skip().isPresent()) {
      int skipFraction = task.skip().get().tensor().format().frac(0);
      least = skipFraction;
      most = skipFraction + MOST_SHIFT;
    }
    Optional<FixedFormat> output = Optional.empty();
    if (!task.last()) {
      FixedFormat format =
          ActivationFormatSearch.choose(
              task.outputs(), options.activationBits(), layer.ceiling().isEmpty(), layer.ceiling());
      int finest = Math.max(natural, least);
      if (magnitude > 0 && format.frac() > finest) {
        FixedFormat coarser = new FixedFormat(format.bits(), finest, format.signed());
        notes.add(
            "output format moved from %s to %s: the sums are no finer".formatted(format, coarser));
        format = coarser;
      }
      if (format.frac() + MOST_SHIFT < least) {
        FixedFormat finer = new FixedFormat(format.bits(), least - MOST_SHIFT, format.signed());
        notes.add(
            "output format moved from %s to %s: the output shift is at most %d"
                .formatted(format, finer, MOST_SHIFT));
        format = finer;
      }
      least = Math.max(least, format.frac());
      most = Math.min(most, format.frac() + MOST_SHIFT);
      output = Optional.of(format);
    }
    if (magnitude > 0 && natural < least) {
      notes.add(
          "weight exponent raised from %d to %d to align with the skip connection: weights are clipped"
              .formatted(full, least - inputFraction));
    }
    if (magnitude > 0 && natural > most) {
      notes.add(
          "weight exponent lowered from %d to %d: the output shift is at most %d"
              .formatted(full, most - inputFraction, MOST_SHIFT));
    }
    return new Formats(output, least, most);
  }

  private int[] sampledColumns(int columns, int taps) {
    int wanted = (int) Math.min(columns, Math.max(LEAST_SAMPLES, (long) SAMPLES_PER_TAP * taps));
    SplittableRandom random = new SplittableRandom(options.seed());
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

  private static InputStatistics statistics(CodeMaps input, Patches patches, int[] columns) {
    float step = (float) input.step();
    float[][] rows =
        IntStream.range(0, columns.length)
            .parallel()
            .mapToObj(
                r -> {
                  int[] codes = new int[patches.taps()];
                  patches.gather(input, columns[r], 1, codes);
                  float[] row = new float[codes.length];
                  for (int k = 0; k < row.length; k++) {
                    row[k] = codes[k] * step;
                  }
                  return row;
                })
            .toArray(float[][]::new);
    return new InputStatistics(rows);
  }

  /**
   * The weights that, on quantized inputs, come closest to the float network's sums: {@code W +
   * (cov(y - skip, x) - W H) (H + damping)^-1}.
   */
  private static double[][] targets(
      Task task, Patches patches, int[] columns, InputStatistics statistics, double[][] form) {
    double[][] covariance = statistics.covariance();
    TriangularFactors factors = new TriangularFactors(form);
    int pixels = patches.pixels();
    return IntStream.range(0, task.weights().length)
        .parallel()
        .mapToObj(
            o -> {
              float[] wanted = new float[columns.length];
              for (int r = 0; r < wanted.length; r++) {
                int image = columns[r] / pixels;
                int at = o * pixels + columns[r] % pixels;
                double skip = task.skip().map(s -> s.value(image, at) * s.step()).orElse(0.0);
                wanted[r] = (float) (task.sums()[image][at] - skip);
              }
              double[] residual = statistics.covarianceWith(wanted);
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
              return moved;
            })
        .toArray(double[][]::new);
  }

  private static double[][] damped(double[][] matrix, double damping) {
    double[][] damped = new double[matrix.length][];
    for (int i = 0; i < matrix.length; i++) {
      damped[i] = matrix[i].clone();
      damped[i][i] += damping;
    }
    return damped;
  }

  /** Biases, output codes and report; empty if a sum could exceed 32 bits. */
  private Optional<Result> finish(
      Task task, Patches patches, Formats formats, WeightFit fit, List<String> notes) {
    LoweredLayer.Linear layer = task.layer();
    int channels = layer.outputShape().channels();
    int inputFraction = task.input().tensor().format().frac(0);
    int[] fractions =
        Arrays.stream(fit.shifts()).map(d -> inputFraction + fit.exponent() + d).toArray();
    Optional<Skip> skip =
        task.skip()
            .map(
                maps ->
                    new Skip(
                        maps.tensor(),
                        Arrays.stream(fractions)
                            .mapToObj(a -> a - maps.tensor().format().frac(0))
                            .toList()));
    TensorFormat outputFormat =
        formats
            .output()
            .map(format -> (TensorFormat) format)
            .orElseGet(() -> new AccumulatorFormat(Arrays.stream(fractions).boxed().toList()));
    OutputStage stage =
        formats
            .output()
            .<OutputStage>map(
                format ->
                    new OutputStage.Requantize(
                        Arrays.stream(fractions).mapToObj(a -> a - format.frac()).toList(),
                        layer.ceiling().isPresent() ? 0 : (int) format.minCode(),
                        ActivationFormatSearch.highestCode(format, layer.ceiling())))
            .orElseGet(OutputStage.Accumulators::new);
    Tensor output = Tensor.zeroPadded(layer.output(), layer.outputShape(), outputFormat);
    MacLayer unbiased =
        mac(layer, task.input().tensor(), output, skip, fit, new int[channels], stage);
    if (!AccumulatorRange.of(unbiased).fitsInt32()) {
      return Optional.empty();
    }
    int[][] accumulators = accumulators(unbiased, task.input());
    double[] real =
        layer.identity() ? task.bias() : correctedBias(task, accumulators, patches, fractions);
    int[] bias = new int[channels];
    for (int o = 0; o < channels; o++) {
      double scaled = Math.rint(Math.scalb(real[o], fractions[o]));
      if (Math.abs(scaled) > Integer.MAX_VALUE) {
        return Optional.empty();
      }
      bias[o] = (int) scaled;
    }
    MacLayer mac = mac(layer, task.input().tensor(), output, skip, fit, bias, stage);
    AccumulatorRange range = AccumulatorRange.of(mac);
    if (!range.fitsInt32()) {
      return Optional.empty();
    }
    addSkipAndBias(accumulators, mac, task.skip(), patches.pixels());
    OutputCodes codes = OutputCodes.of(mac, options.rounding(), accumulators, task.outputs());
    LayerReport report =
        new LayerReport(
            layer.name(),
            task.input().tensor().format().toString(),
            formats.output().map(FixedFormat::toString).orElse("accumulators"),
            fit.exponent(),
            Arrays.stream(fit.shifts()).boxed().toList(),
            fit.codebook(),
            zeroShare(mac),
            weightSqnr(task.weights(), fit),
            codes.sqnr(),
            codes.clampedLow(),
            codes.clampedHigh(),
            range,
            notes);
    return Optional.of(new Result(mac, codes.codes().map(c -> new CodeMaps(output, c)), report));
  }

  private static MacLayer mac(
      LoweredLayer.Linear layer,
      Tensor input,
      Tensor output,
      Optional<Skip> skip,
      WeightFit fit,
      int[] bias,
      OutputStage stage) {
    int taps = layer.taps();
    byte[] codes = new byte[bias.length * taps];
    for (int o = 0; o < bias.length; o++) {
      System.arraycopy(fit.codes()[o], 0, codes, o * taps, taps);
    }
    return new MacLayer(
        layer.name(),
        input,
        output,
        skip,
        layer.window(),
        layer.sumPixels(),
        fit.codebook(),
        codes,
        bias,
        stage);
  }

  /** Exact sums without bias and skip, {@code [N][O*P]}. */
  private static int[][] accumulators(MacLayer layer, CodeMaps input) {
    IntegerConvolution convolution = new IntegerConvolution(layer);
    return IntStream.range(0, input.images())
        .parallel()
        .mapToObj(n -> convolution.apply(input.values(n)))
        .toArray(int[][]::new);
  }

  /** The biases that give every channel the float network's mean on calibration data. */
  private static double[] correctedBias(
      Task task, int[][] accumulators, Patches patches, int[] fractions) {
    int pixels = patches.pixels();
    int images = accumulators.length;
    double[] bias = new double[fractions.length];
    IntStream.range(0, bias.length)
        .parallel()
        .forEach(
            o -> {
              double step = Math.scalb(1.0, -fractions[o]);
              double sum = 0;
              for (int n = 0; n < images; n++) {
                double missing = 0;
                for (int p = 0; p < pixels; p++) {
                  int at = o * pixels + p;
                  missing += task.sums()[n][at] - accumulators[n][at] * step;
                }
                if (task.skip().isPresent()) {
                  CodeMaps skip = task.skip().get();
                  long codes = 0;
                  for (int p = 0; p < pixels; p++) {
                    codes += skip.value(n, o * pixels + p);
                  }
                  missing -= codes * skip.step();
                }
                sum += missing;
              }
              bias[o] = sum / ((double) images * pixels);
            });
    return bias;
  }

  private static void addSkipAndBias(
      int[][] sums, MacLayer layer, Optional<CodeMaps> skip, int pixels) {
    IntStream.range(0, sums.length)
        .parallel()
        .forEach(
            n -> {
              for (int o = 0; o < layer.outChannels(); o++) {
                for (int p = 0; p < pixels; p++) {
                  int at = o * pixels + p;
                  int added = layer.bias()[o];
                  if (skip.isPresent()) {
                    added +=
                        skip.get().value(n, at) << layer.skip().orElseThrow().alignment().get(o);
                  }
                  sums[n][at] += added;
                }
              }
            });
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
        double level = Math.scalb((double) fit.codebook().level(fit.codes()[o][k]), scale);
        energy += weights[o][k] * weights[o][k];
        noise += (weights[o][k] - level) * (weights[o][k] - level);
      }
    }
    return OutputCodes.sqnr(energy, noise);
  }
}
