package lutmac.onnx.qdq;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Window;

/**
 * Lets a layer take along the clamp of a copy behind it, as of a ReLU that stands between two
 * quantizations of one scale: {@code clamp2(clamp1(y)) = clamp(y; clamp2(lo1), clamp2(hi1))}.
 */
final class CopyFusion {
  private CopyFusion() {}

  /**
   * The same network with fewer layers.
   *
   * @param result what the network's result shall be called
   */
  static List<QuantizedLayer> fuse(List<QuantizedLayer> layers, String result) {
    List<QuantizedLayer> fused = new ArrayList<>(layers);
    Map<String, Integer> readers = new HashMap<>();
    fused.forEach(l -> l.inputs().forEach(t -> readers.merge(t.name(), 1, Integer::sum)));
    for (int i = 0; i < fused.size(); i++) {
      if (!(fused.get(i) instanceof MacLayer copy)
          || !copies(copy)
          || readers.get(copy.input().name()) != 1) {
        continue;
      }
      for (int p = 0; p < i; p++) {
        if (fused.get(p) instanceof MacLayer producer
            && producer.output().equals(copy.input())
            && producer.stage() instanceof OutputStage.Requantize first
            && copy.stage() instanceof OutputStage.Requantize second) {
          OutputStage both =
              new OutputStage.Requantize(
                  first.shift(), clamp(first.lo(), second), clamp(first.hi(), second));
          fused.set(p, with(producer, producer.input(), producer.skip(), copy.output(), both));
          fused.remove(i--);
          break;
        }
      }
    }
    return renamed(fused, result);
  }

  private static int clamp(int value, OutputStage.Requantize stage) {
    return Math.max(stage.lo(), Math.min(stage.hi(), value));
  }

  /** Whether a layer only clamps its input. */
  private static boolean copies(MacLayer layer) {
    if (layer.groups() != layer.inChannels()
        || layer.outChannels() != layer.inChannels()
        || !layer.window().equals(Window.pointwise())
        || layer.sumPixels()
        || layer.skip().isPresent()
        || !(layer.stage() instanceof OutputStage.Requantize stage)
        || layer.output().format().frac(0) != layer.input().format().frac(0)) {
      return false;
    }
    for (int o = 0; o < layer.outChannels(); o++) {
      if (layer.weight(o) != 1 << stage.shift().get(o) || layer.bias()[o] != 0) {
        return false;
      }
    }
    return true;
  }

  private static List<QuantizedLayer> renamed(List<QuantizedLayer> layers, String result) {
    QuantizedLayer last = layers.get(layers.size() - 1);
    Tensor old = last.output();
    boolean taken =
        layers.stream()
            .anyMatch(
                layer ->
                    layer.output().name().equals(result)
                        || layer.inputs().stream().anyMatch(in -> in.name().equals(result)));
    if (taken) {
      return layers;
    }
    Tensor named = new Tensor(result, old.shape(), old.format(), old.padCodes());
    List<QuantizedLayer> renamed = new ArrayList<>(layers.subList(0, layers.size() - 1));
    if (last instanceof MacLayer mac) {
      renamed.add(with(mac, mac.input(), mac.skip(), named, mac.stage()));
    } else if (last instanceof MaxPoolLayer pool) {
      renamed.add(new MaxPoolLayer(pool.name(), pool.input(), named, pool.window()));
    } else {
      ConcatLayer concat = (ConcatLayer) last;
      renamed.add(new ConcatLayer(concat.name(), concat.inputs(), named));
    }
    return renamed;
  }

  private static MacLayer with(
      MacLayer layer,
      Tensor input,
      java.util.Optional<Skip> skip,
      Tensor output,
      OutputStage stage) {
    return new MacLayer(
        layer.name(),
        input,
        output,
        skip,
        layer.window(),
        layer.groups(),
        layer.sumPixels(),
        layer.planes(),
        layer.bias(),
        stage);
  }
}
