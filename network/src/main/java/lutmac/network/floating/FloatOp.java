package lutmac.network.floating;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * The operators of a {@link FloatNetwork}: few, because the reader folds and rewrites everything
 * that is only another spelling of one of these (batch normalization, Gemm, Flatten, Pad, ...).
 */
public sealed interface FloatOp {
  /** What the function for this operator says: a new one does not compile until all answer. */
  default <R> R fold(
      Function<? super Conv, ? extends R> conv,
      Function<? super Relu, ? extends R> relu,
      Function<? super Activation, ? extends R> activation,
      Function<? super MaxPool, ? extends R> maxPool,
      Function<? super GlobalAveragePool, ? extends R> globalAveragePool,
      Function<? super Add, ? extends R> add,
      Function<? super Concat, ? extends R> concat) {
    return accept(
        new Kinds<R>() {
          @Override
          public R conv(Conv value) {
            return conv.apply(value);
          }

          @Override
          public R relu(Relu value) {
            return relu.apply(value);
          }

          @Override
          public R activation(Activation value) {
            return activation.apply(value);
          }

          @Override
          public R maxPool(MaxPool value) {
            return maxPool.apply(value);
          }

          @Override
          public R globalAveragePool(GlobalAveragePool value) {
            return globalAveragePool.apply(value);
          }

          @Override
          public R add(Add value) {
            return add.apply(value);
          }

          @Override
          public R concat(Concat value) {
            return concat.apply(value);
          }
        });
  }

  /** The answer for this operator. */
  <R> R accept(Kinds<R> kinds);

  /** One answer a kind: the one list of all kinds. */
  interface Kinds<R> {
    R conv(Conv value);

    R relu(Relu value);

    R activation(Activation value);

    R maxPool(MaxPool value);

    R globalAveragePool(GlobalAveragePool value);

    R add(Add value);

    R concat(Concat value);
  }

  /** The operator, if it is a convolution: the only one with weights. */
  default Optional<Conv> conv() {
    return Optional.empty();
  }

  /** Whether it cuts values off above a finite ceiling, as ReLU6 does. */
  default boolean hasCeiling() {
    return false;
  }

  /**
   * Convolution with bias. A fully connected layer is a convolution whose kernel covers its input.
   * With groups, output channel {@code o} reads the {@code inChannels / groups} input channels of
   * group {@code o / (outChannels / groups)}; a depthwise convolution has one group a channel.
   *
   * @param weights {@code [outChannels, inChannels / groups, kernelHeight, kernelWidth]}, row major
   * @param bias {@code [outChannels]}
   */
  record Conv(
      int outChannels, int inChannels, int groups, Window window, float[] weights, float[] bias)
      implements FloatOp {
    public Conv {
      if (groups < 1 || outChannels % groups != 0 || inChannels % groups != 0) {
        throw new IllegalArgumentException(
            "%d groups do not divide %d input and %d output channels"
                .formatted(groups, inChannels, outChannels));
      }
      long expected = (long) outChannels * (inChannels / groups) * window.kernelArea();
      if (weights.length != expected) {
        throw new IllegalArgumentException(
            "a %d -> %d channel convolution of %d groups with a %dx%d kernel has %d weights, got %d"
                .formatted(
                    inChannels,
                    outChannels,
                    groups,
                    window.kernelHeight(),
                    window.kernelWidth(),
                    expected,
                    weights.length));
      }
      if (bias.length != outChannels) {
        throw new IllegalArgumentException(
            "%d output channels need as many biases, got %d".formatted(outChannels, bias.length));
      }
    }

    /**
     * Weights of a convolution that no file holds, all 0.
     *
     * @param inputs channels that an output reads
     * @param area of the kernel
     * @throws IllegalArgumentException if there are more than any network needs
     */
    public static float[] room(long outputs, long inputs, long area) {
      if (outputs * inputs > Shape.MOST_ELEMENTS || outputs * inputs * area > Shape.MOST_ELEMENTS) {
        throw new IllegalArgumentException(
            "it stands for a convolution of %d x %d channels with %d weights each, more than can be computed"
                .formatted(outputs, inputs, area));
      }
      return new float[(int) (outputs * inputs * area)];
    }

    /** A convolution of one group. */
    public Conv(int outChannels, int inChannels, Window window, float[] weights, float[] bias) {
      this(outChannels, inChannels, 1, window, weights, bias);
    }

    /**
     * A convolution that keeps every channel to itself, without bias.
     *
     * @param value weight of every position of every channel's kernel
     */
    public static Conv depthwise(int channels, Window window, float value) {
      float[] weights = room(channels, 1, window.kernelArea());
      Arrays.fill(weights, value);
      return new Conv(channels, channels, channels, window, weights, new float[channels]);
    }

    /**
     * Whether every output pixel is one pixel of an input channel, some way off, or zero. Taps that
     * meet pixels at different positions of a map with zeros between them do not add up.
     */
    public boolean copies() {
      int area = window.kernelArea();
      int fanIn = weights.length / outChannels;
      int down = window.insertsZeros() ? window.upsampling().height() : 1;
      int across = window.insertsZeros() ? window.upsampling().width() : 1;
      for (int o = 0; o < outChannels; o++) {
        int[] ones = new int[down * across];
        for (int i = 0; i < fanIn; i++) {
          float weight = weights[o * fanIn + i];
          int ky = i % area / window.kernelWidth() * window.dilationHeight() % down;
          int kx = i % area % window.kernelWidth() * window.dilationWidth() % across;
          boolean simple = weight == 0 || weight == 1 && ones[ky * across + kx]++ == 0;
          if (!simple) {
            return false;
          }
        }
        if (bias[o] != 0) {
          return false;
        }
      }
      return true;
    }

    @Override
    public Optional<Conv> conv() {
      return Optional.of(this);
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.conv(this);
    }
  }

  /** Clamp to {@code [0, ceiling]}: ReLU with an infinite ceiling, ReLU6 with 6. */
  record Relu(float ceiling) implements FloatOp {
    public Relu {
      if (!(ceiling > 0)) {
        throw new IllegalArgumentException("the ceiling of a ReLU must be positive: " + ceiling);
      }
    }

    @Override
    public boolean hasCeiling() {
      return Float.isFinite(ceiling);
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.relu(this);
    }
  }

  /** Any other function of every element. */
  record Activation(ActivationFunction function) implements FloatOp {
    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.activation(this);
    }
  }

  /** Maximum over the window; padding never wins. */
  record MaxPool(Window window) implements FloatOp {
    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.maxPool(this);
    }
  }

  /** Mean over all pixels of a channel: output {@code [C, 1, 1]}. */
  record GlobalAveragePool() implements FloatOp {
    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.globalAveragePool(this);
    }
  }

  /** Element-wise sum of two feature maps of one shape. */
  record Add() implements FloatOp {
    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.add(this);
    }
  }

  /** The channels of all inputs, one input after the other. */
  record Concat() implements FloatOp {
    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.concat(this);
    }
  }
}
