package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lutmac.rtl.layout.DescriptorField;

/**
 * Weights and parameters that are loaded together.
 *
 * @param layers whose they are, in the order in which they lie in the buffers, each stream once
 * @param weights words of the weight buffer
 * @param parameters words of the parameter buffer
 */
record WeightGroup(List<LoweredLayer> layers, WordRange weights, WordRange parameters) {
  /**
   * The weights of some layers from certain addresses on.
   *
   * @param layers with distinct weights
   */
  static WeightGroup at(List<LoweredLayer> layers, long weight, long parameter) {
    return new WeightGroup(
        layers,
        new WordRange(weight, weightWords(layers)),
        new WordRange(parameter, parameterWords(layers)));
  }

  /** Those of some layers that have weights, each stream once. */
  static List<LoweredLayer> distinct(List<LoweredLayer> layers) {
    Set<WeightStream> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<LoweredLayer> distinct = new ArrayList<>();
    for (LoweredLayer layer : layers) {
      if (layer.weights().filter(seen::add).isPresent()) {
        distinct.add(layer);
      }
    }
    return distinct;
  }

  static long weightWords(List<LoweredLayer> layers) {
    return layers.stream().mapToLong(LoweredLayer::weightWords).sum();
  }

  static long parameterWords(List<LoweredLayer> layers) {
    return layers.stream().mapToLong(LoweredLayer::parameterWords).sum();
  }

  /** Whether it holds the weights of these layers and no others, in their order. */
  boolean hasWeightsOf(List<LoweredLayer> others) {
    if (layers.size() != others.size()) {
      return false;
    }
    for (int index = 0; index < layers.size(); index++) {
      if (layers.get(index).weights().orElseThrow() != others.get(index).weights().orElseThrow()) {
        return false;
      }
    }
    return true;
  }

  /** Whether it overwrites a part of another. */
  boolean meets(WeightGroup other) {
    return weights.meets(other.weights) || parameters.meets(other.parameters);
  }

  /** A layer with the addresses of its weights. */
  LoweredLayer placed(LoweredLayer layer) {
    long[] at = addresses().get(layer.weights().orElseThrow());
    return layer.with(
        layer.descriptor().toBuilder(layer.layer().name())
            .set(DescriptorField.W_BASE, at[0])
            .set(DescriptorField.PAR_BASE, at[1])
            .build());
  }

  private Map<WeightStream, long[]> addresses() {
    Map<WeightStream, long[]> addresses = new IdentityHashMap<>();
    long weight = weights.first();
    long parameter = parameters.first();
    for (LoweredLayer layer : layers) {
      addresses.put(layer.weights().orElseThrow(), new long[] {weight, parameter});
      weight += layer.weightWords();
      parameter += layer.parameterWords();
    }
    return addresses;
  }
}
