package lutmac.onnx.writer;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Window;

/**
 * What a quantized network's integers mean as real numbers, {@code integer * 2^-frac}. Its methods
 * throw {@link IllegalArgumentException} where they mean nothing.
 */
public final class RealValues {
  private RealValues() {}

  /** Fraction bits of every output channel's weights. */
  public static int[] weightFracs(MacLayer layer) {
    int[] fracs = new int[layer.outChannels()];
    Arrays.setAll(fracs, o -> layer.accumulatorFrac(o) - frac(layer.input()));
    return fracs;
  }

  /**
   * What the pad codes add to every output channel: {@code sum of weight * pad} over all taps, so
   * that {@code conv(x) = conv(x - pad) + bias} with zeros around {@code x - pad}.
   */
  public static int[] padBias(MacLayer layer, List<Integer> padCodes) {
    int[] bias = new int[layer.outChannels()];
    Window window = layer.window();
    for (int o = 0; o < bias.length; o++) {
      long sum = 0;
      int firstChannel = layer.firstChannel(o);
      for (int i = 0; i < layer.groupChannels(); i++) {
        for (int ky = 0; ky < window.kernelHeight(); ky++) {
          for (int kx = 0; kx < window.kernelWidth(); kx++) {
            sum += (long) layer.weight(o, i, ky, kx) * padCodes.get(firstChannel + i);
          }
        }
      }
      bias[o] = Math.toIntExact(sum);
    }
    return bias;
  }

  /** The input's pad codes, if its layer sees them; otherwise zeros. */
  public static List<Integer> padCodes(MacLayer layer) {
    return layer.window().padded()
        ? layer.input().padCodes()
        : Collections.nCopies(layer.inChannels(), 0);
  }

  /** The format of a feature map that cannot have another one. */
  public static FixedFormat fixed(Tensor tensor) {
    FixedFormat format = tensor.format().fixedPoint().orElseThrow(() -> unreadable(tensor));
    Consistency.requireFrac(tensor.name(), format.frac());
    return format;
  }

  /** Fraction bits of a feature map that layers read. */
  public static int frac(Tensor tensor) {
    if (tensor.format().raw()) {
      throw unreadable(tensor);
    }
    int frac = tensor.format().frac(0);
    Consistency.requireFrac(tensor.name(), frac);
    return frac;
  }

  private static IllegalArgumentException unreadable(Tensor tensor) {
    return new IllegalArgumentException(
        "feature map '%s' is %s; only an output that no layer reads can hold accumulators, and the network's input must be fixed point"
            .formatted(tensor.name(), tensor.format()));
  }
}
