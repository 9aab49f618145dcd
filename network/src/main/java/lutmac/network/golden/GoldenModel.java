package lutmac.network.golden;

import java.util.LinkedHashMap;
import java.util.Map;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * What a quantized network means, as plain integer loops: the definition that the hardware and
 * every faster model are held to. It is written to be checked by eye against the formulas, not to
 * be fast, and shares no arithmetic with what it judges.
 */
public final class GoldenModel {
  /** Values of the first octave of a logarithmic format by k, its 2^k codes an octave. */
  private static final int[][] FIRST_OCTAVE = {
    {1}, {5, 7}, {16, 19, 23, 27}, {32, 35, 38, 41, 45, 49, 54, 59}
  };

  private GoldenModel() {}

  /**
   * Runs one image.
   *
   * @param codes input codes {@code [C, H, W]}
   * @return the input and every layer's output by tensor name, each {@code [C, H, W]} row major, in
   *     execution order
   * @throws IllegalArgumentException if {@code codes} has the wrong length or a code is outside the
   *     input's format
   * @throws ArithmeticException if an accumulator does not fit 32 bits
   */
  public static Map<String, int[]> run(QuantizedNetwork network, int[] codes) {
    requireInput(network.input().tensor(), codes);
    Map<String, int[]> maps = new LinkedHashMap<>();
    maps.put(network.input().tensor().name(), codes.clone());
    for (QuantizedLayer layer : network.layers()) {
      int[] out =
          layer.fold(
              mac -> multiplyAccumulate(mac, maps, network.rounding()),
              pool -> maximum(pool, maps.get(pool.input().name())),
              concat -> concatenation(concat, maps));
      maps.put(layer.output().name(), out);
    }
    return maps;
  }

  private static int[] multiplyAccumulate(
      MacLayer layer, Map<String, int[]> maps, Rounding rounding) {
    int[] in = maps.get(layer.input().name());
    Shape outShape = layer.output().shape();
    int[] out = new int[outShape.size()];
    for (int o = 0; o < outShape.channels(); o++) {
      for (int y = 0; y < outShape.height(); y++) {
        for (int x = 0; x < outShape.width(); x++) {
          long acc =
              layer.sumPixels() ? sumOverPixels(layer, in, o) : sumOverTaps(layer, in, o, y, x);
          long v = acc + layer.bias()[o];
          if (layer.skip().isPresent()) {
            Skip skip = layer.skip().get();
            int[] added = maps.get(skip.source().name());
            v += (long) at(skip.source(), added, o, y, x) << skip.alignment().get(o);
          }
          out[(o * outShape.height() + y) * outShape.width() + x] =
              outputStage(layer, v, o, rounding);
        }
      }
    }
    return out;
  }

  /**
   * {@code sum over i, ky, kx of in[c(i), y*s + ky*d - pad, x*s + kx*d - pad] * W[o, i, ky, kx]},
   * {@code c(i)} the i-th channel of o's group; with zeros between pixels that lie u apart, {@code
   * in[c(i), (y + ky*d - pad) / u, (x + kx*d - pad) / u]} where u divides both, else pads.
   */
  private static long sumOverTaps(MacLayer layer, int[] in, int o, int y, int x) {
    Window window = layer.window();
    long acc = 0;
    int firstChannel = firstChannel(layer, o);
    for (int i = 0; i < layer.groupChannels(); i++) {
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        for (int kx = 0; kx < window.kernelWidth(); kx++) {
          int inY = y * window.strideHeight() + ky * window.dilationHeight() - window.padTop();
          int inX = x * window.strideWidth() + kx * window.dilationWidth() - window.padLeft();
          int row = window.insertsZeros() ? betweenZeros(inY, window.upsampling().height()) : inY;
          int column = window.insertsZeros() ? betweenZeros(inX, window.upsampling().width()) : inX;
          acc +=
              (long) at(layer.input(), in, firstChannel + i, row, column)
                  * layer.weight(o, i, ky, kx);
        }
      }
    }
    return acc;
  }

  /** Position in the map of one in a map whose pixels lie {@code u} apart; -1 between them. */
  private static int betweenZeros(int position, int u) {
    return position >= 0 && position % u == 0 ? position / u : -1;
  }

  /** First input channel of the group of output channel o. */
  private static int firstChannel(MacLayer layer, int o) {
    int outputsOfGroup = layer.outChannels() / layer.groups();
    return o / outputsOfGroup * layer.groupChannels();
  }

  /** {@code sum over i, y, x of in[c(i), y, x] * W[o, i]}. */
  private static long sumOverPixels(MacLayer layer, int[] in, int o) {
    Shape shape = layer.input().shape();
    long acc = 0;
    int firstChannel = firstChannel(layer, o);
    for (int i = 0; i < layer.groupChannels(); i++) {
      for (int y = 0; y < shape.height(); y++) {
        for (int x = 0; x < shape.width(); x++) {
          acc += (long) at(layer.input(), in, firstChannel + i, y, x) * layer.weight(o, i, 0, 0);
        }
      }
    }
    return acc;
  }

  /** The integer at a position; outside the feature map, the pad code of its channel. */
  private static int at(Tensor tensor, int[] map, int channel, int y, int x) {
    Shape shape = tensor.shape();
    boolean inside = y >= 0 && y < shape.height() && x >= 0 && x < shape.width();
    return inside
        ? map[(channel * shape.height() + y) * shape.width() + x]
        : tensor.padCodes().get(channel);
  }

  private static int outputStage(MacLayer layer, long v, int o, Rounding rounding) {
    int exact = Math.toIntExact(v);
    return layer
        .stage()
        .fold(requantize -> requantized(layer, requantize, exact, o, rounding), raw -> exact);
  }

  private static int requantized(
      MacLayer layer, OutputStage.Requantize stage, int v, int o, Rounding rounding) {
    long y = divide(v, 1L << stage.shift().get(o), rounding);
    int clamped = (int) Math.max(stage.lo(), Math.min(stage.hi(), y));
    int activated =
        stage.table().map(table -> table.values().get(clamped - stage.lo())).orElse(clamped);
    return layer
        .output()
        .format()
        .fold(
            fixed -> activated,
            logarithmic -> nearest(logarithmic, activated),
            accumulator -> {
              throw new IllegalArgumentException(
                  "layer '%s' rounds, but its output holds accumulators".formatted(layer.name()));
            });
  }

  /** The value of the format that is nearest, of two equally near ones the larger. */
  private static int nearest(LogFormat format, int y) {
    int[] firstOctave = FIRST_OCTAVE[format.resolution()];
    int nearest = 0;
    for (int code = 1; code < 1 << format.bits(); code++) {
      int octave = (code - 1) / firstOctave.length;
      int value = firstOctave[(code - 1) % firstOctave.length] << octave;
      if (Math.abs(value - y) <= Math.abs(nearest - y)) {
        nearest = value;
      }
    }
    return nearest;
  }

  /** {@code round(v / d)} for a power of two d. */
  private static long divide(long v, long d, Rounding rounding) {
    long below = Math.floorDiv(v, d);
    long twiceRest = 2 * Math.floorMod(v, d);
    boolean roundUp =
        twiceRest > d
            || (twiceRest == d && (rounding == Rounding.HALF_UP || Math.floorMod(below, 2L) == 1));
    return roundUp ? below + 1 : below;
  }

  /**
   * {@code max over ky, kx of in[c, y*s + ky*d - pad, x*s + kx*d - pad]} inside the feature map, or
   * {@code in[c, y / r, x / r]} of pixels that are repeated r times.
   */
  private static int[] maximum(MaxPoolLayer layer, int[] in) {
    Window window = layer.window();
    Shape inShape = layer.input().shape();
    Shape outShape = layer.output().shape();
    int[] out = new int[outShape.size()];
    for (int c = 0; c < outShape.channels(); c++) {
      for (int y = 0; y < outShape.height(); y++) {
        for (int x = 0; x < outShape.width(); x++) {
          int max = Integer.MIN_VALUE;
          for (int ky = 0; ky < window.kernelHeight(); ky++) {
            for (int kx = 0; kx < window.kernelWidth(); kx++) {
              int inY = y * window.strideHeight() + ky * window.dilationHeight() - window.padTop();
              int inX = x * window.strideWidth() + kx * window.dilationWidth() - window.padLeft();
              if (window.repeats()) {
                inY = inY / window.upsampling().height();
                inX = inX / window.upsampling().width();
              }
              if (inY >= 0 && inY < inShape.height() && inX >= 0 && inX < inShape.width()) {
                max = Math.max(max, at(layer.input(), in, c, inY, inX));
              }
            }
          }
          out[(c * outShape.height() + y) * outShape.width() + x] = max;
        }
      }
    }
    return out;
  }

  /** The inputs' channels one after the other. */
  private static int[] concatenation(ConcatLayer layer, Map<String, int[]> maps) {
    int[] out = new int[layer.output().shape().size()];
    int at = 0;
    for (Tensor input : layer.inputs()) {
      for (int value : maps.get(input.name())) {
        out[at++] = value;
      }
    }
    return out;
  }

  private static void requireInput(Tensor input, int[] codes) {
    if (codes.length != input.shape().size()) {
      throw new IllegalArgumentException(
          "the input '%s' has shape %s = %d codes, got %d"
              .formatted(input.name(), input.shape(), input.shape().size(), codes.length));
    }
    long min = input.format().minCode();
    long max = input.format().maxCode();
    for (int code : codes) {
      if (code < min || code > max) {
        throw new IllegalArgumentException(
            "input code %d is outside %d..%d".formatted(code, min, max));
      }
    }
  }
}
