package lutmac.quant.fit;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.floating.ActivationFunction;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.quant.calib.ActivationCodes;
import lutmac.runtime.exec.IntegerLayer;

/**
 * What a layer makes of its quantized inputs over the calibration images.
 *
 * @param codes {@code [N][O*P]}; empty if the layer returns its accumulators
 * @param sqnr against the float outputs, dB; empty if exact
 * @param clampedLow share of values below the least code, a ReLU's zeros not counted
 * @param clampedHigh share of values above the greatest code, a ReLU6's ceiling not counted
 */
record OutputCodes(
    Optional<byte[][]> codes, Optional<Double> sqnr, double clampedLow, double clampedHigh) {

  /** Counts of one image. */
  private record Counts(double energy, double noise, long low, long high) {
    Counts plus(Counts other) {
      return new Counts(
          energy + other.energy, noise + other.noise, low + other.low, high + other.high);
    }
  }

  /**
   * @param sums of the float network, before the ReLU, {@code [N][O*P]}
   * @param ceiling of that ReLU
   * @param function of another activation
   */
  static OutputCodes of(
      MacLayer layer,
      IntegerLayer executor,
      Rounding rounding,
      ActivationCodes input,
      Optional<ActivationCodes> skip,
      float[][] sums,
      Optional<Float> ceiling,
      Optional<ActivationFunction> function) {
    boolean coded = layer.stage().fold(requantize -> true, accumulators -> false);
    byte[][] codes = new byte[sums.length][];
    List<Counts> counts =
        IntStream.range(0, sums.length)
            .parallel()
            .mapToObj(
                n -> {
                  int[] values =
                      executor.values(input.values(n), skip.map(s -> s.values(n)).orElse(null));
                  Clamped clamped = Clamped.of(layer, rounding, values, function);
                  executor.stage(values);
                  if (coded) {
                    codes[n] = ActivationCodes.encode(layer.output().format(), values);
                  }
                  return compare(layer, values, sums[n], ceiling, function, clamped);
                })
            .toList();
    Counts all = counts.stream().reduce(new Counts(0, 0, 0, 0), Counts::plus);
    double values = (double) sums.length * sums[0].length;
    return new OutputCodes(
        coded ? Optional.of(codes) : Optional.empty(),
        sqnr(all.energy(), all.noise()),
        all.low() / values,
        all.high() / values);
  }

  /** Codes beyond a table's end that tell whether the function goes on changing there. */
  private static final int FAR = 64;

  /** How many values the clamp cut. */
  private record Clamped(long low, long high) {
    static Clamped of(
        MacLayer layer, Rounding rounding, int[] values, Optional<ActivationFunction> function) {
      return layer
          .stage()
          .fold(
              stage -> of(layer, stage, rounding, values, function),
              accumulators -> new Clamped(0, 0));
    }

    private static Clamped of(
        MacLayer layer,
        OutputStage.Requantize stage,
        Rounding rounding,
        int[] values,
        Optional<ActivationFunction> function) {
      int pixels = values.length / layer.outChannels();
      boolean relu = flat(layer, stage, function, stage.lo(), -FAR).orElse(stage.lo() == 0);
      boolean ceiling =
          flat(layer, stage, function, stage.hi(), FAR)
              .orElse(stage.hi() < layer.output().format().maxCode());
      long low = 0;
      long high = 0;
      for (int o = 0; o < layer.outChannels(); o++) {
        int shift = stage.shift().get(o);
        long least = relu ? Integer.MIN_VALUE : leastRoundingTo(stage.lo(), shift, rounding);
        long tooMuch = ceiling ? 1L << 31 : leastRoundingTo(stage.hi() + 1L, shift, rounding);
        int below = 0;
        int above = 0;
        for (int i = o * pixels; i < (o + 1) * pixels; i++) {
          below += values[i] < least ? 1 : 0;
          above += values[i] >= tooMuch ? 1 : 0;
        }
        low += below;
        high += above;
      }
      return new Clamped(low, high);
    }

    /** Whether a function hardly changes behind a code: nothing is lost by clamping there. */
    private static Optional<Boolean> flat(
        MacLayer layer,
        OutputStage.Requantize stage,
        Optional<ActivationFunction> function,
        int code,
        int beyond) {
      return function.map(
          f -> {
            int frac = stage.table().orElseThrow().frac();
            double at = f.at(Math.scalb((double) code, -frac));
            double behind = f.at(Math.scalb((double) code + beyond, -frac));
            return Math.abs(behind - at) < Math.scalb(0.5, -layer.output().format().frac(0));
          });
    }

    /** The least integer that rounds to {@code code} or more: the tie below it, or the next. */
    private static long leastRoundingTo(long code, int shift, Rounding rounding) {
      if (shift == 0) {
        return code;
      }
      long tie = (code << shift) - (1L << (shift - 1));
      return rounding.shiftRight(tie, shift) >= code ? tie : tie + 1;
    }
  }

  private static Counts compare(
      MacLayer layer,
      int[] values,
      float[] sums,
      Optional<Float> ceiling,
      Optional<ActivationFunction> function,
      Clamped clamped) {
    int pixels = values.length / layer.outChannels();
    float top = ceiling.orElse(Float.POSITIVE_INFINITY);
    float bottom = ceiling.isPresent() ? 0 : Float.NEGATIVE_INFINITY;
    double energy = 0;
    double noise = 0;
    for (int o = 0; o < layer.outChannels(); o++) {
      double step = Math.scalb(1.0, -layer.output().format().frac(o));
      for (int i = o * pixels; i < (o + 1) * pixels; i++) {
        double wanted =
            function.isPresent()
                ? function.get().at(sums[i])
                : Math.min(top, Math.max(bottom, sums[i]));
        double error = wanted - values[i] * step;
        energy += wanted * wanted;
        noise += error * error;
      }
    }
    return new Counts(energy, noise, clamped.low(), clamped.high());
  }

  /** Ratio in dB; empty without noise. */
  static Optional<Double> sqnr(double energy, double noise) {
    return noise == 0 || energy == 0
        ? Optional.empty()
        : Optional.of(10 * StrictMath.log10(energy / noise));
  }
}
