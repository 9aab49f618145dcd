package lutmac.runtime.exec;

import java.nio.FloatBuffer;
import java.util.Arrays;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One float convolution as matrix products {@code out[O, X] = W[O, K] * columns[K, X]} of every
 * group: O output channels of the group, X output pixels of possibly several images, K = input
 * channels of the group times kernel taps.
 *
 * <p>ND4J multiplies column-major matrices without copying. Row-major {@code [K, X]} is
 * column-major {@code [X, K]}, so it is asked for {@code out^T = columns^T * W^T}.
 */
final class MatrixConvolution implements FloatConvolution {
  /** Floats of the column matrix at a time: stays in the second-level cache. */
  private static final int COLUMN_FLOATS = 1 << 18;

  private final Shape from;
  private final Shape to;
  private final Window window;
  private final float[] bias;
  private final int groups;
  private final int groupInputs;
  private final int groupOutputs;
  private final int depth;
  private final int rowsAtATime;

  /** {@code [K, O]} of every group. */
  private final INDArray[] weights;

  private final float[] columns;
  private final DataBuffer nativeColumns;
  private final DataBuffer nativeResult;
  private final float[] result;

  MatrixConvolution(FloatOp.Conv conv, Shape from, Shape to) {
    this.from = from;
    this.to = to;
    this.window = conv.window();
    this.bias = conv.bias();
    this.groups = conv.groups();
    this.groupInputs = conv.inChannels() / groups;
    this.groupOutputs = conv.outChannels() / groups;
    this.depth = groupInputs * window.kernelArea();
    long columnsOfRow = (long) depth * to.width();
    this.rowsAtATime = (int) Math.max(1, COLUMN_FLOATS / columnsOfRow);
    int pixels = rowsAtATime * to.width();
    this.weights = new INDArray[groups];
    int groupWeights = depth * groupOutputs;
    for (int g = 0; g < groups; g++) {
      float[] part = Arrays.copyOfRange(conv.weights(), g * groupWeights, (g + 1) * groupWeights);
      weights[g] = Nd4j.create(part, new long[] {depth, groupOutputs}, 'f');
    }
    this.columns = new float[Math.multiplyExact(depth, pixels)];
    this.result = new float[Math.multiplyExact(groupOutputs, pixels)];
    this.nativeColumns = Nd4j.createBuffer(DataType.FLOAT, columns.length, false);
    this.nativeResult = Nd4j.createBuffer(DataType.FLOAT, result.length, false);
  }

  @Override
  public float[] apply(float[] in, int images) {
    float[] out = new float[Math.multiplyExact(images, to.size())];
    int rows = images * to.height();
    for (int first = 0; first < rows; first += rowsAtATime) {
      int count = Math.min(rowsAtATime, rows - first);
      for (int group = 0; group < groups; group++) {
        unroll(in, group, first, count);
        multiply(group, count * to.width());
        scatter(out, group, first, count);
      }
    }
    return out;
  }

  /** Columns of output rows {@code first .. first + count - 1}, counted through all images. */
  private void unroll(float[] in, int group, int first, int count) {
    int at = 0;
    for (int channel = group * groupInputs; channel < (group + 1) * groupInputs; channel++) {
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        for (int kx = 0; kx < window.kernelWidth(); kx++) {
          int shift = kx * window.dilationWidth() - window.padLeft();
          int begin = RowSpan.begin(shift, window.strideWidth(), to.width());
          int end = RowSpan.end(shift, window.strideWidth(), from.width(), to.width());
          for (int row = first; row < first + count; row++, at += to.width()) {
            int image = row / to.height();
            int y =
                row % to.height() * window.strideHeight()
                    - window.padTop()
                    + ky * window.dilationHeight();
            if (y < 0 || y >= from.height()) {
              Arrays.fill(columns, at, at + to.width(), 0f);
              continue;
            }
            int source =
                ((image * from.channels() + channel) * from.height() + y) * from.width() + shift;
            copyRow(in, source, at, begin, end);
          }
        }
      }
    }
  }

  private void copyRow(float[] in, int source, int at, int begin, int end) {
    for (int x = 0; x < begin; x++) {
      columns[at + x] = 0f;
    }
    int stride = window.strideWidth();
    if (stride == 1) {
      System.arraycopy(in, source + begin, columns, at + begin, end - begin);
    } else {
      for (int x = begin; x < end; x++) {
        columns[at + x] = in[source + x * stride];
      }
    }
    for (int x = end; x < to.width(); x++) {
      columns[at + x] = 0f;
    }
  }

  private void multiply(int group, int pixels) {
    FloatBuffer nativeIn = nativeColumns.asNioFloat();
    nativeIn.put(0, columns, 0, depth * pixels);
    INDArray left = columnMajor(nativeColumns, pixels, depth);
    INDArray product = columnMajor(nativeResult, pixels, groupOutputs);
    Nd4j.gemm(left, weights[group], product, false, false, 1.0, 0.0);
    nativeResult.asNioFloat().get(0, result, 0, groupOutputs * pixels);
  }

  private static INDArray columnMajor(DataBuffer buffer, int rows, int columns) {
    return Nd4j.create(buffer, new long[] {rows, columns}, new long[] {1, rows}, 0, 'f');
  }

  private void scatter(float[] out, int group, int first, int count) {
    int width = to.width();
    int pixels = count * width;
    for (int i = 0; i < groupOutputs; i++) {
      int o = group * groupOutputs + i;
      float b = bias[o];
      for (int row = 0; row < count; row++) {
        int image = (first + row) / to.height();
        int y = (first + row) % to.height();
        int target = ((image * bias.length + o) * to.height() + y) * width;
        int source = i * pixels + row * width;
        for (int x = 0; x < width; x++) {
          out[target + x] = result[source + x] + b;
        }
      }
    }
  }
}
