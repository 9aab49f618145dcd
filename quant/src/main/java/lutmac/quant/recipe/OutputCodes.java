package lutmac.quant.recipe;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.quant.format.Rounding;
import lutmac.quant.network.MacLayer;
import lutmac.quant.network.OutputStage;

/**
 * What a layer's output stage makes of its sums over the calibration images.
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
   * @param sums v, {@code [N][O*P]}
   * @param outputs of the float network
   */
  static OutputCodes of(MacLayer layer, Rounding rounding, int[][] sums, float[][] outputs) {
    int channels = layer.outChannels();
    boolean requantizes = layer.stage() instanceof OutputStage.Requantize;
    byte[][] codes = new byte[sums.length][requantizes ? sums[0].length : 0];
    List<Counts> counts =
        IntStream.range(0, sums.length)
            .parallel()
            .mapToObj(
                n ->
                    layer.stage() instanceof OutputStage.Requantize stage
                        ? requantize(layer, stage, rounding, sums[n], outputs[n], codes[n])
                        : compare(layer, sums[n], outputs[n], sums[n].length / channels))
            .toList();
    Counts all = counts.stream().reduce(new Counts(0, 0, 0, 0), Counts::plus);
    double values = (double) sums.length * sums[0].length;
    return new OutputCodes(
        requantizes ? Optional.of(codes) : Optional.empty(),
        sqnr(all.energy(), all.noise()),
        all.low() / values,
        all.high() / values);
  }

  private static Counts requantize(
      MacLayer layer,
      OutputStage.Requantize stage,
      Rounding rounding,
      int[] sums,
      float[] outputs,
      byte[] codes) {
    int pixels = sums.length / layer.outChannels();
    double step = Math.scalb(1.0, -layer.output().format().frac(0));
    boolean signed = layer.output().format().minCode() < 0;
    boolean ceiling = stage.hi() < layer.output().format().maxCode();
    double energy = 0;
    double noise = 0;
    long low = 0;
    long high = 0;
    for (int i = 0; i < sums.length; i++) {
      long rounded = rounding.shiftRight(sums[i], stage.shift().get(i / pixels));
      long code = Math.max(stage.lo(), Math.min(stage.hi(), rounded));
      codes[i] = (byte) code;
      low += signed && rounded < stage.lo() ? 1 : 0;
      high += !ceiling && rounded > stage.hi() ? 1 : 0;
      double error = outputs[i] - code * step;
      energy += (double) outputs[i] * outputs[i];
      noise += error * error;
    }
    return new Counts(energy, noise, low, high);
  }

  private static Counts compare(MacLayer layer, int[] sums, float[] outputs, int pixels) {
    double energy = 0;
    double noise = 0;
    for (int i = 0; i < sums.length; i++) {
      double value = Math.scalb((double) sums[i], -layer.output().format().frac(i / pixels));
      energy += (double) outputs[i] * outputs[i];
      noise += (outputs[i] - value) * (outputs[i] - value);
    }
    return new Counts(energy, noise, 0, 0);
  }

  /** Ratio in dB; empty without noise. */
  static Optional<Double> sqnr(double energy, double noise) {
    return noise == 0 || energy == 0
        ? Optional.empty()
        : Optional.of(10 * Math.log10(energy / noise));
  }
}
