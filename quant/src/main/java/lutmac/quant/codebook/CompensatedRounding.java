package lutmac.quant.codebook;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Rounds the weights of one output channel to table levels so that the errors cancel in the output:
 * minimizes {@code e H e'} with {@code e = w - q} and H the covariance of the inputs.
 *
 * <p>First one weight after the other, in order of descending variance of its input, each taking up
 * the errors of those before it: with {@code H = U D U'} the loss is {@code sum D_k (e U)_k^2}, and
 * weight k can only cancel {@code w_k + sum over i < k of e_i U_ik} (GPTQ, Frantar 2022, in the
 * form of Chee 2023). Then coordinate descent: every weight in turn goes to the level nearest to
 * the optimum given the others, which never raises the loss.
 */
public final class CompensatedRounding {
  private final double[][] form;
  private final int[] order;
  private final TriangularFactors factors;
  private final int sweeps;

  /**
   * @param form H, symmetric positive definite, {@code [n][n]}
   * @param sweeps most passes of coordinate descent
   */
  public CompensatedRounding(double[][] form, int sweeps) {
    this.sweeps = sweeps;
    int n = form.length;
    order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer k) -> -form[k][k]))
            .mapToInt(Integer::intValue)
            .toArray();
    this.form = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        this.form[i][j] = form[order[i]][order[j]];
      }
    }
    factors = new TriangularFactors(this.form);
  }

  /** Levels of one output channel and what they cost. */
  public record Rounded(int[] levels, double loss) {}

  /**
   * @param weights {@code [n]} in real units
   * @param grid the table
   * @param exponent a level L stands for {@code L * 2^-exponent}
   */
  public Rounded round(double[] weights, LevelGrid grid, int exponent) {
    int n = order.length;
    double step = Math.scalb(1.0, -exponent);
    double[] wanted = new double[n];
    double[] compensated = new double[n];
    for (int k = 0; k < n; k++) {
      wanted[k] = Math.scalb(weights[order[k]], exponent);
      compensated[k] = wanted[k];
    }
    int[] rank = new int[n];
    double[] error = new double[n];
    for (int k = 0; k < n; k++) {
      rank[k] = grid.nearestRank(compensated[k]);
      error[k] = wanted[k] - grid.levelAt(rank[k]);
      addScaled(compensated, error[k], factors.upperRow(k), k + 1);
    }
    double[] gradient = new double[n];
    for (int k = 0; k < n; k++) {
      addScaled(gradient, error[k], form[k], 0);
    }
    boolean moved = true;
    for (int sweep = 0; sweep < sweeps && moved; sweep++) {
      moved = false;
      for (int k = 0; k < n; k++) {
        double level = grid.levelAt(rank[k]);
        int better = grid.nearestRank(level + gradient[k] / form[k][k]);
        double change = grid.levelAt(better) - level;
        // The change of the loss; a tie must not move, or two levels could alternate for ever.
        if (change != 0 && change * (change * form[k][k] - 2 * gradient[k]) < 0) {
          rank[k] = better;
          error[k] -= change;
          addScaled(gradient, -change, form[k], 0);
          moved = true;
        }
      }
    }
    int[] levels = new int[n];
    double loss = 0;
    for (int k = 0; k < n; k++) {
      levels[order[k]] = grid.levelAt(rank[k]);
      loss += error[k] * gradient[k];
    }
    return new Rounded(levels, loss * step * step);
  }

  /** The level nearest to each weight on its own. */
  public static int[] nearest(double[] weights, LevelGrid grid, int exponent) {
    int[] levels = new int[weights.length];
    for (int k = 0; k < levels.length; k++) {
      levels[k] = grid.nearest(Math.scalb(weights[k], exponent));
    }
    return levels;
  }

  private static void addScaled(double[] sum, double factor, double[] row, int from) {
    for (int j = from; j < sum.length; j++) {
      sum[j] += factor * row[j];
    }
  }
}
