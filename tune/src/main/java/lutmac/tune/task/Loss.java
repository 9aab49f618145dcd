package lutmac.tune.task;

/**
 * How far the quantized network's outputs are from the float network's: no labels needed. Of
 * several outputs the losses add up.
 *
 * @param kind what is compared
 * @param temperature that both results are divided by before the softmax: the higher, the more the
 *     unlikely classes count; without meaning for squared errors
 */
public record Loss(Kind kind, double temperature) {
  /** What is compared. */
  public enum Kind {
    /**
     * Kullback-Leibler divergence {@code T^2 * sum p ln(p / q)} of the softmaxes p (float) and q
     * (quantized) at temperature T (distillation, Hinton 2015). For classifiers.
     */
    DIVERGENCE,
    /** Mean squared difference of the results themselves. For anything, regression included. */
    SQUARES
  }

  public Loss {
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("a temperature is positive, got " + temperature);
    }
  }

  /** For classifiers. */
  public static Loss divergence(double temperature) {
    return new Loss(Kind.DIVERGENCE, temperature);
  }

  /** For results of any meaning. */
  public static Loss squares() {
    return new Loss(Kind.SQUARES, 1);
  }

  /**
   * The loss of one image.
   *
   * @param wanted the float network's outputs, {@code [output][O]}
   * @param got the quantized network's
   * @param gradient receives the derivative by {@code got}
   */
  public double of(float[][] wanted, float[][] got, float[][] gradient) {
    double sum = 0;
    for (int output = 0; output < got.length; output++) {
      sum += of(wanted[output], got[output], gradient[output]);
    }
    return sum;
  }

  /** The loss of one output for one image. */
  public double of(float[] wanted, float[] got, float[] gradient) {
    return kind == Kind.SQUARES
        ? squares(wanted, got, gradient)
        : divergence(wanted, got, gradient);
  }

  private static double squares(float[] wanted, float[] got, float[] gradient) {
    double sum = 0;
    for (int i = 0; i < got.length; i++) {
      double error = (double) got[i] - wanted[i];
      sum += error * error;
      gradient[i] = (float) (2 * error / got.length);
    }
    return sum / got.length;
  }

  private double divergence(float[] wanted, float[] got, float[] gradient) {
    double[] p = logSoftmax(wanted);
    double[] q = logSoftmax(got);
    double sum = 0;
    for (int i = 0; i < q.length; i++) {
      sum += Math.exp(p[i]) * (p[i] - q[i]);
      gradient[i] = (float) (temperature * (Math.exp(q[i]) - Math.exp(p[i])));
    }
    return temperature * temperature * sum;
  }

  private double[] logSoftmax(float[] values) {
    double most = Double.NEGATIVE_INFINITY;
    for (float value : values) {
      most = Math.max(most, value / temperature);
    }
    double sum = 0;
    for (float value : values) {
      sum += Math.exp(value / temperature - most);
    }
    double log = most + Math.log(sum);
    double[] result = new double[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = values[i] / temperature - log;
    }
    return result;
  }
}
