package lutmac.runtime.measure;

/** How far class probabilities are apart, softmax of logits, in nats. */
public final class ClassDivergence {
  /**
   * What logits are divided by where decisions are taken. On images that a network was trained on
   * its probabilities are all but certain, and a few images would decide.
   */
  private static final double TEMPERATURE = 4;

  private ClassDivergence() {}

  /** Kullback-Leibler: {@code KL(softmax(wanted) || softmax(got))}. */
  public static double of(float[] wanted, float[] got) {
    double normWanted = logSumExp(wanted);
    double normGot = logSumExp(got);
    double divergence = 0;
    for (int i = 0; i < wanted.length; i++) {
      double logP = wanted[i] - normWanted;
      divergence += StrictMath.exp(logP) * (logP - (got[i] - normGot));
    }
    return Math.max(0, divergence);
  }

  /**
   * {@code T^2 KL(softmax(wanted / T) || softmax(got / T))} at temperature T = 4, the loss of
   * distillation (Hinton 2015): every image counts, and every class.
   */
  public static double softened(float[] wanted, float[] got) {
    return TEMPERATURE * TEMPERATURE * of(divided(wanted), divided(got));
  }

  /**
   * The same.
   *
   * @param gradient receives the derivative by {@code got}
   */
  static double softened(float[] wanted, float[] got, float[] gradient) {
    float[] p = divided(wanted);
    float[] q = divided(got);
    double normP = logSumExp(p);
    double normQ = logSumExp(q);
    for (int i = 0; i < gradient.length; i++) {
      double share = StrictMath.exp(q[i] - normQ) - StrictMath.exp(p[i] - normP);
      gradient[i] = (float) (TEMPERATURE * share);
    }
    return TEMPERATURE * TEMPERATURE * of(p, q);
  }

  private static float[] divided(float[] logits) {
    float[] divided = new float[logits.length];
    for (int i = 0; i < logits.length; i++) {
      divided[i] = (float) (logits[i] / TEMPERATURE);
    }
    return divided;
  }

  /** {@code -log softmax(logits)[right]}. */
  public static double crossEntropy(int right, float[] logits) {
    return logSumExp(logits) - logits[right];
  }

  private static double logSumExp(float[] logits) {
    double most = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += StrictMath.exp(logit - most);
    }
    return most + StrictMath.log(sum);
  }
}
