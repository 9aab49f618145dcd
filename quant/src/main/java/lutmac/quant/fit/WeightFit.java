package lutmac.quant.fit;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.quantized.WeightPlanes;
import lutmac.quant.plan.WeightFormat;

/**
 * One layer's table, exponent, channel shifts and levels.
 *
 * @param table empty for fixed-point weights
 * @param exponent g
 * @param shifts d per output channel: a level L is the weight {@code L * 2^-(g + d)}
 * @param levels {@code [O][taps]}
 * @param loss what the fit minimized, in output units, of every output channel
 */
record WeightFit(
    Optional<Codebook> table, int exponent, int[] shifts, int[][] levels, double[] loss) {

  /** What was minimized, over all channels. */
  double totalLoss() {
    return Arrays.stream(loss).sum();
  }

  /** The weight that a level stands for, in real units. */
  double weight(int channel, int tap) {
    return Math.scalb((double) levels[channel][tap], -(exponent + shifts[channel]));
  }

  /** Fraction bits of the sums of every output channel, {@code a_o = f_in + g + d_o}. */
  int[] fractions(int inputFraction) {
    return Arrays.stream(shifts).map(d -> inputFraction + exponent + d).toArray();
  }

  /** The codes of the levels, in one plane or two. */
  List<WeightPlane> planes(WeightFormat format) {
    int taps = levels[0].length;
    int[] all = new int[levels.length * taps];
    for (int o = 0; o < levels.length; o++) {
      System.arraycopy(levels[o], 0, all, o * taps, taps);
    }
    return table
        .map(codebook -> List.of(WeightPlanes.ofTable(codebook, all)))
        .orElseGet(() -> WeightPlanes.ofIntegers(format.bits(), all));
  }

  /** Signal-to-noise ratio against the weights that were to be quantized, dB; empty if exact. */
  Optional<Double> sqnr(double[][] weights) {
    double energy = 0;
    double noise = 0;
    for (int o = 0; o < weights.length; o++) {
      for (int k = 0; k < weights[o].length; k++) {
        double error = weights[o][k] - weight(o, k);
        energy += weights[o][k] * weights[o][k];
        noise += error * error;
      }
    }
    return OutputCodes.sqnr(energy, noise);
  }
}
