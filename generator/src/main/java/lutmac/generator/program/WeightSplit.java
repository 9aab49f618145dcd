package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import lutmac.generator.pe.PeStyle;
import lutmac.network.HardwareLimits;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.quantized.WeightPlanes;

/**
 * A layer's weights as planes whose levels a style computes: the same weights, a step for every
 * plane. They are, whatever has fewest planes: the planes of the network; the weights as integers,
 * cut into a low part of -8..7 and a high part, both of which have at most two signed digits; the
 * codes of the network with tables that share its levels' digits; the digits of every weight.
 */
final class WeightSplit {
  private static final int CODES = 1 << HardwareLimits.MAX_CODE_BITS;
  private static final int LOW_MIN = -CODES / 2;
  private static final int LOW_MAX = CODES / 2 - 1;
  private static final int LEVEL_MIN = -(1 << (HardwareLimits.LEVEL_BITS - 1));
  private static final int LEVEL_MAX = (1 << (HardwareLimits.LEVEL_BITS - 1)) - 1;

  private WeightSplit() {}

  /** The fewest planes, or nothing if the style cannot express the weights in four. */
  static Optional<List<WeightPlane>> of(MacLayer layer, PeStyle style) {
    List<List<WeightPlane>> ways = new ArrayList<>();
    if (layer.planes().stream().allMatch(plane -> computes(style, plane))) {
      ways.add(layer.planes());
    }
    if (layer.planes().size() > 1) {
      oneTable(layer, style::computes).ifPresent(ways::add);
    }
    if (layer.planes().size() > 1 || ways.stream().noneMatch(way -> holds(style, way))) {
      lowAndHigh(layer, style::computes).ifPresent(ways::add);
      byDigits(layer, style::computes).ifPresent(ways::add);
      byAddends(layer, style::computes).ifPresent(ways::add);
    }
    return ways.stream()
        .filter(planes -> holds(style, planes))
        .min((a, b) -> Integer.compare(a.size(), b.size()));
  }

  private static boolean holds(PeStyle style, List<WeightPlane> planes) {
    return style.holds(planes.stream().map(WeightSplit::levels).toList());
  }

  private static boolean computes(PeStyle style, WeightPlane plane) {
    return levels(plane).stream().allMatch(style::computes);
  }

  /** The levels of the codes in use. */
  private static List<Integer> levels(WeightPlane plane) {
    boolean[] used = used(plane);
    return IntStream.range(0, used.length)
        .filter(code -> used[code])
        .mapToObj(plane.codebook()::level)
        .toList();
  }

  private static boolean[] used(WeightPlane plane) {
    boolean[] used = new boolean[plane.codebook().levels().size()];
    for (byte code : plane.codes()) {
      used[code] = true;
    }
    return used;
  }

  /** A plane of the weights themselves, where a table holds them all. */
  private static Optional<List<WeightPlane>> oneTable(MacLayer layer, Predicate<Integer> computes) {
    int[] weights = weights(layer);
    return tableSize(weights) <= CODES
            && used(weights).stream().allMatch(level -> inRange(level, computes))
        ? Optional.of(List.of(plane(weights)))
        : Optional.empty();
  }

  private static int[] weights(MacLayer layer) {
    int[] weights = new int[layer.weightCount()];
    Arrays.setAll(weights, layer::weight);
    return weights;
  }

  private static TreeSet<Integer> used(int[] weights) {
    TreeSet<Integer> used = new TreeSet<>();
    for (int weight : weights) {
      used.add(weight);
    }
    return used;
  }

  private static Optional<List<WeightPlane>> lowAndHigh(
      MacLayer layer, Predicate<Integer> computes) {
    for (int low = LOW_MIN; low <= LOW_MAX; low++) {
      if (!computes.test(low)) {
        return Optional.empty();
      }
    }
    int[] weights = weights(layer);
    TreeSet<Integer> used = used(weights);
    List<Integer> high = new ArrayList<>(List.of(0));
    return cover(used.headSet(LOW_MIN, false).descendingSet(), -1, computes, high)
            && cover(used.tailSet(LOW_MAX + 1), 1, computes, high)
            && high.size() < 2 * CODES
        ? Optional.of(planes(weights, high))
        : Optional.empty();
  }

  /**
   * Adds high levels, as few as there can be, within reach of all weights of one sign.
   *
   * @return whether there are such levels
   */
  private static boolean cover(
      Iterable<Integer> fromZero, int sign, Predicate<Integer> computes, List<Integer> high) {
    int newest = 0;
    for (int weight : fromZero) {
      if (!reaches(newest, weight)) {
        newest = weight - (sign > 0 ? LOW_MIN : LOW_MAX);
        while (reaches(newest, weight) && !inRange(newest, computes)) {
          newest -= sign;
        }
        if (!reaches(newest, weight)) {
          return false;
        }
        high.add(newest);
      }
    }
    return true;
  }

  private static boolean reaches(int high, int weight) {
    return weight - high >= LOW_MIN && weight - high <= LOW_MAX;
  }

  /**
   * The planes of a low part and of one or, where a table does not hold them all, two high ones.
   */
  private static List<WeightPlane> planes(int[] weights, List<Integer> high) {
    int tables = high.size() <= CODES ? 1 : 2;
    List<int[]> levels = new ArrayList<>();
    for (int plane = 0; plane <= tables; plane++) {
      levels.add(new int[weights.length]);
    }
    for (int i = 0; i < weights.length; i++) {
      int at = 0;
      while (!reaches(high.get(at), weights[i])) {
        at++;
      }
      // The first table has the first levels, the second one the others; both have 0.
      levels.get(at < CODES ? 0 : 1)[i] = high.get(at);
      levels.get(tables)[i] = weights[i] - high.get(at);
    }
    return levels.stream().map(WeightSplit::plane).toList();
  }

  /** The plane of the least table that holds these levels. */
  private static WeightPlane plane(int[] levels) {
    Set<Integer> used = used(levels);
    used.remove(0);
    List<Integer> table = new ArrayList<>(List.of(0));
    table.addAll(used);
    int size = Math.max(2, Integer.highestOneBit(table.size() - 1) << 1);
    table.addAll(Collections.nCopies(size - table.size(), 0));
    return WeightPlanes.ofTable(new Codebook(table), levels);
  }

  /** Every plane once for each number that its levels are sums of. */
  private static Optional<List<WeightPlane>> byDigits(MacLayer layer, Predicate<Integer> computes) {
    Map<Integer, Optional<List<Integer>>> parts = new HashMap<>();
    List<WeightPlane> planes = new ArrayList<>();
    for (WeightPlane plane : layer.planes()) {
      boolean[] used = used(plane);
      List<List<Integer>> tables = new ArrayList<>();
      for (int code = 0; code < used.length; code++) {
        if (!used[code]) {
          continue;
        }
        Optional<List<Integer>> addends =
            parts.computeIfAbsent(plane.codebook().level(code), level -> addends(level, computes));
        if (addends.isEmpty()) {
          return Optional.empty();
        }
        for (int table = 0; table < addends.get().size(); table++) {
          if (table == tables.size()) {
            tables.add(new ArrayList<>(Collections.nCopies(used.length, 0)));
          }
          tables.get(table).set(code, addends.get().get(table));
        }
      }
      for (List<Integer> table : tables) {
        planes.add(new WeightPlane(new Codebook(table), plane.codes()));
      }
    }
    return Optional.of(planes.isEmpty() ? layer.planes().subList(0, 1) : planes);
  }

  /** The addends of every weight, one a plane. */
  private static Optional<List<WeightPlane>> byAddends(
      MacLayer layer, Predicate<Integer> computes) {
    int[] weights = weights(layer);
    List<int[]> planes = new ArrayList<>();
    Map<Integer, Optional<List<Integer>>> known = new HashMap<>();
    for (int i = 0; i < weights.length; i++) {
      Optional<List<Integer>> addends =
          known.computeIfAbsent(weights[i], weight -> addends(weight, computes));
      if (addends.isEmpty()) {
        return Optional.empty();
      }
      for (int plane = 0; plane < addends.get().size(); plane++) {
        if (plane == planes.size()) {
          planes.add(new int[weights.length]);
        }
        planes.get(plane)[i] = addends.get().get(plane);
      }
    }
    return !planes.isEmpty() && planes.stream().allMatch(levels -> tableSize(levels) <= CODES)
        ? Optional.of(planes.stream().map(WeightSplit::plane).toList())
        : Optional.empty();
  }

  /** Levels of the least table that holds these. */
  private static int tableSize(int[] levels) {
    Set<Integer> used = used(levels);
    used.add(0);
    return used.size();
  }

  /** Numbers that the style computes, the next one always as near to the rest as there is. */
  private static Optional<List<Integer>> addends(int level, Predicate<Integer> computes) {
    List<Integer> addends = new ArrayList<>();
    for (int rest = level; rest != 0; rest -= addends.get(addends.size() - 1)) {
      int distance = 0;
      while (!inRange(rest - distance, computes) && !inRange(rest + distance, computes)) {
        distance++;
      }
      int next = inRange(rest - distance, computes) ? rest - distance : rest + distance;
      if (next == 0) {
        return Optional.empty();
      }
      addends.add(next);
    }
    return Optional.of(addends);
  }

  private static boolean inRange(int level, Predicate<Integer> computes) {
    return level >= LEVEL_MIN && level <= LEVEL_MAX && computes.test(level);
  }
}
