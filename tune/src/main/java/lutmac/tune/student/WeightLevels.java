package lutmac.tune.student;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import lutmac.network.format.Codebook;

/**
 * Every weight that a layer's tables can make, ascending: the levels of one table, or the sums of
 * two tables' levels. Of several ways to make one weight the smallest codes count.
 */
final class WeightLevels {
  private final float[] levels;
  private final float[] middles;

  /** {@code [rank][plane]}. */
  private final byte[][] codes;

  WeightLevels(List<Codebook> tables) {
    SortedMap<Integer, byte[]> made = new TreeMap<>();
    Codebook first = tables.get(0);
    for (int a = 0; a < first.levels().size(); a++) {
      if (tables.size() == 1) {
        made.putIfAbsent(first.level(a), new byte[] {(byte) a});
        continue;
      }
      Codebook second = tables.get(1);
      for (int b = 0; b < second.levels().size(); b++) {
        made.putIfAbsent(first.level(a) + second.level(b), new byte[] {(byte) a, (byte) b});
      }
    }
    levels = new float[made.size()];
    codes = made.values().toArray(new byte[0][]);
    int rank = 0;
    for (int level : made.keySet()) {
      levels[rank++] = level;
    }
    middles = new float[levels.length - 1];
    for (int i = 0; i < middles.length; i++) {
      middles[i] = (levels[i] + levels[i + 1]) / 2;
    }
  }

  /** Rank of the level nearest to a weight; half-way the lower one. */
  int nearestRank(float weight) {
    int low = 0;
    int high = middles.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (weight > middles[middle]) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  float level(int rank) {
    return levels[rank];
  }

  byte code(int rank, int plane) {
    return codes[rank][plane];
  }

  /** Half a gap below the least level: where shadow weights end. */
  float lowest() {
    return levels[0] - gap() / 2;
  }

  /** Half a gap above the greatest level. */
  float highest() {
    return levels[levels.length - 1] + gap() / 2;
  }

  /** Mean distance of neighbouring levels. */
  float gap() {
    return levels.length == 1 ? 1 : (levels[levels.length - 1] - levels[0]) / (levels.length - 1);
  }
}
