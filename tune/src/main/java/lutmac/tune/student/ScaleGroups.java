package lutmac.tune.student;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which feature maps of a network have one scale: those between which layers stand that keep the
 * format, such as pools and concatenations. The scale of the network's input and of its
 * accumulators is fixed.
 */
final class ScaleGroups {
  private static final int FIXED = -1;

  private final int[] groups;

  /** Feature maps that are tied to each other. */
  record Tie(List<Integer> inputs, int output) {}

  /**
   * @param fixed of every feature map, whether it has no scale that could move
   * @param ties what must move together
   */
  ScaleGroups(boolean[] fixed, List<Tie> ties) {
    int[] root = new int[fixed.length];
    Arrays.setAll(root, map -> map);
    for (Tie tie : ties) {
      for (int input : tie.inputs()) {
        int kept = Math.min(root[input], root[tie.output()]);
        int gone = Math.max(root[input], root[tie.output()]);
        Arrays.setAll(root, map -> root[map] == gone ? kept : root[map]);
      }
    }
    boolean[] fixedRoots = new boolean[root.length];
    for (int map = 0; map < root.length; map++) {
      fixedRoots[root[map]] |= fixed[map];
    }
    groups = new int[root.length];
    Map<Integer, Integer> numbers = new HashMap<>();
    for (int map = 0; map < groups.length; map++) {
      int next = numbers.size();
      groups[map] = fixedRoots[root[map]] ? FIXED : numbers.computeIfAbsent(root[map], key -> next);
    }
  }

  /** How many groups have a scale that may move. */
  int count() {
    return Arrays.stream(groups).max().orElse(FIXED) + 1;
  }

  boolean isFixed(int map) {
    return groups[map] == FIXED;
  }

  /** The group of a feature map that is not fixed, counted from 0. */
  int of(int map) {
    return groups[map];
  }
}
