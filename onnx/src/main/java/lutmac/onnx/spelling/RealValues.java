package lutmac.onnx.spelling;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * What a quantized network's integers mean as real numbers, {@code integer * 2^-frac}, and what it
 * must fulfil to mean anything. Its methods throw {@link IllegalArgumentException} for a network
 * that contradicts itself.
 */
public final class RealValues {
  /** Largest magnitude of a fraction: keeps every scale and product a normal float32. */
  private static final int MAX_FRAC = 60;

  private RealValues() {}

  /** Fraction bits of the sums of output channel o. */
  public static int accumulatorFrac(MacLayer layer, int o) {
    return layer.stage() instanceof OutputStage.Requantize stage
        ? layer.output().format().frac(o) + stage.shift().get(o)
        : layer.output().format().frac(o);
  }

  /** Fraction bits of every output channel's weights. */
  public static int[] weightFracs(MacLayer layer) {
    int[] fracs = new int[layer.outChannels()];
    Arrays.setAll(fracs, o -> accumulatorFrac(layer, o) - frac(layer.input()));
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

  public static void requireConsistent(MaxPoolLayer layer) {
    requireShape(
        layer, layer.window().outputShape(layer.input().shape(), layer.input().shape().channels()));
    require(
        layer,
        layer.input().format().equals(layer.output().format()),
        "a maximum keeps its input's format");
  }

  /** The format of a map that cannot be another one. */
  public static FixedFormat fixed(Tensor tensor) {
    if (!(tensor.format() instanceof FixedFormat format)) {
      throw new IllegalArgumentException(
          "feature map '%s' is %s; only the network's result can hold accumulators, and its input must be fixed point"
              .formatted(tensor.name(), tensor.format()));
    }
    requireFrac(tensor.name(), format.frac());
    return format;
  }

  /** Fraction bits of a map that layers read. */
  public static int frac(Tensor tensor) {
    if (!(tensor.format() instanceof LogFormat format)) {
      return fixed(tensor).frac();
    }
    requireFrac(tensor.name(), format.frac());
    return format.frac();
  }

  /** Shapes, formats and fractions of a layer, before it is spelled. */
  public static void requireConsistent(MacLayer layer, boolean last) {
    require(
        layer,
        !layer.sumPixels() || layer.window().equals(Window.pointwise()),
        "a sum over pixels needs a 1x1 window");
    requireShape(
        layer,
        layer.sumPixels()
            ? new Shape(layer.outChannels(), 1, 1)
            : layer.window().outputShape(layer.input().shape(), layer.outChannels()));
    if (layer.stage() instanceof OutputStage.Requantize stage) {
      TensorFormat format = layer.output().format();
      requireFrac(layer.output().name(), frac(layer.output()));
      require(
          layer,
          stage.shift().size() == layer.outChannels(),
          "it needs one shift per output channel");
      require(
          layer,
          stage.shift().stream().allMatch(shift -> shift >= 0 && shift <= 31),
          "shifts are 0 to 31");
      require(
          layer,
          stage.lo() >= format.minCode()
              && stage.hi() <= format.maxCode()
              && stage.lo() <= stage.hi(),
          "the clamp %d..%d does not lie in the format %s"
              .formatted(stage.lo(), stage.hi(), format));
    } else {
      require(layer, last, "only the last layer can return its accumulators");
      require(
          layer,
          layer.output().format() instanceof AccumulatorFormat format
              && format.fracs().size() == layer.outChannels(),
          "it returns accumulators, so its output needs an accumulator format of its channels");
    }
    for (int o = 0; o < layer.outChannels(); o++) {
      requireFrac(layer.name(), accumulatorFrac(layer, o));
    }
    layer.skip().ifPresent(skip -> requireAligned(layer, skip));
  }

  private static void requireAligned(MacLayer layer, Skip skip) {
    require(
        layer,
        skip.source().shape().equals(layer.output().shape()),
        "skip connection %s does not have the output's shape %s"
            .formatted(skip.source().shape(), layer.output().shape()));
    require(
        layer,
        skip.alignment().size() == layer.outChannels(),
        "it needs one skip alignment per output channel");
    int skipFrac = frac(skip.source());
    for (int o = 0; o < layer.outChannels(); o++) {
      int alignment = skip.alignment().get(o);
      require(
          layer,
          alignment >= 0 && alignment <= 31 && alignment == accumulatorFrac(layer, o) - skipFrac,
          "channel %d aligns a skip of fraction %d by %d to accumulators of fraction %d"
              .formatted(o, skipFrac, alignment, accumulatorFrac(layer, o)));
    }
  }

  private static void requireFrac(String name, int frac) {
    require(name, Math.abs(frac) <= MAX_FRAC, "fraction %d is out of range".formatted(frac));
  }

  static void requireShape(QuantizedLayer layer, Shape shape) {
    require(
        layer,
        shape.equals(layer.output().shape()),
        "it makes %s, not %s".formatted(shape, layer.output().shape()));
  }

  public static void require(QuantizedLayer layer, boolean holds, String message) {
    require(layer.name(), holds, message);
  }

  public static void require(String name, boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException("'%s': %s".formatted(name, message));
    }
  }
}
