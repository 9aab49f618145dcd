package lutmac.generator.program;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where everything goes: the descriptors with addresses, the input's regions, and what every memory
 * must hold.
 *
 * @param layers in program order, with their final descriptors
 * @param inputs the input's regions
 * @param inputFreeAt the layer from which on nobody reads or writes them, if they are kept
 * @param results names of the maps, and copies of maps, that the host reads at the end
 * @param featureMapWords feature-map words in use
 * @param fullestLayer name of the layer at which most of them are alive
 */
record NetworkPlan(
    List<LoweredLayer> layers,
    List<ArrangedInput> inputs,
    Optional<Integer> inputFreeAt,
    Set<String> results,
    long featureMapWords,
    String fullestLayer) {

  long weightWords() {
    return layers.stream().mapToLong(LoweredLayer::weightWords).sum();
  }

  long parameterWords() {
    return layers.stream().mapToLong(LoweredLayer::parameterWords).sum();
  }

  long programWords() {
    return layers.stream().mapToLong(layer -> layer.descriptor().words()).sum();
  }

  int accBits() {
    return layers.stream().mapToInt(LoweredLayer::accBits).max().orElse(0);
  }
}
