package lutmac.network.floating;

import java.util.function.DoubleUnaryOperator;

/**
 * A function of one real number that an activation applies to every element: elementary ones, and
 * what sums and products make of them ({@code x * Sigmoid(x)}), as exporters write them out.
 */
public sealed interface ActivationFunction {
  /** The argument itself. */
  ActivationFunction IDENTITY = new Identity();

  /** The function's value. */
  double at(double x);

  /** The function's value, rounded once. */
  default float at(float x) {
    return (float) at((double) x);
  }

  /**
   * Whether {@code f(s * x) = s * f(x)} for every positive s, as of ReLU and LeakyReLU: only then
   * may channels be scaled in front of it.
   */
  default boolean scales() {
    return false;
  }

  /** Whether it is negative nowhere: tried over the numbers that feature maps hold. */
  default boolean nonNegative() {
    for (int i = -1 << 14; i <= 1 << 14; i++) {
      if (at(i * 0x1p-8) < 0 || at(i * 0x1p3) < 0) {
        return false;
      }
    }
    return true;
  }

  /** This of what another function makes. */
  ActivationFunction of(ActivationFunction inner);

  /** {@code scale * this + shift}. */
  default ActivationFunction affine(double scale, double shift) {
    return new Affine(scale, shift, this);
  }

  /** The argument itself. */
  record Identity() implements ActivationFunction {
    @Override
    public double at(double x) {
      return x;
    }

    @Override
    public boolean scales() {
      return true;
    }

    @Override
    public ActivationFunction of(ActivationFunction inner) {
      return inner;
    }

    @Override
    public String toString() {
      return "x";
    }
  }

  /** An operator of ONNX, and what its attributes make of it. */
  record Elementary(
      String name, DoubleUnaryOperator function, boolean scales, ActivationFunction inner)
      implements ActivationFunction {
    @Override
    public double at(double x) {
      return function.applyAsDouble(inner.at(x));
    }

    @Override
    public boolean scales() {
      return scales && inner.scales();
    }

    @Override
    public ActivationFunction of(ActivationFunction other) {
      return new Elementary(name, function, scales, inner.of(other));
    }

    @Override
    public String toString() {
      return "%s(%s)".formatted(name, inner);
    }
  }

  /** {@code scale * inner + shift}. */
  record Affine(double scale, double shift, ActivationFunction inner)
      implements ActivationFunction {
    @Override
    public double at(double x) {
      return scale * inner.at(x) + shift;
    }

    @Override
    public boolean scales() {
      return shift == 0 && inner.scales();
    }

    @Override
    public ActivationFunction of(ActivationFunction other) {
      return new Affine(scale, shift, inner.of(other));
    }

    @Override
    public String toString() {
      String scaled = scale == 1 ? inner.toString() : (float) scale + " * " + inner;
      return shift == 0 ? scaled : "(%s + %s)".formatted(scaled, (float) shift);
    }
  }

  /** {@code left * right}. */
  record Product(ActivationFunction left, ActivationFunction right) implements ActivationFunction {
    @Override
    public double at(double x) {
      return left.at(x) * right.at(x);
    }

    @Override
    public ActivationFunction of(ActivationFunction inner) {
      return new Product(left.of(inner), right.of(inner));
    }

    @Override
    public String toString() {
      return left + " * " + right;
    }
  }

  /** {@code left + right}. */
  record Sum(ActivationFunction left, ActivationFunction right) implements ActivationFunction {
    @Override
    public double at(double x) {
      return left.at(x) + right.at(x);
    }

    @Override
    public boolean scales() {
      return left.scales() && right.scales();
    }

    @Override
    public ActivationFunction of(ActivationFunction inner) {
      return new Sum(left.of(inner), right.of(inner));
    }

    @Override
    public String toString() {
      return "(%s + %s)".formatted(left, right);
    }
  }
}
