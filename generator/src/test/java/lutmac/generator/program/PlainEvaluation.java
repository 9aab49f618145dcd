package lutmac.generator.program;

import java.util.HashMap;
import java.util.Map;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/** The meaning of a quantized network in plain loops: what the compiled program must compute. */
final class PlainEvaluation {
  private PlainEvaluation() {}

  /** Every feature map by name, {@code [C, H, W]} row major, the input's included. */
  static Map<String, int[]> evaluate(QuantizedNetwork network, int[] input) {
    Map<String, int[]> maps = new HashMap<>();
    maps.put(network.input().tensor().name(), input);
    for (QuantizedLayer layer : network.layers()) {
      int[] result =
          layer instanceof MacLayer mac
              ? mac(mac, maps, network.rounding())
              : pool((MaxPoolLayer) layer, maps.get(layer.inputs().get(0).name()));
      maps.put(layer.output().name(), result);
    }
    return maps;
  }

  private static int at(Tensor tensor, int[] map, int channel, int y, int x) {
    Shape shape = tensor.shape();
    if (y < 0 || y >= shape.height() || x < 0 || x >= shape.width()) {
      return tensor.padCodes().get(channel);
    }
    return map[(channel * shape.height() + y) * shape.width() + x];
  }

  private static int[] mac(MacLayer layer, Map<String, int[]> maps, Rounding rounding) {
    int[] in = maps.get(layer.input().name());
    Shape out = layer.output().shape();
    int[] result = new int[out.size()];
    for (int o = 0; o < out.channels(); o++) {
      for (int y = 0; y < out.height(); y++) {
        for (int x = 0; x < out.width(); x++) {
          int at = (o * out.height() + y) * out.width() + x;
          long v = layer.bias()[o];
          if (layer.sumPixels()) {
            for (int py = 0; py < layer.input().shape().height(); py++) {
              for (int px = 0; px < layer.input().shape().width(); px++) {
                v += sum(layer, in, o, py, px);
              }
            }
          } else {
            v += sum(layer, in, o, y, x);
          }
          if (layer.skip().isPresent()) {
            long r = maps.get(layer.skip().get().source().name())[at];
            v += r << layer.skip().get().alignment().get(o);
          }
          result[at] = (int) v;
          if (layer.stage() instanceof OutputStage.Requantize stage) {
            double exact = Math.scalb((double) v, -stage.shift().get(o));
            double rounded =
                rounding == Rounding.HALF_EVEN ? Math.rint(exact) : Math.floor(exact + 0.5);
            result[at] = (int) Math.max(stage.lo(), Math.min(stage.hi(), rounded));
          }
        }
      }
    }
    return result;
  }

  private static long sum(MacLayer layer, int[] in, int o, int y, int x) {
    Window w = layer.window();
    long sum = 0;
    int firstChannel = o / (layer.outChannels() / layer.groups()) * layer.groupChannels();
    for (int c = 0; c < layer.groupChannels(); c++) {
      for (int ky = 0; ky < w.kernelHeight(); ky++) {
        for (int kx = 0; kx < w.kernelWidth(); kx++) {
          int row = y * w.strideHeight() + ky * w.dilationHeight() - w.padTop();
          int column = x * w.strideWidth() + kx * w.dilationWidth() - w.padLeft();
          sum +=
              (long) layer.weight(o, c, ky, kx)
                  * at(layer.input(), in, firstChannel + c, row, column);
        }
      }
    }
    return sum;
  }

  private static int[] pool(MaxPoolLayer layer, int[] in) {
    Window w = layer.window();
    Shape out = layer.output().shape();
    Shape map = layer.input().shape();
    int[] result = new int[out.size()];
    for (int at = 0; at < result.length; at++) {
      int x = at % out.width();
      int y = at / out.width() % out.height();
      int c = at / out.pixels();
      int best = Integer.MIN_VALUE;
      for (int ky = 0; ky < w.kernelHeight(); ky++) {
        for (int kx = 0; kx < w.kernelWidth(); kx++) {
          int row = y * w.strideHeight() + ky * w.dilationHeight() - w.padTop();
          int column = x * w.strideWidth() + kx * w.dilationWidth() - w.padLeft();
          if (row >= 0 && row < map.height() && column >= 0 && column < map.width()) {
            best = Math.max(best, in[(c * map.height() + row) * map.width() + column]);
          }
        }
      }
      result[at] = best;
    }
    return result;
  }
}
