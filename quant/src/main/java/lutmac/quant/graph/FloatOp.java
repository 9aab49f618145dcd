package lutmac.quant.graph;

/**
 * The operators of a {@link FloatNetwork}: few, because the reader folds and rewrites everything
 * that is only another spelling of one of these (batch normalization, Gemm, Flatten, Pad, ...).
 */
public sealed interface FloatOp {

  /**
   * Convolution with bias. A fully connected layer is a convolution whose kernel covers its input.
   *
   * @param weights {@code [outChannels, inChannels, kernelHeight, kernelWidth]}, row major
   * @param bias {@code [outChannels]}
   */
  record Conv(int outChannels, int inChannels, Window window, float[] weights, float[] bias)
      implements FloatOp {
    public Conv {
      if (weights.length != outChannels * inChannels * window.taps()) {
        throw new IllegalArgumentException(
            "a %d -> %d channel convolution with a %dx%d kernel has %d weights, got %d"
                .formatted(
                    inChannels,
                    outChannels,
                    window.kernelHeight(),
                    window.kernelWidth(),
                    outChannels * inChannels * window.taps(),
                    weights.length));
      }
      if (bias.length != outChannels) {
        throw new IllegalArgumentException(
            "%d output channels need as many biases, got %d".formatted(outChannels, bias.length));
      }
    }
  }

  /** Clamp to {@code [0, ceiling]}: ReLU with an infinite ceiling, ReLU6 with 6. */
  record Relu(float ceiling) implements FloatOp {
    public Relu {
      if (!(ceiling > 0)) {
        throw new IllegalArgumentException("the ceiling of a ReLU must be positive: " + ceiling);
      }
    }
  }

  /** Maximum over the window; padding never wins. */
  record MaxPool(Window window) implements FloatOp {}

  /** Mean over the whole map: output {@code [C, 1, 1]}. */
  record GlobalAveragePool() implements FloatOp {}

  /** Element-wise sum of two maps of one shape. */
  record Add() implements FloatOp {}
}
