package lutmac.onnx.qdq;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import lutmac.network.floating.ActivationFunction;
import lutmac.network.floating.FloatOp;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/** What is known of a feature map while the graph is walked. */
sealed interface Operand {
  /** What the function for this kind says. */
  default <R> R fold(
      Function<? super Raw, ? extends R> raw,
      Function<? super Stored, ? extends R> stored,
      Function<? super Mean, ? extends R> mean,
      Function<? super Sum, ? extends R> sum,
      Function<? super Joined, ? extends R> joined) {
    return accept(
        new Kinds<R>() {
          @Override
          public R raw(Raw value) {
            return raw.apply(value);
          }

          @Override
          public R stored(Stored value) {
            return stored.apply(value);
          }

          @Override
          public R mean(Mean value) {
            return mean.apply(value);
          }

          @Override
          public R sum(Sum value) {
            return sum.apply(value);
          }

          @Override
          public R joined(Joined value) {
            return joined.apply(value);
          }
        });
  }

  /** The answer for this kind. */
  <R> R accept(Kinds<R> kinds);

  /** One answer a kind: the one list of all kinds. */
  interface Kinds<R> {
    R raw(Raw value);

    R stored(Stored value);

    R mean(Mean value);

    R sum(Sum value);

    R joined(Joined value);
  }

  /** The sums, if it is sums that wait for their quantization. */
  default Optional<Sum> sum() {
    return Optional.empty();
  }

  /** The mean, if it is the mean of pixels. */
  default Optional<Mean> mean() {
    return Optional.empty();
  }

  /** The network's input before its quantization. */
  record Raw() implements Operand {
    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.raw(this);
    }
  }

  /** A feature map of the quantized network. */
  record Stored(Tensor tensor) implements Operand {
    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.stored(this);
    }
  }

  /** The mean of a feature map's pixels. */
  record Mean(Tensor tensor) implements Operand {
    /** Fraction bits of the pixels' sum, divided by the power of two in their number. */
    int frac() {
      return tensor.format().frac(0) + Integer.numberOfTrailingZeros(tensor.shape().pixels());
    }

    @Override
    public Optional<Mean> mean() {
      return Optional.of(this);
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.mean(this);
    }
  }

  /**
   * Sums that wait for their quantization.
   *
   * @param skip what is added to them
   * @param lo least value after the ReLUs behind them
   * @param hi greatest value after these
   * @param offset one number that is added behind the ReLUs
   * @param pools max-pools behind that
   * @param function in front of those ReLUs, of sums that are the codes of a feature map
   */
  record Sum(
      Linear linear,
      Optional<Tensor> skip,
      double lo,
      double hi,
      double offset,
      List<Pool> pools,
      Optional<ActivationFunction> function)
      implements Operand {
    private static Sum of(Linear linear) {
      return new Sum(
          linear,
          Optional.empty(),
          Double.NEGATIVE_INFINITY,
          Double.POSITIVE_INFINITY,
          0,
          List.of(),
          Optional.empty());
    }

    /** A function of a feature map's values. */
    static Sum activated(String name, Tensor from, ActivationFunction function) {
      Sum copy = copy(name, from);
      return new Sum(
          copy.linear(), copy.skip(), copy.lo(), copy.hi(), 0, copy.pools(), Optional.of(function));
    }

    /** The sums of a convolution of a feature map. */
    static Sum of(String name, Tensor from, FloatOp.Conv conv, Shape shape) {
      return of(Linear.of(name, from, from.format().frac(0), conv, shape));
    }

    /** The sums of a 1x1 convolution of a mean. */
    static Sum of(String name, Mean mean, FloatOp.Conv conv) {
      Shape shape = new Shape(conv.outChannels(), 1, 1);
      return of(Linear.ofMean(name, mean, conv, shape));
    }

    /** Sums that are the channels of a feature map. */
    static Sum copy(String name, Tensor from) {
      return of(name, from, ones(from.shape()), from.shape());
    }

    /** Sums that are the pixels' means. */
    static Sum copy(String name, Mean mean) {
      return of(name, mean, ones(mean.tensor().shape()));
    }

    private static FloatOp.Conv ones(Shape shape) {
      return FloatOp.Conv.depthwise(shape.channels(), Window.pointwise(), 1f);
    }

    Sum plus(Tensor added) {
      return new Sum(linear, Optional.of(added), lo, hi, offset, pools, function);
    }

    /** With one number added to each. */
    Sum raised(double by) {
      return new Sum(linear, skip, lo, hi, offset + by, pools, function);
    }

    /** With numbers added to the channels, of sums that nothing is behind. */
    Sum biased(float[] by) {
      double[] bias = linear.bias().clone();
      Arrays.setAll(bias, o -> bias[o] + by[o]);
      return withBias(bias);
    }

    /** With other biases. */
    Sum withBias(double[] bias) {
      return new Sum(linear.with(bias), skip, lo, hi, offset, pools, function);
    }

    Sum clamped(double ceiling) {
      return new Sum(
          linear,
          skip,
          Math.min(ceiling, Math.max(0, lo)),
          Math.min(ceiling, Math.max(0, hi)),
          offset,
          pools,
          function);
    }

    Sum pooled(Pool pool) {
      List<Pool> all = new ArrayList<>(pools);
      all.add(pool);
      return new Sum(linear, skip, lo, hi, offset, all, function);
    }

    /** Whether nothing is behind the sums yet. */
    boolean bare() {
      return skip.isEmpty() && unclamped() && pools.isEmpty();
    }

    boolean unclamped() {
      return function.isEmpty()
          && offset == 0
          && lo == Double.NEGATIVE_INFINITY
          && hi == Double.POSITIVE_INFINITY;
    }

    @Override
    public Optional<Sum> sum() {
      return Optional.of(this);
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.sum(this);
    }
  }

  /** Feature maps side by side that wait for a common format. */
  record Joined(List<Operand> parts) implements Operand {
    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.joined(this);
    }
  }

  /** A max-pool and the shape that it makes. */
  record Pool(String name, Window window, Shape shape) {}

  /**
   * A convolution with real weights.
   *
   * @param inputFrac fraction bits of what it sums: the input's, and with {@code sumPixels} those
   *     of the pixel count too
   * @param divisor what the weights are still to be divided by: the odd part of the pixel count
   * @param bias {@code [O]}
   * @param shape of the sums
   */
  record Linear(
      String name,
      Tensor input,
      int inputFrac,
      FloatOp.Conv conv,
      boolean sumPixels,
      int divisor,
      double[] bias,
      Shape shape) {
    /** The sums of a convolution of a feature map. */
    static Linear of(String name, Tensor input, int inputFrac, FloatOp.Conv conv, Shape shape) {
      return new Linear(name, input, inputFrac, conv, false, 1, biases(conv), shape);
    }

    /** The sums of a convolution of a mean. */
    static Linear ofMean(String name, Mean mean, FloatOp.Conv conv, Shape shape) {
      int pixels = mean.tensor().shape().pixels();
      int divisor = pixels >> Integer.numberOfTrailingZeros(pixels);
      return new Linear(name, mean.tensor(), mean.frac(), conv, true, divisor, biases(conv), shape);
    }

    private static double[] biases(FloatOp.Conv conv) {
      double[] bias = new double[conv.outChannels()];
      Arrays.setAll(bias, o -> conv.bias()[o]);
      return bias;
    }

    /** Whether the sums are the elements of the feature map. */
    boolean copies() {
      return !sumPixels && ofOnes();
    }

    /** Whether every channel is multiplied by 1 alone. */
    boolean ofOnes() {
      boolean ones =
          conv.groups() == conv.inChannels()
              && conv.groups() == conv.outChannels()
              && conv.window().equals(Window.pointwise());
      for (int c = 0; ones && c < conv.outChannels(); c++) {
        ones = conv.weights()[c] == 1 && bias[c] == 0;
      }
      return ones;
    }

    /** The same with other biases. */
    Linear with(double[] other) {
      return new Linear(name, input, inputFrac, conv, sumPixels, divisor, other, shape);
    }
  }
}
