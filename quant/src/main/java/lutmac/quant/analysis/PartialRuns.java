package lutmac.quant.analysis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.quant.calib.ActivationRounding;
import lutmac.quant.fuse.FloatRun;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.result.FloatReference;
import lutmac.quant.result.MemoryCount;
import lutmac.quant.result.MemoryReport;
import lutmac.quant.sensitivity.RealResults;
import lutmac.runtime.exec.IntegerExecutor;

/**
 * One network with different parts of it quantized, image by image. Serves any number of threads.
 */
final class PartialRuns {
  private final FloatReference reference;
  private final QuantizedNetwork network;
  private final FloatRun floats;
  private final FloatRun dequantized;
  private final IntegerExecutor integers;
  private final Map<String, ActivationRounding> roundings = new HashMap<>();

  PartialRuns(FloatReference reference, QuantizedNetwork network) {
    this.reference = reference;
    this.network = network;
    this.floats = new FloatRun(reference.layers());
    this.integers = new IntegerExecutor(network);
    ActivationRounding.of(network.input()).ifPresent(r -> roundings.put(reference.inputName(), r));
    Map<String, FusedLayer> dequantizedLayers = new HashMap<>();
    List<FusedLayer.Linear> linear = reference.linearLayers();
    for (MacLayer mac : network.macLayers()) {
      ActivationRounding.of(mac, network.rounding())
          .ifPresent(rounding -> roundings.put(mac.output().name(), rounding));
      FusedLayer.Linear floating = linear.get(dequantizedLayers.size());
      dequantizedLayers.put(
          floating.output(), new BuiltWeights(floating, mac, network.input()).dequantized());
    }
    List<FusedLayer> built =
        reference.layers().stream()
            .map(layer -> dequantizedLayers.getOrDefault(layer.output(), layer))
            .toList();
    this.dequantized = new FloatRun(built);
  }

  /** A part that can be quantized alone. */
  sealed interface Part {
    /** Memory of the network when nothing else is quantized. */
    MemoryReport memory(QuantizedNetwork network);

    /** Name of the feature map that changes first. */
    String changes();

    /**
     * That feature map, {@code [C, H, W]}.
     *
     * @param maps of the float network
     */
    float[] changed(PartialRuns runs, Map<String, float[]> maps);
  }

  /** The weights and biases of a layer. */
  record Weights(MacLayer layer) implements Part {
    @Override
    public MemoryReport memory(QuantizedNetwork network) {
      return MemoryCount.of(network, mac -> mac == layer, map -> false);
    }

    @Override
    public String changes() {
      return layer.output().name();
    }

    @Override
    public float[] changed(PartialRuns runs, Map<String, float[]> maps) {
      return runs.dequantized.apply(runs.dequantizedLayer(changes()), maps);
    }
  }

  /** A feature map that a layer with weights makes, or the network's input. */
  record FeatureMap(String name) implements Part {
    @Override
    public MemoryReport memory(QuantizedNetwork network) {
      Set<String> weighted =
          network.macLayers().stream().map(mac -> mac.output().name()).collect(Collectors.toSet());
      Set<String> alike = new HashSet<>(Set.of(name));
      for (QuantizedLayer layer : network.layers()) {
        // What pools and concatenations make of quantized feature maps is quantized.
        if (!weighted.contains(layer.output().name())
            && layer.inputs().stream().map(Tensor::name).allMatch(alike::contains)) {
          alike.add(layer.output().name());
        }
      }
      return MemoryCount.of(network, mac -> false, map -> alike.contains(map.name()));
    }

    @Override
    public String changes() {
      return name;
    }

    @Override
    public float[] changed(PartialRuns runs, Map<String, float[]> maps) {
      return runs.rounded(name, maps.get(name));
    }
  }

  private FusedLayer dequantizedLayer(String output) {
    return dequantized.layers().stream()
        .filter(layer -> layer.output().equals(output))
        .findFirst()
        .orElseThrow();
  }

  /** The parts in execution order: the input, then weights and feature map of each layer. */
  List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    if (roundings.containsKey(reference.inputName())) {
      parts.add(new FeatureMap(reference.inputName()));
    }
    for (MacLayer mac : network.macLayers()) {
      parts.add(new Weights(mac));
      if (roundings.containsKey(mac.output().name())) {
        parts.add(new FeatureMap(mac.output().name()));
      }
    }
    return parts;
  }

  /** The rounding of a feature map that a layer with weights makes. */
  ActivationRounding rounding(String map) {
    return roundings.get(map);
  }

  /** Every feature map of the float network, by name. */
  Map<String, float[]> floatMaps(float[] input) {
    Map<String, float[]> maps = new HashMap<>(Map.of(reference.inputName(), input));
    floats.run(0, floats.layers().size(), maps);
    return maps;
  }

  /** Every output of the quantized network, in integers. */
  float[][] quantized(int[] codes) {
    return RealResults.of(network, integers.outputs(codes));
  }

  /** Every output of these maps, in the network's order. */
  float[][] results(Map<String, float[]> maps) {
    return network.outputs().stream()
        .map(output -> maps.get(output.name()))
        .toArray(float[][]::new);
  }

  /** Outputs with all weights and biases quantized. */
  float[][] weightsOnly(float[] input) {
    Map<String, float[]> maps = new HashMap<>(Map.of(reference.inputName(), input));
    dequantized.run(0, dequantized.layers().size(), maps);
    return results(maps);
  }

  /** Outputs with all feature maps quantized. */
  float[][] activationsOnly(float[] input) {
    Map<String, float[]> maps = new HashMap<>();
    maps.put(reference.inputName(), rounded(reference.inputName(), input));
    for (FusedLayer layer : floats.layers()) {
      maps.put(layer.output(), rounded(layer.output(), floats.apply(layer, maps)));
    }
    return results(maps);
  }

  /**
   * Outputs with one part quantized.
   *
   * @param maps of the float network
   */
  float[][] alone(Part part, Map<String, float[]> maps) {
    Map<String, float[]> changed = new HashMap<>(maps);
    changed.put(part.changes(), part.changed(this, maps));
    floats.update(part.changes(), changed);
    return results(changed);
  }

  Score score(Map<String, float[]> floatMaps, float[][] got, OptionalInt target) {
    List<Shape> shapes = network.outputs().stream().map(Tensor::shape).toList();
    Shape input = network.input().tensor().shape();
    return Score.of(shapes, input, results(floatMaps), got, target);
  }

  /** Feature maps of pools and concatenations come from rounded ones. */
  private float[] rounded(String name, float[] map) {
    ActivationRounding rounding = roundings.get(name);
    return rounding == null ? map : rounding.apply(map);
  }
}
