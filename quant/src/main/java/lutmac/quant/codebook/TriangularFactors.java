package lutmac.quant.codebook;

/**
 * A symmetric positive definite matrix as {@code U D U'}, U upper triangular with a unit diagonal
 * and D diagonal: Cholesky's factorization from the last row upwards.
 */
public final class TriangularFactors {
  private final double[][] upper;
  private final double[] diagonal;

  /**
   * @param matrix symmetric positive definite, {@code [n][n]}; kept as it is
   * @throws ArithmeticException if a pivot is not positive
   */
  public TriangularFactors(double[][] matrix) {
    int n = matrix.length;
    double[][] rest = new double[n][];
    for (int i = 0; i < n; i++) {
      rest[i] = matrix[i].clone();
    }
    upper = new double[n][n];
    diagonal = new double[n];
    double[] column = new double[n];
    for (int k = n - 1; k >= 0; k--) {
      double pivot = rest[k][k];
      if (!(pivot > 0)) {
        throw new ArithmeticException("the matrix is not positive definite at row " + k);
      }
      diagonal[k] = pivot;
      upper[k][k] = 1;
      for (int i = 0; i < k; i++) {
        column[i] = rest[k][i];
        upper[i][k] = column[i] / pivot;
      }
      for (int i = 0; i < k; i++) {
        subtract(rest[i], upper[i][k], column, i + 1);
      }
    }
  }

  /** Keeps the lower triangle up to date: row i needs columns 0..i. */
  private static void subtract(double[] row, double factor, double[] column, int length) {
    for (int j = 0; j < length; j++) {
      row[j] -= factor * column[j];
    }
  }

  double[] upperRow(int row) {
    return upper[row];
  }

  /** {@code x} with {@code x * matrix = right}. */
  public double[] solve(double[] right) {
    int n = diagonal.length;
    double[] x = right.clone();
    // (x U) D U' = right: first away with U', from the back, ...
    for (int k = n - 1; k >= 0; k--) {
      double sum = x[k];
      double[] row = upper[k];
      for (int m = k + 1; m < n; m++) {
        sum -= row[m] * x[m];
      }
      x[k] = sum;
    }
    for (int k = 0; k < n; k++) {
      x[k] /= diagonal[k];
    }
    // ... then with U, from the front.
    for (int i = 0; i < n; i++) {
      double value = x[i];
      double[] row = upper[i];
      for (int k = i + 1; k < n; k++) {
        x[k] -= value * row[k];
      }
    }
    return x;
  }
}
