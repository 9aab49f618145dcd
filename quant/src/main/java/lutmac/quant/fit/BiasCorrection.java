package lutmac.quant.fit;

import java.util.Arrays;
import java.util.stream.IntStream;
import lutmac.network.quantized.MacLayer;
import lutmac.quant.calib.ActivationCodes;
import lutmac.runtime.exec.IntegerConvolution;

/**
 * The biases that give every channel the float network's mean on calibration data. The mean of the
 * integer sums follows from the exact means of their terms: no sum is computed.
 */
final class BiasCorrection {
  private BiasCorrection() {}

  /**
   * The biases, {@code [O]}, in real units.
   *
   * @param layer with the quantized weights; its own biases do not matter
   * @param fractions of the sums, {@code [O]}
   */
  static double[] of(LayerTask task, MacLayer layer, int[] fractions) {
    IntegerConvolution convolution = new IntegerConvolution(layer);
    int images = task.input().images();
    int channels = layer.outChannels();
    int pixels = task.sums()[0].length / channels;
    long[] terms =
        IntStream.range(0, images)
            .parallel()
            .mapToObj(n -> convolution.termSums(task.input().values(n)))
            .reduce(new long[layer.groups() * layer.taps()], BiasCorrection::sum);
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
}
