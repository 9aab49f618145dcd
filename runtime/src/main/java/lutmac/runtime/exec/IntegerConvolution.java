package lutmac.runtime.exec;

import java.util.Arrays;
import lutmac.network.quantized.MacLayer;
import lutmac.network.shape.Shape;

/**
 * Accumulators of one layer, {@code sums[O, X] = W[O, K] * columns[K, X]} in wrapping 32-bit
 * integers: X output pixels, K = input channels of a group times kernel taps.
 *
 * <p>One inner loop does it all: four rows, each times its own number, added to a fifth. Every row
 * is an array of its own, because HotSpot (17) does not vectorize the loop when rows are parts of
 * one array: 5 against 15 to 26 multiply-accumulates a nanosecond for rows of 64 to 1024. The rows
 * are pixels of an unrolled tap, or, for a layer of few pixels such as a fully connected one,
 * output channels.
 *
 * <p>One convolution serves any number of threads.
 */
public final class IntegerConvolution {
  /** Ints of the column matrix at a time: half of a second-level cache. */
  private static final int COLUMN_INTS = 1 << 17;

  /** With fewer pixels than this, rows of output channels are longer than rows of pixels. */
  private static final int FEW_PIXELS = 16;

  private final MacLayer layer;
  private final Shape from;
  private final Shape to;
  private final RowUnroller<int[]> unroller;
  private final int depth;
  private final boolean overPixels;

  /** {@code [K, O]}. */
  private final int[][] weights;

  /** The same by group, {@code [group][K][outputs of the group]}. */
  private final int[][][] byGroup;

  private final int groupOutputs;

  private final int rowsAtATime;
  private final ThreadLocal<int[][]> columns;
  private final ThreadLocal<int[][]> accumulators;

  public IntegerConvolution(MacLayer layer) {
    this.layer = layer;
    this.from = layer.input().shape();
    this.to = layer.output().shape();
    this.unroller = new Unroller(layer);
    int outputs = to.channels();
    this.depth = layer.taps();
    this.overPixels = to.pixels() >= FEW_PIXELS;
    this.weights = new int[depth][outputs];
    for (int o = 0; o < outputs; o++) {
      for (int k = 0; k < depth; k++) {
        weights[k][o] = layer.weight(o * depth + k);
      }
    }
    this.groupOutputs = outputs / layer.groups();
    this.byGroup = new int[layer.groups()][depth][];
    for (int group = 0; group < layer.groups(); group++) {
      for (int k = 0; k < depth; k++) {
        int first = group * groupOutputs;
        byGroup[group][k] = Arrays.copyOfRange(weights[k], first, first + groupOutputs);
      }
    }
    this.rowsAtATime =
        (int) Math.min(to.height(), Math.max(1, COLUMN_INTS / ((long) depth * to.width())));
    int tile = rowsAtATime * to.width();
    this.columns = ThreadLocal.withInitial(() -> new int[depth][tile]);
    this.accumulators = ThreadLocal.withInitial(() -> new int[groupOutputs][tile]);
  }

  /** Accumulators without bias, {@code [O, H, W]}, of an input {@code [C, H, W]}. */
  public int[] apply(int[] in) {
    int[] sums = new int[to.size()];
    int[][] unrolled = columns.get();
    if (layer.sumPixels()) {
      for (int group = 0; group < layer.groups(); group++) {
        sumOverPixels(in, group, unrolled);
        byOutputs(unrolled, group, 1, sums, 0);
      }
      return sums;
    }
    for (int first = 0; first < to.height(); first += rowsAtATime) {
      int rows = Math.min(rowsAtATime, to.height() - first);
      int pixels = rows * to.width();
      for (int group = 0; group < layer.groups(); group++) {
        unroller.unroll(
            in, group * layer.groupChannels(), layer.groupChannels(), first, rows, unrolled);
        if (overPixels) {
          byPixels(unrolled, group, pixels, sums, first * to.width());
        } else {
          byOutputs(unrolled, group, pixels, sums, first * to.width());
        }
      }
    }
    return sums;
  }

  /**
   * Sum of every term of the reduction over all output pixels, {@code [groups * K]}; with {@code
   * sumPixels} over the input's pixels.
   */
  public long[] termSums(int[] in) {
    long[] sums = new long[layer.groups() * depth];
    int[][] unrolled = columns.get();
    for (int group = 0; group < layer.groups(); group++) {
      if (layer.sumPixels()) {
        sumOverPixels(in, group, unrolled);
        for (int k = 0; k < depth; k++) {
          sums[group * depth + k] = unrolled[k][0];
        }
        continue;
      }
      for (int first = 0; first < to.height(); first += rowsAtATime) {
        int rows = Math.min(rowsAtATime, to.height() - first);
        unroller.unroll(
            in, group * layer.groupChannels(), layer.groupChannels(), first, rows, unrolled);
        for (int k = 0; k < depth; k++) {
          sums[group * depth + k] += sum(unrolled[k], rows * to.width());
        }
      }
    }
    return sums;
  }

  private static long sum(int[] row, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      sum += row[i];
    }
    return sum;
  }

  private void sumOverPixels(int[] in, int group, int[][] target) {
    int plane = from.pixels();
    for (int c = 0; c < depth; c++) {
      int total = 0;
      int start = (group * depth + c) * plane;
      for (int i = start; i < start + plane; i++) {
        total += in[i];
      }
      target[c][0] = total;
    }
  }

  /** Taps outermost: four unrolled rows stay in the first-level cache for all output channels. */
  private void byPixels(int[][] unrolled, int group, int pixels, int[] sums, int offset) {
    int outputs = groupOutputs;
    int first = group * outputs;
    int[][] acc = accumulators.get();
    for (int[] row : acc) {
      Arrays.fill(row, 0, pixels, 0);
    }
    int k = 0;
    for (; k + 4 <= depth; k += 4) {
      for (int o = 0; o < outputs; o++) {
        addFour(
            acc[o],
            unrolled[k],
            unrolled[k + 1],
            unrolled[k + 2],
            unrolled[k + 3],
            pixels,
            weights[k][first + o],
            weights[k + 1][first + o],
            weights[k + 2][first + o],
            weights[k + 3][first + o]);
      }
    }
    for (; k < depth; k++) {
      for (int o = 0; o < outputs; o++) {
        addOne(acc[o], unrolled[k], pixels, weights[k][first + o]);
      }
    }
    for (int o = 0; o < outputs; o++) {
      System.arraycopy(acc[o], 0, sums, (first + o) * to.pixels() + offset, pixels);
    }
  }

  private void byOutputs(int[][] unrolled, int group, int pixels, int[] sums, int offset) {
    int outputs = groupOutputs;
    int first = group * outputs;
    int[][] weights = byGroup[group];
    int[] acc = new int[outputs];
    for (int p = 0; p < pixels; p++) {
      Arrays.fill(acc, 0);
      int k = 0;
      for (; k + 4 <= depth; k += 4) {
        addFour(
            acc,
            weights[k],
            weights[k + 1],
            weights[k + 2],
            weights[k + 3],
            outputs,
            unrolled[k][p],
            unrolled[k + 1][p],
            unrolled[k + 2][p],
            unrolled[k + 3][p]);
      }
      for (; k < depth; k++) {
        addOne(acc, weights[k], outputs, unrolled[k][p]);
      }
      for (int o = 0; o < outputs; o++) {
        sums[(first + o) * to.pixels() + offset + p] = acc[o];
      }
    }
  }

  private static void addFour(
      int[] acc,
      int[] r0,
      int[] r1,
      int[] r2,
      int[] r3,
      int length,
      int w0,
      int w1,
      int w2,
      int w3) {
    for (int x = 0; x < length; x++) {
      acc[x] += w0 * r0[x] + w1 * r1[x] + w2 * r2[x] + w3 * r3[x];
    }
  }

  private static void addOne(int[] acc, int[] row, int length, int w) {
    for (int x = 0; x < length; x++) {
      acc[x] += w * row[x];
    }
  }

  private static final class Unroller extends RowUnroller<int[]> {
    private final int[] pads;

    Unroller(MacLayer layer) {
      super(layer.input().shape(), layer.output().shape(), layer.window());
      pads = layer.input().padCodes().stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    void copy(int[] in, int source, int stride, int[] row, int at, int count) {
      if (stride == 1) {
        System.arraycopy(in, source, row, at, count);
      } else {
        for (int x = 0; x < count; x++) {
          row[at + x] = in[source + x * stride];
        }
      }
    }

    @Override
    void pad(int[] row, int at, int count, int channel) {
      Arrays.fill(row, at, at + count, pads[channel]);
    }
  }
}
