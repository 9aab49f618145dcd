package lutmac.quant.codebook;

import java.util.stream.IntStream;
import lutmac.network.format.Codebook;

/** Nearest level of a table, or of all integers of a range, in integer units. */
public final class LevelGrid {
  private final int[] levels;
  private final double[] middles;
  private final boolean everyInteger;

  private LevelGrid(int[] ascending) {
    levels = ascending;
    middles = new double[levels.length - 1];
    for (int i = 0; i < middles.length; i++) {
      middles[i] = (levels[i] + levels[i + 1]) / 2.0;
    }
    everyInteger = levels[levels.length - 1] - levels[0] == levels.length - 1;
  }

  /** The levels of a table. */
  public static LevelGrid of(Codebook codebook) {
    return new LevelGrid(
        codebook.levels().stream().mapToInt(Integer::intValue).sorted().distinct().toArray());
  }

  /** {@code least .. greatest}. */
  public static LevelGrid integers(int least, int greatest) {
    return new LevelGrid(IntStream.rangeClosed(least, greatest).toArray());
  }

  /** Rank of the nearest level among the ascending ones; of two equally near ones the lower. */
  int nearestRank(double value) {
    if (everyInteger) {
      double rank = Math.ceil(value - 0.5) - levels[0];
      return (int) Math.max(0, Math.min(levels.length - 1, rank));
    }
    int rank = 0;
    for (double middle : middles) {
      if (value > middle) {
        rank++;
      }
    }
    return rank;
  }

  int levelAt(int rank) {
    return levels[rank];
  }

  /** Greatest magnitude of a level. */
  public int greatest() {
    return Math.max(levels[levels.length - 1], -levels[0]);
  }

  /** The nearest level. */
  public int nearest(double value) {
    return levels[nearestRank(value)];
  }
}
