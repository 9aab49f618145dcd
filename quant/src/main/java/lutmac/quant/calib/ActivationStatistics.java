package lutmac.quant.calib;

/**
 * What a feature map of the float network looks like on calibration images.
 *
 * @param least of every channel, {@code [C]}, at most 0
 * @param most of every channel, {@code [C]}, at least 0
 * @param samples values of every channel, {@code [C][samples]}
 */
public record ActivationStatistics(float[] least, float[] most, float[][] samples) {

  /** The feature map with every channel scaled by a positive factor. */
  public ActivationStatistics scaled(double[] factors) {
    int channels = most.length;
    float[] low = new float[channels];
    float[] high = new float[channels];
    float[][] values = new float[channels][];
    for (int c = 0; c < channels; c++) {
      float factor = (float) factors[c];
      low[c] = least[c] * factor;
      high[c] = most[c] * factor;
      values[c] = new float[samples[c].length];
      for (int i = 0; i < values[c].length; i++) {
        values[c][i] = samples[c][i] * factor;
      }
    }
    return new ActivationStatistics(low, high, values);
  }

  /** Whether any value was negative. */
  public boolean signed() {
    for (float value : least) {
      if (value < 0) {
        return true;
      }
    }
    return false;
  }

  /** Least value of all channels. */
  public float leastOfAll() {
    float low = 0;
    for (float value : least) {
      low = Math.min(low, value);
    }
    return low;
  }

  /** Greatest value of all channels. */
  public float mostOfAll() {
    float high = 0;
    for (float value : most) {
      high = Math.max(high, value);
    }
    return high;
  }

  /** Mean square of the sampled values. */
  public double power() {
    long count = 0;
    for (float[] channel : samples) {
      count += channel.length;
    }
    return count > 0 ? energy() / count : 0;
  }

  /** Energy of the sampled values. */
  public double energy() {
    double sum = 0;
    for (float[] channel : samples) {
      for (float value : channel) {
        sum += (double) value * value;
      }
    }
    return sum;
  }
}
