package lutmac.runtime.exec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which step of a run reads each feature map last: behind it the map only takes memory. */
public final class LastReaders {
  /** Where nobody reads. */
  private static final int NONE = -1;

  private final Map<String, Integer> lastReader = new HashMap<>();

  /**
   * @param inputs names of the maps that each step reads, in the order of the steps
   */
  public LastReaders(List<List<String>> inputs) {
    for (int step = 0; step < inputs.size(); step++) {
      for (String input : inputs.get(step)) {
        lastReader.put(input, step);
      }
    }
  }

  /** The last step that reads a map; -1 if none does. */
  public int of(String map) {
    return lastReader.getOrDefault(map, NONE);
  }

  /** Drops the maps that nobody reads behind {@code step}, except those that nobody ever reads. */
  void dropBehind(int step, Map<String, ?> maps, Set<String> kept) {
    maps.keySet()
        .removeIf(
            map -> lastReader.getOrDefault(map, Integer.MAX_VALUE) <= step && !kept.contains(map));
  }
}
