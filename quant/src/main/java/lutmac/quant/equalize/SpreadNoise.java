package lutmac.quant.equalize;

import java.util.List;
import java.util.Map;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.fuse.FusedLayer;

/**
 * What one scale for all channels of a feature map costs the layers that read it. For a sum {@code
 * sum_k w_k x_k} whose inputs share a step and whose weights share a scale, the share of noise is
 *
 * <pre>
 * (step^2 / 12 * sum_k w_k^2 + (max_k |w_k| / 8)^2 / 12 * sum_k E[x_k^2]) / sum_k w_k^2 E[x_k^2]
 * </pre>
 *
 * with the step that the map's greatest value takes at 8 bits, and weights of 4 bits. It does not
 * care how a whole sum is scaled, but for how the channels are scaled against each other.
 */
final class SpreadNoise {
  private static final double CODES = 256;
  private static final double LEVELS_A_SIDE = 8;

  private final List<FusedLayer> layers;
  private final ChannelTies ties;
  private final Map<String, ActivationStatistics> statistics;

  SpreadNoise(
      List<FusedLayer> layers, ChannelTies ties, Map<String, ActivationStatistics> statistics) {
    this.layers = layers;
    this.ties = ties;
    this.statistics = statistics;
  }

  /**
   * Mean share of noise in the sums of each layer that reads one of the maps, added up over layers.
   *
   * @param factors of every tie
   */
  double of(List<String> maps, double[] factors) {
    double noise = 0;
    for (FusedLayer layer : layers) {
      noise +=
          layer
              .linear()
              .filter(linear -> !linear.identity() && maps.contains(linear.input()))
              .map(linear -> of(linear, factors))
              .orElse(0.0);
    }
    return noise;
  }

  private double of(FusedLayer.Linear layer, double[] factors) {
    ActivationStatistics map = statistics.get(layer.input());
    int[] of = ties.ofMap(layer.input());
    double most = 0;
    double[] energy = new double[of.length];
    for (int c = 0; c < of.length; c++) {
      double factor = factors[of[c]];
      most = Math.max(most, factor * Math.max(map.most()[c], -map.least()[c]));
      for (float value : map.samples()[c]) {
        energy[c] += factor * value * factor * value / map.samples()[c].length;
      }
    }
    double step = most / CODES;
    double total = 0;
    int sums = 0;
    for (int o = 0; o < layer.outChannels(); o++) {
      double greatest = 0;
      double weights = 0;
      double inputs = 0;
      double signal = 0;
      for (int k = 0; k < layer.taps(); k++) {
        int channel = layer.inChannel(o, k);
        double weight = layer.weights()[o * layer.taps() + k] / factors[of[channel]];
        greatest = Math.max(greatest, Math.abs(weight));
        weights += weight * weight;
        inputs += energy[channel];
        signal += weight * weight * energy[channel];
      }
      if (signal > 0) {
        double level = greatest / LEVELS_A_SIDE;
        total += (step * step * weights + level * level * inputs) / (12 * signal);
        sums++;
      }
    }
    return sums == 0 ? 0 : total / sums;
  }
}
