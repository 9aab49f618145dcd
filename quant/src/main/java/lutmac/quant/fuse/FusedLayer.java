package lutmac.quant.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import lutmac.network.floating.ActivationFunction;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/** One layer of the fused float network: what one hardware layer computes. */
public sealed interface FusedLayer {
  /** Name of the float node that it came from: what every message names. */
  String name();

  /** Names of the feature maps that it reads. */
  List<String> inputs();

  /** Name of the feature map that it makes. */
  String output();

  Shape outputShape();

  /** This, if it is a layer with weights. */
  default Optional<Linear> linear() {
    return Optional.empty();
  }

  /** Whether what it makes has the number format of what it reads. */
  boolean keepsFormat();

  /** What the function for this layer's kind says. */
  default <R> R fold(
      Function<? super Linear, ? extends R> linear,
      Function<? super Pool, ? extends R> pool,
      Function<? super Concat, ? extends R> concat) {
    return accept(
        new Kinds<R>() {
          @Override
          public R linear(Linear value) {
            return linear.apply(value);
          }

          @Override
          public R pool(Pool value) {
            return pool.apply(value);
          }

          @Override
          public R concat(Concat value) {
            return concat.apply(value);
          }
        });
  }

  /** The answer for this layer's kind. */
  <R> R accept(Kinds<R> kinds);

  /** One answer a kind: the one list of all kinds. */
  interface Kinds<R> {
    R linear(Linear value);

    R pool(Pool value);

    R concat(Concat value);
  }

  /**
   * {@code min(ceiling, max(0, W * x + bias + skip))}, without the clamp if there is no ceiling;
   * with a function, {@code function(W * x + bias + skip)}.
   *
   * @param sumPixels {@code x} is summed over all pixels first (1x1 window)
   * @param identity the weights only copy: an output channel has one that is not 0, or none; they
   *     are kept as they are
   * @param groups of channels that do not see each other
   * @param weights {@code [O, I / groups, Kh, Kw]}
   * @param bias {@code [O]}
   * @param ceiling of the ReLU behind it, infinite for a plain one
   * @param function of any other activation behind it
   */
  record Linear(
      String name,
      String input,
      Shape inputShape,
      Optional<String> skip,
      String output,
      Shape outputShape,
      Window window,
      int groups,
      boolean sumPixels,
      boolean identity,
      float[] weights,
      float[] bias,
      Optional<Float> ceiling,
      Optional<ActivationFunction> function)
      implements FusedLayer {

    /** A layer without an activation but, with a ceiling, a ReLU. */
    public Linear(
        String name,
        String input,
        Shape inputShape,
        Optional<String> skip,
        String output,
        Shape outputShape,
        Window window,
        int groups,
        boolean sumPixels,
        boolean identity,
        float[] weights,
        float[] bias,
        Optional<Float> ceiling) {
      this(
          name,
          input,
          inputShape,
          skip,
          output,
          outputShape,
          window,
          groups,
          sumPixels,
          identity,
          weights,
          bias,
          ceiling,
          Optional.empty());
    }

    @Override
    public List<String> inputs() {
      List<String> inputs = new ArrayList<>(List.of(input));
      skip.ifPresent(inputs::add);
      return inputs;
    }

    @Override
    public Optional<Linear> linear() {
      return Optional.of(this);
    }

    /** Whether its output holds values of its input and zeros, and nothing else. */
    @Override
    public boolean keepsFormat() {
      return identity && !sumPixels && skip.isEmpty() && bare();
    }

    /** Length of the reduction. */
    public int taps() {
      return inputShape.channels() / groups * window.kernelArea();
    }

    public int outChannels() {
      return outputShape.channels();
    }

    /** Input channel that tap {@code k} of output channel {@code o} reads. */
    public int inChannel(int o, int k) {
      int group = o / (outChannels() / groups);
      return group * (inputShape.channels() / groups) + k / window.kernelArea();
    }

    /** The same layer with other numbers. */
    public Linear with(float[] newWeights, float[] newBias, Optional<Float> newCeiling) {
      return new Linear(
          name,
          input,
          inputShape,
          skip,
          output,
          outputShape,
          window,
          groups,
          sumPixels,
          identity,
          newWeights,
          newBias,
          newCeiling,
          function);
    }

    /** The same layer with another activation behind it. */
    Linear withFunction(Optional<ActivationFunction> newFunction) {
      return new Linear(
          name,
          input,
          inputShape,
          skip,
          output,
          outputShape,
          window,
          groups,
          sumPixels,
          identity,
          weights,
          bias,
          ceiling,
          newFunction);
    }

    /** Whether it returns its sums as they are. */
    public boolean bare() {
      return ceiling.isEmpty() && function.isEmpty();
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.linear(this);
    }
  }

  /** Maximum over the window. */
  record Pool(
      String name, String input, Shape inputShape, String output, Shape outputShape, Window window)
      implements FusedLayer {
    @Override
    public List<String> inputs() {
      return List.of(input);
    }

    @Override
    public boolean keepsFormat() {
      return true;
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.pool(this);
    }
  }

  /** The channels of all inputs, one after the other. */
  record Concat(String name, List<String> inputs, String output, Shape outputShape)
      implements FusedLayer {
    public Concat {
      inputs = List.copyOf(inputs);
    }

    @Override
    public boolean keepsFormat() {
      return true;
    }

    @Override
    public <R> R accept(Kinds<R> kinds) {
      return kinds.concat(this);
    }
  }
}
