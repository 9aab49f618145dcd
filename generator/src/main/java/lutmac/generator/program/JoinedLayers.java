package lutmac.generator.program;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which layers can be computed strip by strip together, so that a map between them has no place.
 */
final class JoinedLayers {
  /** More layers than these are not joined: every one makes more rows twice. */
  private static final int MOST = 8;

  private final String[] targets;
  private final Map<String, Integer> firstWriter = new HashMap<>();
  private final Map<String, Integer> lastWriter = new HashMap<>();
  private final Map<String, Integer> lastReader = new HashMap<>();
  private final Set<String> results = new HashSet<>();

  JoinedLayers(UnplacedNetwork network) {
    MapPlaces places = network.places();
    targets = new String[network.layers().size()];
    for (int index = 0; index < targets.length; index++) {
      HardwareLayer layer = network.layers().get(index).layer();
      targets[index] = places.root(layer.target());
      firstWriter.putIfAbsent(targets[index], index);
      lastWriter.put(targets[index], index);
      lastReader.put(places.root(layer.input().name()), index);
      int reader = index;
      layer.skipSource().ifPresent(skip -> lastReader.put(places.root(skip.name()), reader));
    }
    places.results(network.network()).forEach(map -> results.add(places.root(map)));
  }

  /**
   * Indices of the layers to join with the next one, so that the map that a layer writes has no
   * place; empty if that cannot be, or takes too many layers.
   *
   * @param joined the layers that are joined already
   */
  Optional<Set<Integer>> without(int layer, Set<Integer> joined) {
    int first = layer;
    int last = layer + 1;
    for (int index = first; index < last; index++) {
      String map = targets[index];
      if (results.contains(map) || lastWriter.get(map) >= lastReader.getOrDefault(map, 0)) {
        return Optional.empty();
      }
      int from = firstWriter.get(map);
      while (joined.contains(from - 1)) {
        from--;
      }
      last = Math.max(last, lastReader.get(map));
      while (joined.contains(last)) {
        last++;
      }
      if (last - Math.min(from, first) >= MOST) {
        return Optional.empty();
      }
      if (from < first) {
        first = from;
        index = first - 1;
      }
    }
    Set<Integer> more = new TreeSet<>();
    for (int index = first; index < last; index++) {
      more.add(index);
    }
    return Optional.of(more);
  }
}
