package lutmac.tune.kernel;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.blas_get_num_threads;
import static org.bytedeco.openblas.global.openblas_nolapack.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

/**
 * Single-precision matrix products by OpenBLAS, the library that ND4J computes with, on row-major
 * Java arrays.
 *
 * <p>OpenBLAS divides a product among its threads, and the order of a sum changes with their
 * number. So training runs many products at a time, each on the one thread that calls it: see
 * {@link #onCallingThread}.
 */
public final class MatrixProduct {
  private MatrixProduct() {}

  /** Has every product computed by the thread that asks for it, as long as the work lasts. */
  public static void onCallingThread(Runnable work) {
    int threads = blas_get_num_threads();
    blas_set_num_threads(1);
    try {
      work.run();
    } finally {
      blas_set_num_threads(threads);
    }
  }

  /** {@code c[m, n] = a[m, k] * b[k, n]}. */
  static void multiply(int m, int n, int k, float[] a, float[] b, float[] c) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a, k, b, n, 0, c, n);
  }

  /** {@code c[m, n] = transposed(a[k, m]) * b[k, n]}. */
  static void multiplyLeftTransposed(int m, int n, int k, float[] a, float[] b, float[] c) {
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, m, n, k, 1, a, m, b, n, 0, c, n);
  }

  /** {@code c[m, n] += a[m, k] * transposed(b[n, k])}. */
  static void addRightTransposed(int m, int n, int k, float[] a, float[] b, float[] c) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, a, k, b, k, 1, c, n);
  }
}
