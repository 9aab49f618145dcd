package lutmac.generator.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.format.LogFormat;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Window;

/** One descriptor's worth of work: a layer for the array with the pool behind it, or a pool. */
sealed interface HardwareLayer {
  /** The network layers' names, for messages and listings. */
  String name();

  Tensor input();

  /** The feature map that is written. */
  Tensor output();

  /** The second feature map that is read. */
  Optional<Tensor> skipSource();

  /** A layer for the array; {@code pool} is applied to its output on the way to the buffer. */
  record ArrayLayer(MacLayer mac, Optional<MaxPoolLayer> pool) implements HardwareLayer {
    @Override
    public String name() {
      return pool.map(behind -> mac.name() + " + " + behind.name()).orElse(mac.name());
    }

    @Override
    public Tensor input() {
      return mac.input();
    }

    @Override
    public Tensor output() {
      return pool.map(MaxPoolLayer::output).orElse(mac.output());
    }

    @Override
    public Optional<Tensor> skipSource() {
      return mac.skip().map(Skip::source);
    }

    boolean raw() {
      return mac.stage() instanceof OutputStage.Accumulators;
    }
  }

  /** A max-pool that bypasses the array. */
  record PoolLayer(MaxPoolLayer pool) implements HardwareLayer {
    @Override
    public String name() {
      return pool.name();
    }

    @Override
    public Tensor input() {
      return pool.input();
    }

    @Override
    public Tensor output() {
      return pool.output();
    }

    @Override
    public Optional<Tensor> skipSource() {
      return Optional.empty();
    }
  }

  /** The network's layers in execution order, pools fused where the walk can express it. */
  static List<HardwareLayer> of(QuantizedNetwork network) {
    network.layers().forEach(HardwareLayer::requireSupported);
    Map<String, Integer> readers = new HashMap<>();
    for (QuantizedLayer layer : network.layers()) {
      layer.inputs().forEach(input -> readers.merge(input.name(), 1, Integer::sum));
    }
    Map<String, MaxPoolLayer> fused = new HashMap<>();
    Map<String, MacLayer> macs = new HashMap<>();
    for (QuantizedLayer layer : network.layers()) {
      if (layer instanceof MacLayer mac) {
        macs.put(mac.output().name(), mac);
      } else if (layer instanceof MaxPoolLayer pool) {
        MacLayer producer = macs.get(pool.input().name());
        if (producer != null
            && readers.get(pool.input().name()) == 1
            && tilesItsInput(pool.window())
            && producer.skip().isEmpty()
            && !producer.sumPixels()
            && !(producer.stage() instanceof OutputStage.Accumulators)) {
          fused.put(pool.input().name(), pool);
        }
      }
    }
    List<HardwareLayer> layers = new ArrayList<>();
    for (QuantizedLayer layer : network.layers()) {
      if (layer instanceof MacLayer mac) {
        layers.add(new ArrayLayer(mac, Optional.ofNullable(fused.get(mac.output().name()))));
      } else if (layer instanceof MaxPoolLayer pool && !fused.containsValue(pool)) {
        layers.add(new PoolLayer(pool));
      }
    }
    return layers;
  }

  /** What a quantized network may contain and this hardware does not compute yet. */
  private static void requireSupported(QuantizedLayer layer) {
    String reason = null;
    if (layer instanceof ConcatLayer) {
      reason = "it concatenates maps";
    } else if (layer instanceof MacLayer mac && mac.planes().size() > 1) {
      reason = "its weights have %d bits; quantize with at most 4 bits".formatted(mac.weightBits());
    } else if (layer.output().format() instanceof LogFormat) {
      reason = "its output is logarithmic; quantize with fixed-point activations";
    }
    if (reason != null) {
      throw new BadInputException(
          "layer '%s' cannot become hardware yet: %s".formatted(layer.name(), reason));
    }
  }

  /** Unpadded and non-overlapping: every convolution pixel is computed at most once. */
  private static boolean tilesItsInput(Window window) {
    return !window.padded()
        && window.strideHeight() >= window.spanHeight()
        && window.strideWidth() >= window.spanWidth();
  }
}
