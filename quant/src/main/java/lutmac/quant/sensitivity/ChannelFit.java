package lutmac.quant.sensitivity;

/**
 * The straight lines, one a channel, that lead from a disturbed feature map back to the undisturbed
 * one with the least squared error. The layers behind a quantized feature map are fitted to what it
 * really holds: their weights and biases make up for at least so much by themselves, and only what
 * is left counts as harm.
 *
 * @param gain of every channel, {@code [C]}
 * @param offset of every channel, {@code [C]}, in units of the feature map
 */
record ChannelFit(float[] gain, float[] offset) {

  /** What the lines follow from, added up over any number of feature maps. */
  static final class Sums {
    private final double[] count;
    private final double[] wanted;
    private final double[] got;
    private final double[] wantedSquares;
    private final double[] gotSquares;
    private final double[] products;

    Sums(int channels) {
      count = new double[channels];
      wanted = new double[channels];
      got = new double[channels];
      wantedSquares = new double[channels];
      gotSquares = new double[channels];
      products = new double[channels];
    }

    /** Adds values {@code from .. to - 1} of both feature maps to one channel. */
    void add(int channel, float[] undisturbed, float[] disturbed, int from, int to) {
      double x = 0;
      double y = 0;
      double xx = 0;
      double yy = 0;
      double xy = 0;
      for (int i = from; i < to; i++) {
        double a = undisturbed[i];
        double b = disturbed[i];
        x += a;
        y += b;
        xx += a * a;
        yy += b * b;
        xy += a * b;
      }
      count[channel] += to - from;
      wanted[channel] += x;
      got[channel] += y;
      wantedSquares[channel] += xx;
      gotSquares[channel] += yy;
      products[channel] += xy;
    }

    /** Adds whole feature maps {@code [C, H, W]}. */
    void add(float[] undisturbed, float[] disturbed) {
      int pixels = undisturbed.length / count.length;
      for (int c = 0; c < count.length; c++) {
        add(c, undisturbed, disturbed, c * pixels, (c + 1) * pixels);
      }
    }

    void add(Sums other) {
      for (int c = 0; c < count.length; c++) {
        count[c] += other.count[c];
        wanted[c] += other.wanted[c];
        got[c] += other.got[c];
        wantedSquares[c] += other.wantedSquares[c];
        gotSquares[c] += other.gotSquares[c];
        products[c] += other.products[c];
      }
    }

    ChannelFit fit() {
      float[] gain = new float[count.length];
      float[] offset = new float[count.length];
      for (int c = 0; c < count.length; c++) {
        double slope = slope(c);
        gain[c] = (float) slope;
        offset[c] = count[c] > 0 ? (float) ((wanted[c] - slope * got[c]) / count[c]) : 0;
      }
      return new ChannelFit(gain, offset);
    }

    /** Squared error that the lines leave, over all channels. */
    double residual() {
      double sum = 0;
      for (int c = 0; c < count.length; c++) {
        if (count[c] > 0) {
          double variance = wantedSquares[c] - wanted[c] * wanted[c] / count[c];
          sum += Math.max(0, variance - slope(c) * covariance(c));
        }
      }
      return sum;
    }

    private double covariance(int c) {
      return products[c] - wanted[c] * got[c] / count[c];
    }

    /** A channel that holds one value only says nothing about its gain. */
    private double slope(int c) {
      if (count[c] == 0) {
        return 1;
      }
      double variance = gotSquares[c] - got[c] * got[c] / count[c];
      return variance > 1e-12 * gotSquares[c] ? covariance(c) / variance : 0;
    }
  }

  /** Leads a feature map {@code [C, H, W]} back, in place. */
  void apply(float[] map) {
    int pixels = map.length / gain.length;
    for (int c = 0; c < gain.length; c++) {
      for (int i = c * pixels; i < (c + 1) * pixels; i++) {
        map[i] = gain[c] * map[i] + offset[c];
      }
    }
  }
}
