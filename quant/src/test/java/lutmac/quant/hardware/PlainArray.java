package lutmac.quant.hardware;

import java.util.List;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;

/**
 * A dense array that takes nothing but steps.
 *
 * @param planes of weights that it holds
 * @param logarithms whether its maps can be logarithmic
 */
public record PlainArray(int rows, int columns, int planes, boolean logarithms)
    implements Hardware {
  @Override
  public String name() {
    return "the array";
  }

  @Override
  public boolean computes(WeightFormat format) {
    return format.bits() <= 4 || planes > 1;
  }

  @Override
  public boolean computes(ActivationFormat format) {
    return format.uniform() || logarithms;
  }

  @Override
  public HardwareUse use(QuantizedNetwork network) {
    List<LayerTime> times =
        network.macLayers().stream()
            .map(layer -> new LayerTime(layer.name(), 10 + steps(layer), steps(layer)))
            .toList();
    return new HardwareUse(times, new StoredMemory(0, 0, 0, 0));
  }

  @Override
  public HardwareUse fit(QuantizedNetwork network) {
    return use(network);
  }

  /** Groups cost as if dense. */
  public long steps(MacLayer layer) {
    int pixels =
        layer.sumPixels() ? layer.input().shape().pixels() : layer.output().shape().pixels();
    long tiles = ceil(pixels, rows) * ceil(layer.outChannels(), columns);
    return tiles * layer.inChannels() * layer.window().kernelArea() * layer.planes().size();
  }

  private static long ceil(int value, int divisor) {
    return (value + divisor - 1) / divisor;
  }
}
