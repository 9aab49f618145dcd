package lutmac.runtime.matrix;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import java.lang.ref.Reference;
import lutmac.network.BadInputException;

/**
 * Products of matrices.
 *
 * <p>Every product is computed by the thread that asks for it, alone: a library that divides one
 * among threads adds in an order that changes with their number. Whoever has several products
 * computes them side by side. So the bits of a result depend on the sizes of the matrices and on
 * the processor model (OpenBLAS has kernels for each), on nothing else.
 */
public final class MatrixProduct {
  /**
   * Whether products of integers come out right here. Old kernels compute nonsense on processors
   * that are newer than they are, and a wrong product would become a wrong network.
   */
  private static final boolean SOUND;

  static {
    blas_set_num_threads(1);
    SOUND = productIsExact();
  }

  private MatrixProduct() {}

  /** {@code c[m, n] = a[m, k] * b[k, n]}, added to what c holds if {@code add}. */
  public static void multiply(int m, int n, int k, Matrix a, Matrix b, boolean add, Matrix c) {
    product(CblasNoTrans, CblasNoTrans, m, n, k, a, b, add, c);
  }

  /** {@code c[m, n] = transposed(a[k, m]) * b[k, n]}, added to what c holds if {@code add}. */
  public static void multiplyLeftTransposed(
      int m, int n, int k, Matrix a, Matrix b, boolean add, Matrix c) {
    product(CblasTrans, CblasNoTrans, m, n, k, a, b, add, c);
  }

  /** {@code c[m, n] += a[m, k] * transposed(b[n, k])}. */
  public static void addRightTransposed(int m, int n, int k, Matrix a, Matrix b, Matrix c) {
    product(CblasNoTrans, CblasTrans, m, n, k, a, b, true, c);
  }

  /** A product of small integers with rests in every direction, against plain loops. */
  private static boolean productIsExact() {
    int m = 37;
    int n = 83;
    int k = 51;
    FloatMemory memory = new FloatMemory(m * k + k * n + m * n);
    float[] a = new float[m * k];
    float[] b = new float[k * n];
    for (int i = 0; i < a.length; i++) {
      a[i] = i * 7 % 19 - 9;
    }
    for (int i = 0; i < b.length; i++) {
      b[i] = i * 5 % 23 - 11;
    }
    memory.put(0, a, 0, a.length);
    memory.put(m * k, b, 0, b.length);
    Matrix c = memory.matrix(m * k + k * n, n);
    sgemm(
        CblasNoTrans,
        CblasNoTrans,
        m,
        n,
        k,
        memory.matrix(0, k),
        memory.matrix(m * k, n),
        false,
        c);
    float[] got = new float[m * n];
    memory.get(m * k + k * n, got, 0, got.length);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float sum = 0;
        for (int l = 0; l < k; l++) {
          sum += a[i * k + l] * b[l * n + j];
        }
        if (got[i * n + j] != sum) {
          return false;
        }
      }
    }
    return true;
  }

  private static void product(
      int left, int right, int m, int n, int k, Matrix a, Matrix b, boolean add, Matrix c) {
    if (!SOUND) {
      throw new BadInputException(
          "the matrix library computes wrong products on this processor; choose kernels that it has"
              + " for it with the environment variable OPENBLAS_CORETYPE, such as Haswell");
    }
    sgemm(left, right, m, n, k, a, b, add, c);
  }

  private static void sgemm(
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
