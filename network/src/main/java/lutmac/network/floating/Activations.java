package lutmac.network.floating;

import java.util.function.DoubleUnaryOperator;

/** The elementary activation functions, as ONNX defines them, in double precision. */
public final class Activations {
  /** {@code 2 / sqrt(pi)}. */
  private static final double ERF_SCALE = 2 / Math.sqrt(Math.PI);

  /** Behind it the error function is 1 in double precision. */
  private static final double ERF_END = 6;

  private Activations() {}

  private static ActivationFunction named(String name, DoubleUnaryOperator function) {
    return new ActivationFunction.Elementary(name, function, false, ActivationFunction.IDENTITY);
  }

  /** {@code 1 / (1 + e^-x)}. */
  public static ActivationFunction sigmoid() {
    return named("Sigmoid", Activations::sigmoid);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }

  public static ActivationFunction tanh() {
    return named("Tanh", StrictMath::tanh);
  }

  /** {@code x * Sigmoid(alpha * x)}: SiLU with alpha 1. */
  public static ActivationFunction swish(float alpha) {
    return named(alpha == 1 ? "SiLU" : "Swish[%s]".formatted(alpha), x -> x * sigmoid(alpha * x));
  }

  /** {@code max(0, min(1, alpha * x + beta))}. */
  public static ActivationFunction hardSigmoid(float alpha, float beta) {
    return named("HardSigmoid", x -> hardSigmoid(x, alpha, beta));
  }

  private static double hardSigmoid(double x, double alpha, double beta) {
    return Math.max(0, Math.min(1, alpha * x + beta));
  }

  /** {@code x * HardSigmoid(x)} with alpha 1/6 and beta 1/2. */
  public static ActivationFunction hardSwish() {
    return named("HardSwish", x -> x * hardSigmoid(x, 1 / 6.0, 0.5));
  }

  /** {@code x < 0 ? alpha * x : x}. */
  public static ActivationFunction leakyRelu(float alpha) {
    return new ActivationFunction.Elementary(
        "LeakyRelu[%s]".formatted(alpha),
        x -> x < 0 ? alpha * x : x,
        true,
        ActivationFunction.IDENTITY);
  }

  /** {@code x < 0 ? alpha * (e^x - 1) : x}. */
  public static ActivationFunction elu(float alpha) {
    return named("Elu", x -> x < 0 ? alpha * StrictMath.expm1(x) : x);
  }

  /** {@code x < 0 ? alpha * (e^(x / alpha) - 1) : x}. */
  public static ActivationFunction celu(float alpha) {
    return named("Celu", x -> x < 0 ? alpha * StrictMath.expm1(x / alpha) : x);
  }

  /** {@code gamma * (x < 0 ? alpha * (e^x - 1) : x)}. */
  public static ActivationFunction selu(float alpha, float gamma) {
    return named("Selu", x -> gamma * (x < 0 ? alpha * StrictMath.expm1(x) : x));
  }

  /** {@code ln(1 + e^x)}. */
  public static ActivationFunction softplus() {
    return named("Softplus", Activations::softplus);
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
  }

  /** {@code x / (1 + |x|)}. */
  public static ActivationFunction softsign() {
    return named("Softsign", x -> x / (1 + Math.abs(x)));
  }

  /** {@code x * tanh(ln(1 + e^x))}. */
  public static ActivationFunction mish() {
    return named("Mish", x -> x * StrictMath.tanh(softplus(x)));
  }

  /** {@code x / 2 * (1 + erf(x / sqrt(2)))}. */
  public static ActivationFunction gelu() {
    return named("Gelu", x -> x / 2 * (1 + erf(x * Math.sqrt(0.5))));
  }

  /** {@code x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))}. */
  public static ActivationFunction geluByTanh() {
    return named(
        "Gelu",
        x -> x / 2 * (1 + StrictMath.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * (x * x * x)))));
  }

  /** {@code x > alpha ? x : 0}. */
  public static ActivationFunction thresholdedRelu(float alpha) {
    return named("ThresholdedRelu", x -> x > alpha ? x : 0);
  }

  /** {@code min(high, max(low, x))}. */
  public static ActivationFunction clip(float low, float high) {
    return named("Clip", x -> Math.min(high, Math.max(low, x)));
  }

  /** {@code |x|}. */
  public static ActivationFunction absolute() {
    return new ActivationFunction.Elementary("Abs", Math::abs, true, ActivationFunction.IDENTITY);
  }

  /** {@code e^x}. */
  public static ActivationFunction exp() {
    return named("Exp", StrictMath::exp);
  }

  /** {@code x^exponent} of a whole exponent of at least 1. */
  public static ActivationFunction power(int exponent) {
    return named("Pow[%s]".formatted(exponent), x -> StrictMath.pow(x, exponent));
  }

  /** The error function. */
  public static ActivationFunction erf() {
    return named("Erf", Activations::erf);
  }

  /**
   * {@code 2 / sqrt(pi) * e^(-x^2) * sum over n of 2^n * x^(2n+1) / (1 * 3 * ... * (2n+1))}: all
   * terms have one sign, so nothing cancels.
   */
  private static double erf(double x) {
    if (!(Math.abs(x) < ERF_END)) {
      return Double.isNaN(x) ? x : Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > Math.abs(sum) * 0x1p-54; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return ERF_SCALE * StrictMath.exp(-x * x) * sum;
  }
}
