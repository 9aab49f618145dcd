package lutmac.quant.result;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import lutmac.network.HardwareLimits;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;

/** Counts the bits of a quantized network. */
public final class MemoryCount {
  private static final int WORD = HardwareLimits.ACCUMULATOR_BITS;

  private MemoryCount() {}

  /** Of the whole network. */
  public static MemoryReport of(QuantizedNetwork network) {
    return of(network, layer -> true, map -> true);
  }

  /**
   * Of a network of which only parts are quantized: the rest counts 32 bits a number.
   *
   * @param weights layers whose weights are quantized
   * @param maps feature maps that are quantized
   */
  public static MemoryReport of(
      QuantizedNetwork network, Predicate<MacLayer> weights, Predicate<Tensor> maps) {
    ToLongFunction<Tensor> bits =
        map -> maps.test(map) ? bits(map) : (long) map.shape().size() * WORD;
    return count(network, weights, bits);
  }

  private static MemoryReport count(
      QuantizedNetwork network, Predicate<MacLayer> quantized, ToLongFunction<Tensor> bits) {
    long weights = 0;
    long tables = 0;
    long floatWeights = 0;
    long biases = 0;
    long activations = bits.applyAsLong(network.input().tensor());
    long elements = network.input().tensor().shape().size();
    Map<String, Integer> lastUse = new HashMap<>();
    List<QuantizedLayer> layers = network.layers();
    for (int i = 0; i < layers.size(); i++) {
      QuantizedLayer layer = layers.get(i);
      activations += bits.applyAsLong(layer.output());
      elements += layer.output().shape().size();
      int now = i;
      layer.inputs().forEach(input -> lastUse.put(input.name(), now));
    }
    // What the network returns is there until its end.
    network.outputs().forEach(output -> lastUse.put(output.name(), layers.size()));
    for (MacLayer mac : network.macLayers()) {
      weights += quantized.test(mac) ? bits(mac) : (long) mac.weightCount() * WORD;
      tables += quantized.test(mac) ? tableBits(mac) : 0;
      floatWeights += (long) mac.weightCount() * WORD;
      biases += (long) mac.bias().length * WORD;
    }
    Map<String, Tensor> live = new HashMap<>();
    live.put(network.input().tensor().name(), network.input().tensor());
    long peak = 0;
    long floatPeak = 0;
    for (int i = 0; i < layers.size(); i++) {
      int at = i;
      live.put(layers.get(i).output().name(), layers.get(i).output());
      peak = Math.max(peak, live.values().stream().mapToLong(bits).sum());
      floatPeak =
          Math.max(
              floatPeak,
              live.values().stream().mapToLong(t -> (long) t.shape().size() * WORD).sum());
      live.keySet().removeIf(name -> lastUse.getOrDefault(name, -1) <= at);
    }
    return new MemoryReport(
        weights,
        tables,
        biases,
        activations,
        peak,
        floatWeights,
        biases,
        elements * WORD,
        floatPeak);
  }

  /** Codes and tables. */
  private static long bits(MacLayer layer) {
    return (long) layer.weightCount() * layer.weightBits() + tableBits(layer);
  }

  private static long tableBits(MacLayer layer) {
    long bits = 0;
    for (WeightPlane plane : layer.planes()) {
      bits += (long) plane.codebook().levels().size() * HardwareLimits.LEVEL_BITS;
    }
    int entries = layer.activation().map(table -> table.values().size()).orElse(0);
    return bits + (long) entries * elementBits(layer.output().format());
  }

  private static long bits(Tensor tensor) {
    return (long) tensor.shape().size() * elementBits(tensor.format());
  }

  /** Bits that one element of a feature map takes. */
  public static int elementBits(TensorFormat format) {
    return format.fold(FixedFormat::bits, LogFormat::bits, accumulator -> WORD);
  }
}
