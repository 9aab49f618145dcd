package lutmac.quant.fit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.study.Study;
import lutmac.runtime.exec.LastReaders;

/** Between which layers of a network its feature maps have to be kept. */
final class MapLifetimes {
  /** What makes the network's input. */
  private static final int BEFORE_ALL = -1;

  /** The layer that makes a map. */
  private final Map<String, Integer> makers = new HashMap<>();

  private final LastReaders lastReaders;

  /** Elements of one image that are kept at a layer or a later one, at most. */
  private final long[] most;

  MapLifetimes(Study study) {
    List<FusedLayer> layers = study.layers();
    Map<String, Integer> sizes = new HashMap<>();
    makers.put(study.inputName(), BEFORE_ALL);
    sizes.put(study.inputName(), study.inputShape().size());
    for (int i = 0; i < layers.size(); i++) {
      FusedLayer layer = layers.get(i);
      makers.put(layer.output(), i);
      sizes.put(layer.output(), layer.outputShape().size());
    }
    lastReaders = new LastReaders(layers.stream().map(FusedLayer::inputs).toList());
    most = new long[layers.size()];
    long kept = isReadFrom(0, study.inputName()) ? study.inputShape().size() : 0;
    for (int i = 0; i < layers.size(); i++) {
      FusedLayer layer = layers.get(i);
      // What it makes is there twice: as it is and as what it becomes.
      most[i] = kept + 2L * layer.outputShape().size();
      for (String map : Set.copyOf(layer.inputs())) {
        kept -= lastReaders.of(map) == i ? sizes.get(map) : 0;
      }
      kept += isReadFrom(i, layer.output()) ? layer.outputShape().size() : 0;
    }
    for (int i = layers.size() - 2; i >= 0; i--) {
      most[i] = Math.max(most[i], most[i + 1]);
    }
  }

  /** Feature maps that layers from this one on read and do not make. */
  Set<String> at(int layer) {
    return makers.keySet().stream()
        .filter(map -> makers.get(map) < layer && isReadFrom(layer, map))
        .collect(Collectors.toSet());
  }

  /** Whether a layer from this one on reads a feature map. */
  boolean isReadFrom(int layer, String map) {
    return lastReaders.of(map) >= layer;
  }

  /** Most elements of one image's feature maps at a layer from this one on. */
  long mostElements(int layer) {
    return most[layer];
  }
}
