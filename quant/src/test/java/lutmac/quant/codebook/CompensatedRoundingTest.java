package lutmac.quant.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import lutmac.network.format.Codebook;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CompensatedRoundingTest {
  private static final Codebook TABLE = new Codebook(List.of(0, -5, -2, 1, 2, 3, 5, 8));

  @Property(tries = 50)
  void factorsSolveLinearSystems(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int n) {
    Random random = new Random(seed);
    double[][] form = form(random, n);
    double[] x = random.doubles(n, -1, 1).toArray();
    double[] right = times(x, form);
    assertArrayEquals(x, new TriangularFactors(form).solve(right), 1e-8);
  }

  @Test
  void rejectsAMatrixThatIsNotPositiveDefinite() {
    double[][] singular = {{1, 1}, {1, 1}};
    assertThrows(ArithmeticException.class, () -> new TriangularFactors(singular));
  }

  @Property(tries = 50)
  void statedLossIsThatOfTheLevels(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int n) {
    Random random = new Random(seed);
    double[][] form = form(random, n);
    double[] weights = random.doubles(n, -1, 1).toArray();
    CompensatedRounding.Rounded rounded =
        new CompensatedRounding(form, 8).round(weights, LevelGrid.of(TABLE), 3);
    assertEquals(loss(weights, rounded.levels(), form, 3), rounded.loss(), 1e-9);
  }

  @Property(tries = 50)
  void noSingleChangeOfALevelLowersTheLoss(@ForAll long seed) {
    int n = 8;
    Random random = new Random(seed);
    double[][] form = form(random, n);
    double[] weights = random.doubles(n, -1, 1).toArray();
    int[] levels =
        new CompensatedRounding(form, 1000).round(weights, LevelGrid.of(TABLE), 3).levels();
    double reached = loss(weights, levels, form, 3);
    for (int k = 0; k < n; k++) {
      for (int level : TABLE.levels()) {
        int[] other = levels.clone();
        other[k] = level;
        assertTrue(loss(weights, other, form, 3) >= reached - 1e-12);
      }
    }
  }

  @Test
  void correlatedInputsLoseFarLessThanWithNearestLevels() {
    int n = 24;
    Random random = new Random(5);
    double nearest = 0;
    double compensated = 0;
    for (int round = 0; round < 50; round++) {
      double[][] form = form(random, n);
      double[] weights = random.doubles(n, -0.6, 0.9).toArray();
      LevelGrid grid = LevelGrid.of(TABLE);
      nearest += loss(weights, CompensatedRounding.nearest(weights, grid, 3), form, 3);
      compensated += new CompensatedRounding(form, 8).round(weights, grid, 3).loss();
    }
    assertTrue(compensated < nearest / 2, compensated + " against " + nearest);
  }

  @Test
  void uncorrelatedInputsMakeItNearestRounding() {
    double[] weights = new Random(3).doubles(40, -0.8, 1.2).toArray();
    double[][] diagonal = new double[40][40];
    for (int k = 0; k < 40; k++) {
      diagonal[k][k] = 1 + k % 7;
    }
    LevelGrid grid = LevelGrid.of(TABLE);
    assertArrayEquals(
        CompensatedRounding.nearest(weights, grid, 3),
        new CompensatedRounding(diagonal, 4).round(weights, grid, 3).levels());
  }

  /** Covariance of correlated inputs. */
  private static double[][] form(Random random, int n) {
    double[][] form = new double[n][n];
    for (int row = 0; row < 3 * n; row++) {
      double common = random.nextGaussian();
      double[] x = random.doubles(n).map(v -> v - 0.5 + common).toArray();
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          form[i][j] += x[i] * x[j] / (3 * n);
        }
      }
    }
    for (int i = 0; i < n; i++) {
      form[i][i] += 0.01;
    }
    return form;
  }

  private static double[] times(double[] x, double[][] matrix) {
    double[] product = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x.length; j++) {
        product[j] += x[i] * matrix[i][j];
      }
    }
    return product;
  }

  private static double loss(double[] weights, int[] levels, double[][] form, int exponent) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      for (int j = 0; j < weights.length; j++) {
        double a = weights[i] - Math.scalb((double) levels[i], -exponent);
        double b = weights[j] - Math.scalb((double) levels[j], -exponent);
        sum += a * form[i][j] * b;
      }
    }
    return sum;
  }
}
