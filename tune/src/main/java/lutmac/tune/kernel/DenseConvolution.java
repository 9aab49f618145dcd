package lutmac.tune.kernel;

import java.util.Arrays;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * Convolutions as matrix products over unrolled windows (im2col), tile after tile of output rows:
 * {@code out[O, X] = W[O, K] * columns[K, X]}, {@code dW += dOut * columns^T} and {@code dColumns =
 * W^T * dOut}, which goes back to where the columns came from.
 */
final class DenseConvolution implements Convolution {
  /** Floats of the column and result matrices at a time: half of a second-level cache. */
  private static final int TILE_FLOATS = 1 << 17;

  private final Shape from;
  private final Shape to;
  private final Window window;
  private final int groups;
  private final float[] padding;
  private final int groupInputs;
  private final int groupOutputs;
  private final int depth;
  private final int rowsAtATime;

  DenseConvolution(Shape from, Shape to, Window window, int groups, float[] padding) {
    this.from = from;
    this.to = to;
    this.window = window;
    this.groups = groups;
    this.padding = padding.clone();
    groupInputs = from.channels() / groups;
    groupOutputs = to.channels() / groups;
    depth = groupInputs * window.kernelArea();
    rowsAtATime = (int) Math.max(1, TILE_FLOATS / ((long) (depth + groupOutputs) * to.width()));
  }

  /** Output rows of all images that are computed together. */
  private record Tile(int group, int firstRow, int rows, int columns) {}

  @FunctionalInterface
  private interface TileWork {
    void on(Tile tile, float[] columns, float[] results);
  }

  private void forEachTile(int images, TileWork work) {
    int allRows = images * to.height();
    int most = Math.min(allRows, rowsAtATime);
    float[] columns = new float[Math.multiplyExact(depth, most * to.width())];
    float[] results = new float[Math.multiplyExact(groupOutputs, most * to.width())];
    for (int first = 0; first < allRows; first += most) {
      int rows = Math.min(most, allRows - first);
      for (int group = 0; group < groups; group++) {
        work.on(new Tile(group, first, rows, rows * to.width()), columns, results);
      }
    }
  }

  @Override
  public void forward(float[] weights, float[] in, int images, float[] out) {
    float[][] byGroup = byGroup(weights);
    forEachTile(
        images,
        (tile, columns, results) -> {
          unroll(in, images, tile, columns);
          MatrixProduct.multiply(
              groupOutputs, tile.columns(), depth, byGroup[tile.group()], columns, results);
          for (int o = 0; o < groupOutputs; o++) {
            System.arraycopy(
                results, o * tile.columns(), out, position(tile, o, images), tile.columns());
          }
        });
  }

  @Override
  public void addWeightGradient(float[] in, float[] outGradient, int images, float[] gradient) {
    float[][] byGroup = byGroup(gradient);
    forEachTile(
        images,
        (tile, columns, results) -> {
          unroll(in, images, tile, columns);
          gather(outGradient, images, tile, results);
          MatrixProduct.addRightTransposed(
              groupOutputs, depth, tile.columns(), results, columns, byGroup[tile.group()]);
        });
    if (groups > 1) {
      for (int group = 0; group < groups; group++) {
        int size = groupOutputs * depth;
        System.arraycopy(byGroup[group], 0, gradient, group * size, size);
      }
    }
  }

  @Override
  public void addInputGradient(
      float[] weights, float[] outGradient, int images, float[] inGradient) {
    float[][] byGroup = byGroup(weights);
    forEachTile(
        images,
        (tile, columns, results) -> {
          gather(outGradient, images, tile, results);
          MatrixProduct.multiplyLeftTransposed(
              depth, tile.columns(), groupOutputs, byGroup[tile.group()], results, columns);
          addBack(columns, images, tile, inGradient);
        });
  }

  /** The weights of each group, {@code [O / groups, K]}; those of a single group themselves. */
  private float[][] byGroup(float[] weights) {
    if (groups == 1) {
      return new float[][] {weights};
    }
    float[][] parts = new float[groups][];
    int size = groupOutputs * depth;
    for (int group = 0; group < groups; group++) {
      parts[group] = Arrays.copyOfRange(weights, group * size, (group + 1) * size);
    }
    return parts;
  }

  /** Where a tile's row of one output channel starts in a map of all channels and images. */
  private int position(Tile tile, int groupOutput, int images) {
    int channel = tile.group() * groupOutputs + groupOutput;
    return channel * images * to.pixels() + tile.firstRow() * to.width();
  }

  private void gather(float[] outGradient, int images, Tile tile, float[] results) {
    for (int o = 0; o < groupOutputs; o++) {
      System.arraycopy(
          outGradient, position(tile, o, images), results, o * tile.columns(), tile.columns());
    }
  }

  /** One tap of one input channel in one output row: where it reads, and where it lies inside. */
  @FunctionalInterface
  private interface RowWork {
    /**
     * @param at position of the row in the column matrix
     * @param source position in the input of output column 0, maybe outside
     * @param begin first output column whose tap lies inside the map
     * @param end behind the last one
     */
    void on(int channel, int at, int source, int begin, int end);
  }

  private void forEachRow(int images, Tile tile, RowWork work) {
    int width = to.width();
    int at = 0;
    for (int i = 0; i < groupInputs; i++) {
      int channel = tile.group() * groupInputs + i;
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        for (int kx = 0; kx < window.kernelWidth(); kx++) {
          int shift = kx * window.dilationWidth() - window.padLeft();
          int begin = Math.min(width, ceilDiv(Math.max(0, -shift), window.strideWidth()));
          int end =
              Math.max(begin, Math.min(width, ceilDiv(from.width() - shift, window.strideWidth())));
          for (int row = tile.firstRow(); row < tile.firstRow() + tile.rows(); row++, at += width) {
            int image = row / to.height();
            int y =
                row % to.height() * window.strideHeight()
                    + ky * window.dilationHeight()
                    - window.padTop();
            if (y < 0 || y >= from.height()) {
              work.on(channel, at, 0, 0, 0);
            } else {
              int source = ((channel * images + image) * from.height() + y) * from.width() + shift;
              work.on(channel, at, source, begin, end);
            }
          }
        }
      }
    }
  }

  private void unroll(float[] in, int images, Tile tile, float[] columns) {
    int width = to.width();
    int stride = window.strideWidth();
    forEachRow(
        images,
        tile,
        (channel, at, source, begin, end) -> {
          pad(columns, at, at + begin, padding[channel]);
          if (stride == 1 && end > begin) {
            System.arraycopy(in, source + begin, columns, at + begin, end - begin);
          } else {
            for (int x = begin; x < end; x++) {
              columns[at + x] = in[source + x * stride];
            }
          }
          pad(columns, at + end, at + width, padding[channel]);
        });
  }

  /** Mostly no element or one: {@code Arrays.fill} would take longer than the copy beside it. */
  private static void pad(float[] columns, int from, int to, float value) {
    for (int i = from; i < to; i++) {
      columns[i] = value;
    }
  }

  private void addBack(float[] columns, int images, Tile tile, float[] inGradient) {
    int stride = window.strideWidth();
    forEachRow(
        images,
        tile,
        (channel, at, source, begin, end) -> {
          for (int x = begin; x < end; x++) {
            inGradient[source + x * stride] += columns[at + x];
          }
        });
  }

  private static int ceilDiv(int value, int divisor) {
    return -Math.floorDiv(-value, divisor);
  }
}
