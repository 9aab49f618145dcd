package lutmac.tune.student;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.runtime.kernel.Convolution;
import lutmac.runtime.kernel.Maps;
import lutmac.runtime.kernel.Weights;
import lutmac.tune.kernel.PixelSums;
import lutmac.tune.parameter.GradientSums;
import lutmac.tune.parameter.TrainableParameter;

/**
 * A linear layer in training. Forward it computes what the hardware computes, in floats that hold
 * integers (exactly up to 2^24). Backward every rounding counts as the identity (straight-through);
 * a clamp stops the gradient where it acts.
 *
 * <p>Everything is in integer units: feature maps in {@code D(code)}, weights in table levels,
 * biases in accumulators. So the real scales, all powers of two, only appear as shifts.
 */
final class StudentLinear implements StudentLayer {
  private final MacLayer layer;
  private final LayerWiring wiring;
  private final Slots slots;

  /** Shape of what the convolution reads: the input, or the sums of its pixels. */
  private final Shape readShape;

  private final Convolution convolution;
  private final ShadowWeights weights;

  /** The weights as they are now, ready for the convolution. */
  private Weights prepared;

  private final ShadowBiases biases;
  private final Optional<SkipAlignment> skip;
  private final StudentStage stage;

  /**
   * What may learn.
   *
   * @param biases the biases
   * @param weights the weights, with the biases: their gradient takes a third of a pass
   * @param table the levels of a single table, with the weights
   */
  record Learning(boolean biases, boolean weights, boolean table) {
    /** A layer that stays as it is. */
    static final Learning NOTHING = new Learning(false, false, false);
  }

  /**
   * Places of the layer's gradients in {@link GradientSums}.
   *
   * @param weights by every weight
   * @param biases by every bias
   * @param scales by every feature map's exponent, of the whole network
   */
  record Slots(int weights, int biases, int scales) {}

  /**
   * @param finiteCeiling whether the layer's own ReLU clamps from above, as ReLU6 does
   */
  StudentLinear(
      MacLayer layer,
      Rounding rounding,
      ForwardArithmetic arithmetic,
      LayerWiring wiring,
      Slots slots,
      Learning learning,
      boolean finiteCeiling) {
    this.layer = layer;
    this.wiring = wiring;
    this.slots = slots;
    Shape from = layer.input().shape();
    readShape = layer.sumPixels() ? new Shape(from.channels(), 1, 1) : from;
    convolution = convolution(layer, readShape);
    weights =
        new ShadowWeights(
            layer, learning.biases() && learning.weights(), learning.table(), arithmetic);
    prepared = convolution.prepare(weights.effective());
    stage = StudentStage.of(layer, rounding, arithmetic, finiteCeiling);
    skip = layer.skip().map(SkipAlignment::new);
    float[] units = new float[layer.outChannels()];
    for (int o = 0; o < units.length; o++) {
      units[o] = stage.biasUnit(o);
    }
    biases =
        learning.biases()
            ? ShadowBiases.learned(layer.bias(), arithmetic, units)
            : ShadowBiases.fixed(layer.bias(), arithmetic);
  }

  private static Convolution convolution(MacLayer layer, Shape read) {
    float[] padding = new float[read.channels()];
    for (int c = 0; c < padding.length; c++) {
      padding[c] = layer.input().padCodes().get(c);
    }
    return Convolution.of(read, layer.output().shape(), layer.window(), layer.groups(), padding);
  }

  @Override
  public LayerWiring wiring() {
    return wiring;
  }

  /** Number of weights. */
  int weightCount() {
    return layer.weightCount();
  }

  /** Sizes of the layer's gradient slots: weights, biases. */
  List<Integer> slotSizes() {
    return List.of(
        weights.learned() ? layer.weightCount() : 0,
        biases.parameter().isPresent() ? layer.outChannels() : 0);
  }

  /** What the layer has to learn. */
  List<TrainableParameter> parameters() {
    List<TrainableParameter> all = new ArrayList<>(weights.parameters());
    biases.parameter().ifPresent(all::add);
    return all;
  }

  /** The gradients of {@link #parameters()}. */
  List<float[]> gradients(GradientSums sums) {
    List<float[]> all = new ArrayList<>(weights.gradients(sums.slot(slots.weights())));
    biases.parameter().ifPresent(p -> all.add(sums.slot(slots.biases())));
    return all;
  }

  /** Whether the layer's shifts and clamps stay legal if formats move so. */
  boolean allows(ScaleMoves moves) {
    return stage.allows(moves) && (skip.isEmpty() || skip.get().allows(moves));
  }

  @Override
  public void refresh(ScaleMoves moves) {
    stage.refresh(moves);
    skip.ifPresent(s -> s.refresh(moves));
    weights.refresh();
    if (weights.learned()) {
      prepared = convolution.prepare(weights.effective());
    }
    biases.refresh(moves.input());
  }

  @Override
  public TensorFormat outputFormat() {
    return stage.format();
  }

  @Override
  public void forward(PassBuffers pass) {
    int images = pass.images();
    int size = images * layer.output().shape().size();
    float[] sums = pass.newUnrounded(wiring.output(), size);
    convolution.forward(prepared, read(pass), made(sums, images));
    float[] out = pass.newMap(wiring.output(), size);
    int perChannel = images * layer.output().shape().pixels();
    for (int o = 0; o < layer.outChannels(); o++) {
      int start = o * perChannel;
      int end = start + perChannel;
      if (skip.isPresent()) {
        float[] added = pass.map(wiring.skip().orElseThrow());
        float aligned = skip.get().scale(o);
        for (int i = start; i < end; i++) {
          sums[i] += added[i] * aligned;
        }
      }
      float bias = biases.bias(o);
      float scale = stage.scale(o);
      for (int i = start; i < end; i++) {
        sums[i] = (sums[i] + bias) * scale;
      }
      stage.forward(sums, out, start, end);
    }
  }

  /** What the convolution reads. */
  private Maps read(PassBuffers pass) {
    float[] in = pass.map(wiring.input());
    float[] read = layer.sumPixels() ? PixelSums.of(in, layer.input().shape().pixels()) : in;
    return Maps.byChannel(read, pass.images(), readShape);
  }

  /** What the convolution makes, or its gradient. */
  private Maps made(float[] values, int images) {
    return Maps.byChannel(values, images, layer.output().shape());
  }

  @Override
  public void backward(PassBuffers pass, GradientSums sums) {
    float[] gradient = pass.gradient(wiring.output());
    throughStage(gradient, pass, sums);
    if (skip.isPresent()) {
      addToSkip(gradient, skip.get(), pass.gradient(wiring.skip().orElseThrow()));
    }
    if (weights.learned()) {
      convolution.addWeightGradient(
          read(pass), made(gradient, pass.images()), sums.slot(slots.weights()));
    }
    if (biases.parameter().isPresent()) {
      biases.addGradient(gradient, sums.slot(slots.biases()));
    }
    if (!wiring.readsNetworkInput()) {
      addToInput(gradient, pass);
    }
  }

  /** From the feature map's gradient to that of the sums. */
  private void throughStage(float[] gradient, PassBuffers pass, GradientSums sums) {
    float[] unrounded = pass.unrounded(wiring.output());
    sums.slot(slots.scales())[wiring.output()] +=
        stage.scaleGradient(gradient, unrounded, pass.map(wiring.output()), gradient.length);
    int perChannel = gradient.length / layer.outChannels();
    for (int o = 0; o < layer.outChannels(); o++) {
      stage.backward(gradient, unrounded, o, o * perChannel, (o + 1) * perChannel);
    }
  }

  private static void addToSkip(float[] gradient, SkipAlignment alignment, float[] skipGradient) {
    int channels = alignment.channels();
    int perChannel = gradient.length / channels;
    for (int o = 0; o < channels; o++) {
      float scale = alignment.scale(o);
      for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
        skipGradient[i] += gradient[i] * scale;
      }
    }
  }

  private void addToInput(float[] gradient, PassBuffers pass) {
    float[] in = pass.gradient(wiring.input());
    float[] byRead = layer.sumPixels() ? new float[pass.images() * layer.inChannels()] : in;
    convolution.addInputGradient(
        prepared, made(gradient, pass.images()), Maps.byChannel(byRead, pass.images(), readShape));
    if (layer.sumPixels()) {
      PixelSums.addGradient(byRead, layer.input().shape().pixels(), in);
    }
  }

  @Override
  public MacLayer export(List<Tensor> made) {
    return new MacLayer(
        layer.name(),
        made.get(wiring.input()),
        layer.output().withFormat(stage.format()),
        skip.map(s -> s.export(made.get(wiring.skip().orElseThrow()))),
        layer.window(),
        layer.groups(),
        layer.sumPixels(),
        weights.export(),
        biases.export(),
        stage.export());
  }
}
