package lutmac.network.quantized;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.format.Codebook;
import lutmac.network.shape.Window;

/**
 * A convolution or fully connected layer in integers:
 *
 * <pre>
 *   W[o, i, ky, kx] = sum over planes p of L_p[codes_p[o, i, ky, kx]]
 *   acc[o, y, x] = sum over i, ky, kx of in[c(o, i), y*s + ky*d - pad, ...] * W[o, i, ky, kx]
 *   v[o, y, x]   = acc + bias[o] + (skip[o, y, x] << t_o)
 *   out          = stage(v)
 * </pre>
 *
 * where {@code c(o, i) = (o / (O / groups)) * (I / groups) + i} is the i-th input channel of o's
 * group. A window that sees zeros between the pixels reads {@code in} there as outside the map, and
 * pixel {@code n} at {@code n * u}: a transposed convolution of stride u. With {@code sumPixels} (a
 * global average pool folded into the linear layer behind it) the layer is 1x1, {@code acc} is
 * summed over all pixels before the bias is added, and the output is {@code [O, 1, 1]}; the
 * division by the pixel count lies in the weights.
 *
 * @param groups {@code >= 1}; as many as channels for a depthwise layer
 * @param planes one, or two: high and low part of weights of more than {@link
 *     lutmac.network.HardwareLimits#MAX_CODE_BITS} bits
 * @param bias B, {@code [O]} at accumulator scale
 */
public record MacLayer(
    String name,
    Tensor input,
    Tensor output,
    Optional<Skip> skip,
    Window window,
    int groups,
    boolean sumPixels,
    List<WeightPlane> planes,
    int[] bias,
    OutputStage stage)
    implements QuantizedLayer {

  public MacLayer {
    Objects.requireNonNull(stage, "stage");
    planes = List.copyOf(planes);
    int outChannels = output.shape().channels();
    int inChannels = input.shape().channels();
    if (groups < 1 || outChannels % groups != 0 || inChannels % groups != 0) {
      throw new IllegalArgumentException(
          "layer '%s': %d groups do not divide %d input and %d output channels"
              .formatted(name, groups, inChannels, outChannels));
    }
    if (planes.isEmpty() || planes.size() > 2) {
      throw new IllegalArgumentException(
          "layer '%s' has %d weight planes; one or two are possible"
              .formatted(name, planes.size()));
    }
    if (window.repeats()) {
      throw new IllegalArgumentException(
          "layer '%s': only a pool can repeat pixels".formatted(name));
    }
    int expected = outChannels * (inChannels / groups) * window.kernelArea();
    for (WeightPlane plane : planes) {
      if (plane.codes().length != expected) {
        throw new IllegalArgumentException(
            "layer '%s' needs %d weight codes, got %d"
                .formatted(name, expected, plane.codes().length));
      }
    }
    if (bias.length != outChannels) {
      throw new IllegalArgumentException(
          "layer '%s' needs %d biases, got %d".formatted(name, outChannels, bias.length));
    }
  }

  /** A layer of one group with one plane of weights. */
  public MacLayer(
      String name,
      Tensor input,
      Tensor output,
      Optional<Skip> skip,
      Window window,
      boolean sumPixels,
      Codebook codebook,
      byte[] codes,
      int[] bias,
      OutputStage stage) {
    this(
        name,
        input,
        output,
        skip,
        window,
        1,
        sumPixels,
        List.of(new WeightPlane(codebook, codes)),
        bias,
        stage);
  }

  @Override
  public List<Tensor> inputs() {
    List<Tensor> inputs = new ArrayList<>(List.of(input));
    skip.ifPresent(s -> inputs.add(s.source()));
    return inputs;
  }

  @Override
  public Optional<MacLayer> mac() {
    return Optional.of(this);
  }

  @Override
  public MacLayer withOutput(Tensor other) {
    return with(other, stage);
  }

  /** The same sums with another output stage and the feature map that it makes. */
  public MacLayer with(Tensor otherOutput, OutputStage otherStage) {
    return new MacLayer(
        name, input, otherOutput, skip, window, groups, sumPixels, planes, bias, otherStage);
  }

  /** The same layer with other weights of the same shape. */
  public MacLayer withPlanes(List<WeightPlane> others) {
    return new MacLayer(name, input, output, skip, window, groups, sumPixels, others, bias, stage);
  }

  /** The same layer with other biases. */
  public MacLayer withBias(int[] other) {
    return new MacLayer(name, input, output, skip, window, groups, sumPixels, planes, other, stage);
  }

  /** O, output channels. */
  public int outChannels() {
    return output.shape().channels();
  }

  /** I, input channels, of all groups together. */
  public int inChannels() {
    return input.shape().channels();
  }

  /** Input channels that one output channel reads. */
  public int groupChannels() {
    return inChannels() / groups;
  }

  /** First input channel of the group that an output channel belongs to. */
  public int firstChannel(int outChannel) {
    return outChannel / (outChannels() / groups) * groupChannels();
  }

  /** Length of the reduction: weights of one output channel. */
  public int taps() {
    return groupChannels() * window.kernelArea();
  }

  /** Fraction bits of {@code v_o}: it has the real value {@code v_o * 2^-frac}. */
  public int accumulatorFrac(int outChannel) {
    return activation().map(ActivationTable::frac).orElseGet(() -> output.format().frac(outChannel))
        + stage.rightShift(outChannel);
  }

  /**
   * Those of its output, of its accumulators and of what its activation table is looked up with.
   */
  @Override
  public IntStream fractions() {
    IntStream accumulators = IntStream.range(0, outChannels()).map(this::accumulatorFrac);
    IntStream lookedUp = activation().stream().mapToInt(ActivationTable::frac);
    return IntStream.concat(
        QuantizedLayer.super.fractions(), IntStream.concat(accumulators, lookedUp));
  }

  /** The table of its activation function, if it has one. */
  public Optional<ActivationTable> activation() {
    return stage.requantize().flatMap(OutputStage.Requantize::table);
  }

  /** How many weights the layer has. */
  public int weightCount() {
    return outChannels() * taps();
  }

  /** Bits that store one weight: the codes of all planes. */
  public int weightBits() {
    return planes.stream().mapToInt(plane -> plane.codebook().bits()).sum();
  }

  /** The plane of a layer that has only one. */
  public WeightPlane onlyPlane() {
    if (planes.size() != 1) {
      throw new IllegalStateException("layer '%s' has two weight planes".formatted(name));
    }
    return planes.get(0);
  }

  /** Weight at a position of {@link WeightPlane#codes()}, as the array computes with it. */
  public int weight(int index) {
    int weight = 0;
    for (WeightPlane plane : planes) {
      weight += plane.codebook().level(plane.codes()[index]);
    }
    return weight;
  }

  /**
   * Weight of one tap as the array computes with it.
   *
   * @param groupChannel counted within the output channel's group
   */
  public int weight(int outChannel, int groupChannel, int ky, int kx) {
    return weight(index(outChannel, groupChannel, ky, kx));
  }

  /** Position of one tap in {@link WeightPlane#codes()}. */
  public int index(int outChannel, int groupChannel, int ky, int kx) {
    return ((outChannel * groupChannels() + groupChannel) * window.kernelHeight() + ky)
            * window.kernelWidth()
        + kx;
  }

  /** Multiply-accumulates of one image that contribute to the result, padding included. */
  public long macs() {
    return sumPixels
        ? (long) input.shape().pixels() * weightCount()
        : window.seenPixels(input.shape()) * outChannels() * groupChannels();
  }

  @Override
  public <R> R accept(Kinds<R> kinds) {
    return kinds.mac(this);
  }
}
