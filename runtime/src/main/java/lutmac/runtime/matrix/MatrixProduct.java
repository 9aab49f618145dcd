package lutmac.runtime.matrix;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import java.lang.ref.Reference;

/**
 * Products of matrices.
 *
 * <p>Every product is computed by the thread that asks for it, alone: a library that divides one
 * among threads adds in an order that changes with their number. Whoever has several products
 * computes them side by side. So the bits of a result depend on the sizes of the matrices and on
 * the processor model (OpenBLAS has kernels for each), on nothing else.
 */
public final class MatrixProduct {
  static {
    blas_set_num_threads(1);
  }

  private MatrixProduct() {}

  /** {@code c[m, n] = a[m, k] * b[k, n]}, added to what c holds if {@code add}. */
  public static void multiply(int m, int n, int k, Matrix a, Matrix b, boolean add, Matrix c) {
    product(CblasNoTrans, CblasNoTrans, m, n, k, a, b, add, c);
  }

  /** {@code c[m, n] += transposed(a[k, m]) * b[k, n]}. */
  public static void addLeftTransposed(int m, int n, int k, Matrix a, Matrix b, Matrix c) {
    product(CblasTrans, CblasNoTrans, m, n, k, a, b, true, c);
  }

  /** {@code c[m, n] = transposed(a[k, m]) * b[k, n]}. */
  public static void multiplyLeftTransposed(int m, int n, int k, Matrix a, Matrix b, Matrix c) {
    product(CblasTrans, CblasNoTrans, m, n, k, a, b, false, c);
  }

  /** {@code c[m, n] += a[m, k] * transposed(b[n, k])}. */
  public static void addRightTransposed(int m, int n, int k, Matrix a, Matrix b, Matrix c) {
    product(CblasNoTrans, CblasTrans, m, n, k, a, b, true, c);
  }

  private static void product(
      int left, int right, int m, int n, int k, Matrix a, Matrix b, boolean add, Matrix c) {
    cblas_sgemm(
        CblasRowMajor,
        left,
        right,
        m,
        n,
        k,
        1,
        a.start(),
        a.stride(),
        b.start(),
        b.stride(),
        add ? 1 : 0,
        c.start(),
        c.stride());
    Reference.reachabilityFence(a.memory());
    Reference.reachabilityFence(b.memory());
    Reference.reachabilityFence(c.memory());
  }
}
