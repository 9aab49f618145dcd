package lutmac.quant.codebook;

import java.util.Comparator;
import java.util.stream.IntStream;
import lutmac.quant.format.Codebook;

/** Nearest level of a table, in the table's integer units. */
public final class LevelGrid {
  private final int[] codes;
  private final double[] levels;
  private final double[] middles;

  public LevelGrid(Codebook codebook) {
    codes =
        IntStream.range(0, codebook.levels().size())
            .boxed()
            .sorted(Comparator.comparingInt(codebook::level))
            .mapToInt(Integer::intValue)
            .toArray();
    levels = IntStream.of(codes).mapToDouble(codebook::level).toArray();
    middles = new double[levels.length - 1];
    for (int i = 0; i < middles.length; i++) {
      middles[i] = (levels[i] + levels[i + 1]) / 2;
    }
  }

  /** Rank of the nearest level among the ascending ones. */
  int nearestRank(double value) {
    int rank = 0;
    for (double middle : middles) {
      if (value > middle) {
        rank++;
      }
    }
    return rank;
  }

  double levelAt(int rank) {
    return levels[rank];
  }

  byte codeAt(int rank) {
    return (byte) codes[rank];
  }

  /** The nearest level. */
  public double nearest(double value) {
    return levels[nearestRank(value)];
  }
}
