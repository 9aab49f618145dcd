package lutmac.runtime.kernel;

import java.util.Arrays;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * Convolutions whose output channels read one input channel each, as loops over rows of output
 * positions ({@link TapPlanes}), each row an array of its own: HotSpot (17) does not vectorize
 * loops over parts of one array.
 */
final class DepthwiseConvolution implements Convolution {
  /** Floats of all rows of a block: half of a first-level cache. */
  private static final int BLOCK_FLOATS = 6 << 10;

  private final Shape from;
  private final Shape to;
  private final float[] padding;
  private final int multiplier;
  private final int taps;
  private final TapPlanes layout;
  private final int rowsAtATime;

  DepthwiseConvolution(Shape from, Shape to, Window window, float[] padding) {
    this.from = from;
    this.to = to;
    this.padding = padding.clone();
    multiplier = to.channels() / from.channels();
    taps = window.kernelArea();
    layout = new TapPlanes(from, to, window);
    rowsAtATime = Math.max(1, Math.min(to.height(), BLOCK_FLOATS / ((taps + 1) * layout.pitch())));
  }

  /** The weights as they are, {@code [O, Kh, Kw]}. */
  record Plain(float[] values) implements Weights {}

  @Override
  public Plain prepare(float[] weights) {
    if (weights.length != to.channels() * taps) {
      throw new IllegalArgumentException(
          "%d weights, but the convolution has %d".formatted(weights.length, to.channels() * taps));
    }
    return new Plain(weights.clone());
  }

  /** A block of output rows of one channel of one image. */
  private final class Block {
    final int image;
    final int channel;
    final int firstRow;
    final int rows;
    final int positions;

    Block(int image, int channel, int firstRow) {
      this.image = image;
      this.channel = channel;
      this.firstRow = firstRow;
      rows = Math.min(rowsAtATime, to.height() - firstRow);
      positions = layout.positions(rows);
    }

    /** Where the block's part of an output channel starts. */
    int start(Maps out, int o) {
      return out.start(image, o) + firstRow * to.width();
    }
  }

  @FunctionalInterface
  private interface BlockWork {
    void on(Block block);
  }

  private void forEachBlock(int images, BlockWork work) {
    for (int image = 0; image < images; image++) {
      for (int channel = 0; channel < from.channels(); channel++) {
        for (int row = 0; row < to.height(); row += rowsAtATime) {
          work.on(new Block(image, channel, row));
        }
      }
    }
  }

  private float[] newPlanes() {
    return new float[layout.phaseCount() * layout.planeSize(rowsAtATime)];
  }

  /** What every tap sees of the block's channel, {@code [taps][positions]}. */
  private void unroll(Maps in, Block block, float[] planes, float[][] rows) {
    int planeSize = layout.planeSize(block.rows);
    int start = in.start(block.image, block.channel);
    float pad = padding[block.channel];
    for (int phase = 0; phase < layout.phaseCount(); phase++) {
      layout.fill(
          in.values(), start, phase, block.firstRow, block.rows, pad, planes, phase * planeSize);
    }
    for (int tap = 0; tap < taps; tap++) {
      int at = layout.phase(tap) * planeSize + layout.offset(tap);
      System.arraycopy(planes, at, rows[tap], 0, block.positions);
    }
  }

  @Override
  public void forward(Weights weights, Maps in, Maps out) {
    float[] values = ((Plain) weights).values();
    int most = layout.positions(rowsAtATime);
    float[] planes = newPlanes();
    float[][] rows = new float[taps][most];
    float[] sums = new float[most];
    forEachBlock(
        in.images(),
        block -> {
          unroll(in, block, planes, rows);
          for (int m = 0; m < multiplier; m++) {
            int o = block.channel * multiplier + m;
            sums(values, o * taps, rows, block.positions, sums);
            layout.compact(sums, 0, block.rows, out.values(), block.start(out, o));
          }
        });
  }

  private void sums(float[] weights, int first, float[][] rows, int length, float[] sums) {
    Arrays.fill(sums, 0, length, 0f);
    int tap = 0;
    for (; tap + 4 <= taps; tap += 4) {
      int w = first + tap;
      addFour(
          sums,
          rows[tap],
          rows[tap + 1],
          rows[tap + 2],
          rows[tap + 3],
          length,
          weights[w],
          weights[w + 1],
          weights[w + 2],
          weights[w + 3]);
    }
    for (; tap < taps; tap++) {
      addOne(sums, rows[tap], length, weights[first + tap]);
    }
  }

  private static void addFour(
      float[] sums,
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
      sums[x] += w0 * r0[x] + w1 * r1[x] + w2 * r2[x] + w3 * r3[x];
    }
  }

  private static void addOne(float[] sums, float[] row, int length, float w) {
    for (int x = 0; x < length; x++) {
      sums[x] += w * row[x];
    }
  }

  // ---- derivatives

  @Override
  public void addWeightGradient(Maps in, Maps outGradient, float[] gradient) {
    int most = layout.positions(rowsAtATime);
    float[] planes = newPlanes();
    float[][] rows = new float[taps][most];
    float[] byOutput = new float[most];
    forEachBlock(
        in.images(),
        block -> {
          unroll(in, block, planes, rows);
          for (int m = 0; m < multiplier; m++) {
            int o = block.channel * multiplier + m;
            layout.spread(
                outGradient.values(), block.start(outGradient, o), block.rows, byOutput, 0);
            for (int tap = 0; tap < taps; tap++) {
              gradient[o * taps + tap] += product(byOutput, rows[tap], block.positions);
            }
          }
        });
  }

  /** Four sums hide most of an addition's latency. */
  private static float product(float[] a, float[] b, int length) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    // Lengths are multiples of the alignment.
    for (int x = 0; x < length; x += 4) {
      s0 += a[x] * b[x];
      s1 += a[x + 1] * b[x + 1];
      s2 += a[x + 2] * b[x + 2];
      s3 += a[x + 3] * b[x + 3];
    }
    return (s0 + s1) + (s2 + s3);
  }

  @Override
  public void addInputGradient(Weights weights, Maps outGradient, Maps inGradient) {
    float[] values = ((Plain) weights).values();
    float[] planes = newPlanes();
    float[] byOutput = new float[layout.positions(rowsAtATime)];
    forEachBlock(
        inGradient.images(),
        block -> {
          int planeSize = layout.planeSize(block.rows);
          Arrays.fill(planes, 0f);
          for (int m = 0; m < multiplier; m++) {
            int o = block.channel * multiplier + m;
            layout.spread(
                outGradient.values(), block.start(outGradient, o), block.rows, byOutput, 0);
            for (int tap = 0; tap < taps; tap++) {
              float weight = values[o * taps + tap];
              int at = layout.phase(tap) * planeSize + layout.offset(tap);
              for (int x = 0; x < block.positions; x++) {
                planes[at + x] += weight * byOutput[x];
              }
            }
          }
          for (int phase = 0; phase < layout.phaseCount(); phase++) {
            layout.addInside(
                planes,
                phase * planeSize,
                phase,
                block.firstRow,
                block.rows,
                inGradient.values(),
                inGradient.start(block.image, block.channel));
          }
        });
  }
}
