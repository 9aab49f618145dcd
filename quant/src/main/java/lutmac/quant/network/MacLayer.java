package lutmac.quant.network;

import java.util.Objects;
import java.util.Optional;
import lutmac.quant.format.Codebook;
import lutmac.quant.graph.Window;

/**
 * A convolution or fully connected layer in integers:
 *
 * <pre>
 *   acc[o, y, x] = sum over i, ky, kx of D(in[i, y*s + ky*d - pad, ...]) * L[codes[o, i, ky, kx]]
 *   v[o, y, x]   = acc + bias[o] + (skip[o, y, x] << t_o)
 *   out          = stage(v)
 * </pre>
 *
 * With {@code sumPixels} (a global average pool folded into the linear layer behind it) the layer
 * is 1x1, {@code acc} is summed over all pixels before the bias is added, and the output is {@code
 * [O, 1, 1]}; the division by the pixel count lies in the weights.
 *
 * @param codes {@code [O, I, Kh, Kw]} row major
 * @param bias {@code [O]} at accumulator scale
 */
public record MacLayer(
    String name,
    Tensor input,
    Tensor output,
    Optional<Skip> skip,
    Window window,
    boolean sumPixels,
    Codebook codebook,
    byte[] codes,
    int[] bias,
    OutputStage stage)
    implements QuantizedLayer {

  public MacLayer {
    Objects.requireNonNull(stage, "stage");
    int outChannels = output.shape().channels();
    int expected = outChannels * input.shape().channels() * window.taps();
    if (codes.length != expected) {
      throw new IllegalArgumentException(
          "layer '%s' needs %d weight codes, got %d".formatted(name, expected, codes.length));
    }
    if (bias.length != outChannels) {
      throw new IllegalArgumentException(
          "layer '%s' needs %d biases, got %d".formatted(name, outChannels, bias.length));
    }
    for (byte code : codes) {
      if (code < 0 || code >= codebook.levels().size()) {
        throw new IllegalArgumentException(
            "layer '%s' has weight code %d outside its table of %d"
                .formatted(name, code, codebook.levels().size()));
      }
    }
  }

  public int outChannels() {
    return output.shape().channels();
  }

  public int inChannels() {
    return input.shape().channels();
  }

  /** Weight of one tap as the array computes with it. */
  public int weight(int outChannel, int inChannel, int ky, int kx) {
    return codebook.level(codes[index(outChannel, inChannel, ky, kx)]);
  }

  /** Position of one tap in {@link #codes()}. */
  public int index(int outChannel, int inChannel, int ky, int kx) {
    return ((outChannel * inChannels() + inChannel) * window.kernelHeight() + ky)
            * window.kernelWidth()
        + kx;
  }

  /** Multiply-accumulates of one image that contribute to the result, padding included. */
  public long macs() {
    long pixels =
        sumPixels
            ? input.shape().pixels()
            : window.outputShape(input.shape(), outChannels()).pixels();
    return pixels * codes.length;
  }
}
