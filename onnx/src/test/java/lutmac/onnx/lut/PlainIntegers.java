package lutmac.onnx.lut;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/** The oracle: a network's integers by plain loops over outputs and taps, one image. */
final class PlainIntegers {
  private PlainIntegers() {}

  /** Every feature map by name, {@code [C, H, W]}. */
  static Map<String, long[]> run(QuantizedNetwork network, int[] input) {
    Map<String, long[]> maps = new HashMap<>();
    long[] first = new long[input.length];
    for (int i = 0; i < input.length; i++) {
      first[i] = input[i];
    }
    maps.put(network.input().tensor().name(), first);
    for (QuantizedLayer layer : network.layers()) {
      long[] out =
          layer instanceof MacLayer mac
              ? mac(mac, maps, network.rounding())
              : layer instanceof MaxPoolLayer pool
                  ? pool(pool, maps.get(pool.input().name()))
                  : layer.inputs().stream()
                      .flatMapToLong(part -> Arrays.stream(maps.get(part.name())))
                      .toArray();
      maps.put(layer.output().name(), out);
    }
    return maps;
  }

  private static long[] mac(MacLayer layer, Map<String, long[]> maps, Rounding rounding) {
    long[] in = maps.get(layer.input().name());
    Shape shape = layer.output().shape();
    Window w = layer.window();
    long[] out = new long[shape.size()];
    int perGroup = shape.channels() / layer.groups();
    for (int o = 0; o < shape.channels(); o++) {
      for (int y = 0; y < shape.height(); y++) {
        for (int x = 0; x < shape.width(); x++) {
          long acc = 0;
          for (int i = 0; i < layer.inChannels() / layer.groups(); i++) {
            int channel = o / perGroup * (layer.inChannels() / layer.groups()) + i;
            if (layer.sumPixels()) {
              for (int p = 0; p < layer.input().shape().pixels(); p++) {
                acc += layer.weight(o, i, 0, 0) * in[channel * layer.input().shape().pixels() + p];
              }
              continue;
            }
            for (int ky = 0; ky < w.kernelHeight(); ky++) {
              for (int kx = 0; kx < w.kernelWidth(); kx++) {
                int iy = y * w.strideHeight() + ky * w.dilationHeight() - w.padTop();
                int ix = x * w.strideWidth() + kx * w.dilationWidth() - w.padLeft();
                acc += layer.weight(o, i, ky, kx) * at(layer.input(), in, channel, iy, ix);
              }
            }
          }
          int index = (o * shape.height() + y) * shape.width() + x;
          long v = acc + layer.bias()[o];
          if (layer.skip().isPresent()) {
            long r = maps.get(layer.skip().get().source().name())[index];
            v += r * (1L << layer.skip().get().alignment().get(o));
          }
          out[index] = v;
          if (layer.stage() instanceof OutputStage.Requantize stage) {
            long code = divide(v, stage.shift().get(o), rounding);
            out[index] = Math.max(stage.lo(), Math.min(stage.hi(), code));
            if (layer.output().format() instanceof LogFormat log) {
              out[index] = nearest(log, out[index]);
            }
          }
        }
      }
    }
    return out;
  }

  /** Nearest integer to {@code v / 2^shift}, in doubles: exact for 32-bit v. */
  private static long divide(long v, int shift, Rounding rounding) {
    double quotient = v / Math.pow(2, shift);
    return (long)
        (rounding == Rounding.HALF_EVEN ? Math.rint(quotient) : Math.floor(quotient + 0.5));
  }

  /** Mantissas {@code round(2^(6 + r / 2^k))}, by k. */
  private static final int[][] OCTAVES = {
    {64}, {64, 91}, {64, 76, 91, 108}, {64, 70, 76, 83, 91, 99, 108, 117}
  };

  /** The nearest value of a logarithmic format, of two equally near ones the larger. */
  private static long nearest(LogFormat format, long y) {
    long nearest = 0;
    int[] mantissas = OCTAVES[format.resolution()];
    for (int code = 1; code < 1 << format.bits(); code++) {
      long value =
          mantissas[(code - 1) % mantissas.length] * (1L << ((code - 1) / mantissas.length));
      if (Math.abs(value - y) <= Math.abs(nearest - y)) {
        nearest = value;
      }
    }
    return nearest;
  }

  private static long at(Tensor tensor, long[] map, int channel, int y, int x) {
    Shape s = tensor.shape();
    boolean inside = y >= 0 && y < s.height() && x >= 0 && x < s.width();
    return inside
        ? map[(channel * s.height() + y) * s.width() + x]
        : tensor.padCodes().get(channel);
  }

  private static long[] pool(MaxPoolLayer layer, long[] in) {
    Shape from = layer.input().shape();
    Shape to = layer.output().shape();
    Window w = layer.window();
    long[] out = new long[to.size()];
    for (int c = 0; c < to.channels(); c++) {
      for (int y = 0; y < to.height(); y++) {
        for (int x = 0; x < to.width(); x++) {
          long best = Long.MIN_VALUE;
          for (int ky = 0; ky < w.kernelHeight(); ky++) {
            for (int kx = 0; kx < w.kernelWidth(); kx++) {
              int iy = y * w.strideHeight() + ky * w.dilationHeight() - w.padTop();
              int ix = x * w.strideWidth() + kx * w.dilationWidth() - w.padLeft();
              if (iy >= 0 && iy < from.height() && ix >= 0 && ix < from.width()) {
                best = Math.max(best, in[(c * from.height() + iy) * from.width() + ix]);
              }
            }
          }
          out[(c * to.height() + y) * to.width() + x] = best;
        }
      }
    }
    return out;
  }
}
