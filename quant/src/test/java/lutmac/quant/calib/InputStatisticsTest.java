package lutmac.quant.calib;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

/** Means and covariances against plain sums in double precision. */
class InputStatisticsTest {
  /** More than one block of samples and, with {@link #TAPS}, one panel of a product. */
  private static final int SAMPLES = 1001;

  private static final int TAPS = 70;

  /** Terms of other groups before and behind those that are asked about. */
  private static final int FROM = 5;

  private final float[][] rows = rows();
  private final InputStatistics statistics = new InputStatistics(rows, FROM, TAPS);

  private static float[][] rows() {
    Random random = new Random(2);
    float[][] rows = new float[SAMPLES][FROM + TAPS + 3];
    for (float[] row : rows) {
      for (int k = 0; k < row.length; k++) {
        row[k] = random.nextInt(256);
      }
    }
    return rows;
  }

  private static float[][] targets(int count) {
    Random random = new Random(3);
    float[][] targets = new float[count][SAMPLES];
    for (float[] target : targets) {
      for (int r = 0; r < SAMPLES; r++) {
        target[r] = random.nextFloat();
      }
    }
    return targets;
  }

  @Test
  void covariancesOfCodesAreExact() {
    for (int i = 0; i < TAPS; i++) {
      long sum = 0;
      for (float[] row : rows) {
        sum += (long) row[FROM + i];
      }
      assertEquals((double) sum / SAMPLES, statistics.mean()[i], 0);
      for (int j = 0; j < TAPS; j++) {
        long products = 0;
        for (float[] row : rows) {
          products += (long) row[FROM + i] * (long) row[FROM + j];
        }
        double mean = statistics.mean()[Math.min(i, j)] * statistics.mean()[Math.max(i, j)];
        assertEquals(
            (double) products / SAMPLES - mean, statistics.covariance()[i][j], 0, i + ", " + j);
      }
    }
  }

  @Test
  void covariesWithEveryTarget() {
    float[][] targets = targets(67);
    double[][] crossed = statistics.covarianceWith(targets);
    for (int t = 0; t < targets.length; t++) {
      double mean = 0;
      for (float value : targets[t]) {
        mean += (double) value / SAMPLES;
      }
      for (int i = 0; i < TAPS; i++) {
        double sum = 0;
        for (int r = 0; r < SAMPLES; r++) {
          sum += (rows[r][FROM + i] - statistics.mean()[i]) * (targets[t][r] - mean) / SAMPLES;
        }
        assertEquals(sum, crossed[t][i], 1e-3, t + ", " + i);
      }
    }
  }

  @Test
  void theNumberOfThreadsChangesNoBit() {
    double[][] crossed = statistics.covarianceWith(targets(67));
    ForkJoinPool one = new ForkJoinPool(1);
    try {
      InputStatistics alone = one.submit(() -> new InputStatistics(rows, FROM, TAPS)).join();
      assertArrayEquals(statistics.covariance(), alone.covariance());
      assertArrayEquals(crossed, one.submit(() -> alone.covarianceWith(targets(67))).join());
    } finally {
      one.shutdown();
    }
  }
}
