package lutmac.quant.recipe;

/** How far class probabilities are apart, softmax of logits at temperature 1, in nats. */
public final class Divergence {
  private Divergence() {}

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

  /** {@code -log softmax(logits)[right]}. */
  static double crossEntropy(int right, float[] logits) {
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
