package lutmac.runtime.exec;

import java.util.Arrays;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * A float convolution whose every sum has one order of additions, whatever the number of threads:
 * what the quantizer decides by it must not depend on the machine's load. Built like {@link
 * IntegerConvolution}; one convolution serves any number of threads.
 */
public final class OrderedConvolution {
  private static final int COLUMN_FLOATS = 1 << 17;

  /** With fewer pixels than this, rows of output channels are longer than rows of pixels. */
  private static final int FEW_PIXELS = 16;

  private final Shape to;
  private final int groups;
  private final int groupChannels;
  private final int groupOutputs;
  private final int depth;
  private final int rowsAtATime;
  private final boolean overPixels;
  private final RowUnroller<float[]> unroller;

  /** {@code [group][K][outputs of the group]}. */
  private final float[][][] weights;

  private final ThreadLocal<float[][]> columns;
  private final ThreadLocal<float[][]> accumulators;

  /**
   * @param from shape of the input
   * @param outputs output channels
   * @param weights {@code [O, I / groups, Kh, Kw]}
   */
  public OrderedConvolution(Shape from, int outputs, Window window, int groups, float[] weights) {
    this.to = window.outputShape(from, outputs);
    this.groups = groups;
    this.groupChannels = from.channels() / groups;
    this.groupOutputs = outputs / groups;
    this.depth = groupChannels * window.kernelArea();
    this.overPixels = to.pixels() >= FEW_PIXELS;
    this.unroller = new Unroller(from, to, window);
    this.weights = new float[groups][depth][groupOutputs];
    for (int o = 0; o < outputs; o++) {
      for (int k = 0; k < depth; k++) {
        this.weights[o / groupOutputs][k][o % groupOutputs] = weights[o * depth + k];
      }
    }
    this.rowsAtATime =
        (int) Math.min(to.height(), Math.max(1, COLUMN_FLOATS / ((long) depth * to.width())));
    int tile = rowsAtATime * to.width();
    this.columns = ThreadLocal.withInitial(() -> new float[depth][tile]);
    this.accumulators = ThreadLocal.withInitial(() -> new float[groupOutputs][tile]);
  }

  /** Sums without bias, {@code [O, H, W]}, of an input {@code [C, H, W]} padded with zeros. */
  public float[] apply(float[] in) {
    float[] sums = new float[to.size()];
    float[][] unrolled = columns.get();
    for (int first = 0; first < to.height(); first += rowsAtATime) {
      int rows = Math.min(rowsAtATime, to.height() - first);
      int pixels = rows * to.width();
      for (int group = 0; group < groups; group++) {
        unroller.unroll(in, group * groupChannels, groupChannels, first, rows, unrolled);
        if (overPixels) {
          byPixels(unrolled, group, pixels, sums, first * to.width());
        } else {
          byOutputs(unrolled, group, pixels, sums, first * to.width());
        }
      }
    }
    return sums;
  }

  private void byPixels(float[][] unrolled, int group, int pixels, float[] sums, int offset) {
    float[][] acc = accumulators.get();
    for (float[] row : acc) {
      Arrays.fill(row, 0, pixels, 0);
    }
    float[][] w = weights[group];
    int k = 0;
    for (; k + 4 <= depth; k += 4) {
      float[] r0 = unrolled[k];
      float[] r1 = unrolled[k + 1];
      float[] r2 = unrolled[k + 2];
      float[] r3 = unrolled[k + 3];
      for (int o = 0; o < groupOutputs; o++) {
        addFour(acc[o], r0, r1, r2, r3, pixels, w[k][o], w[k + 1][o], w[k + 2][o], w[k + 3][o]);
      }
    }
    for (; k < depth; k++) {
      for (int o = 0; o < groupOutputs; o++) {
        addOne(acc[o], unrolled[k], pixels, w[k][o]);
      }
    }
    for (int o = 0; o < groupOutputs; o++) {
      int at = (group * groupOutputs + o) * to.pixels() + offset;
      System.arraycopy(acc[o], 0, sums, at, pixels);
    }
  }

  private void byOutputs(float[][] unrolled, int group, int pixels, float[] sums, int offset) {
    float[] acc = new float[groupOutputs];
    float[][] w = weights[group];
    for (int p = 0; p < pixels; p++) {
      Arrays.fill(acc, 0);
      int k = 0;
      for (; k + 4 <= depth; k += 4) {
        addFour(
            acc,
            w[k],
            w[k + 1],
            w[k + 2],
            w[k + 3],
            groupOutputs,
            unrolled[k][p],
            unrolled[k + 1][p],
            unrolled[k + 2][p],
            unrolled[k + 3][p]);
      }
      for (; k < depth; k++) {
        addOne(acc, w[k], groupOutputs, unrolled[k][p]);
      }
      for (int o = 0; o < groupOutputs; o++) {
        sums[(group * groupOutputs + o) * to.pixels() + offset + p] = acc[o];
      }
    }
  }

  private static void addFour(
      float[] acc,
      float[] r0,
      float[] r1,
      float[] r2,
      float[] r3,
      int length,
      float w0,
      float w1,
      float w2,
      float w3) {
    for (int x = 0; x < length; x++) {
      acc[x] += w0 * r0[x] + w1 * r1[x] + w2 * r2[x] + w3 * r3[x];
    }
  }

  private static void addOne(float[] acc, float[] row, int length, float w) {
    for (int x = 0; x < length; x++) {
      acc[x] += w * row[x];
    }
  }

  private static final class Unroller extends RowUnroller<float[]> {
    Unroller(Shape from, Shape to, Window window) {
      super(from, to, window);
    }

    @Override
    void copy(float[] in, int source, int stride, float[] row, int at, int count) {
      if (stride == 1) {
        System.arraycopy(in, source, row, at, count);
      } else {
        for (int x = 0; x < count; x++) {
          row[at + x] = in[source + x * stride];
        }
      }
    }

    @Override
    void pad(float[] row, int at, int count, int channel) {
      Arrays.fill(row, at, at + count, 0);
    }
  }
}
