package lutmac.runtime.kernel;

import java.util.Arrays;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.runtime.matrix.FloatMemory;
import lutmac.runtime.matrix.Matrix;
import lutmac.runtime.matrix.MatrixProduct;

/**
 * Convolutions as matrix products, one a kernel tap: {@code out[O, X] += W_tap[O, I] * in_tap[I,
 * X]}, where in_tap is the padded input shifted ({@link TapPlanes}). The derivatives are {@code
 * dW_tap += dOut * in_tap^T} and {@code din_tap += W_tap^T * dOut}. A block of output rows at a
 * time, so that everything stays in the second-level cache.
 *
 * <p>With so few input channels that the products would be thin, the taps of a window are copied
 * below each other instead (im2col), which makes one product of all.
 */
final class DenseConvolution implements Convolution {
  /** Floats of a block's input and output together: half of a second-level cache. */
  private static final int BLOCK_FLOATS = 1 << 17;

  /** With fewer input channels windows are unrolled. */
  private static final int FEW_CHANNELS = 8;

  private final Shape from;
  private final Shape to;
  private final int groups;
  private final int groupInputs;
  private final int groupOutputs;
  private final int taps;
  private final float[] padding;
  private final TapPlanes layout;
  private final boolean unrolled;
  private final boolean plainCopy;
  private final int rowsAtATime;

  DenseConvolution(Shape from, Shape to, Window window, int groups, float[] padding) {
    this.from = from;
    this.to = to;
    this.groups = groups;
    this.padding = padding.clone();
    groupInputs = from.channels() / groups;
    groupOutputs = to.channels() / groups;
    taps = window.kernelArea();
    layout = new TapPlanes(from, to, window);
    unrolled = groupInputs < FEW_CHANNELS && taps > 1;
    plainCopy = layout.isPlainCopy();
    long planes = (long) from.channels() * (unrolled ? taps : layout.phaseCount());
    long perRow = (planes + to.channels()) * layout.pitch();
    rowsAtATime = (int) Math.max(1, Math.min(to.height(), BLOCK_FLOATS / perRow));
  }

  /** One product: a tap's weights of a group, of the input channels that are not all zero. */
  private record Term(int group, int tap, int firstInput, int inputs, Matrix weights) {}

  /**
   * Weights outside the heap.
   *
   * @param byTap {@code [O / groups, I / groups]} of every group and tap in turn
   * @param whole {@code [O / groups, K]} of every group, if windows are unrolled
   */
  record Packed(Term[] byTap, Matrix[] whole) implements Weights {}

  @Override
  public Packed prepare(float[] weights) {
    int tapSize = groupOutputs * groupInputs;
    int groupSize = tapSize * taps;
    if (weights.length != groups * groupSize) {
      throw new IllegalArgumentException(
          "%d weights, but the convolution has %d".formatted(weights.length, groups * groupSize));
    }
    float[] ordered = new float[weights.length];
    FloatMemory memory = new FloatMemory(weights.length * (unrolled ? 2 : 1));
    Term[] byTap = new Term[groups * taps];
    int at = 0;
    for (int group = 0; group < groups; group++) {
      for (int tap = 0; tap < taps; tap++) {
        int start = at;
        int first = groupInputs;
        int last = -1;
        for (int o = 0; o < groupOutputs; o++) {
          int source = group * groupSize + o * groupInputs * taps + tap;
          for (int i = 0; i < groupInputs; i++, at++) {
            float weight = weights[source + i * taps];
            ordered[at] = weight;
            if (weight != 0) {
              first = Math.min(first, i);
              last = Math.max(last, i);
            }
          }
        }
        // A term of zeros stays as one channel: somebody has to write the sums.
        first = Math.min(first, groupInputs - 1);
        int inputs = Math.max(1, last - first + 1);
        byTap[group * taps + tap] =
            last < 0 && tap > 0
                ? null
                : new Term(group, tap, first, inputs, memory.matrix(start + first, groupInputs));
      }
    }
    memory.put(0, ordered, 0, ordered.length);
    if (!unrolled) {
      return new Packed(byTap, new Matrix[0]);
    }
    memory.put(weights.length, weights, 0, weights.length);
    Matrix[] whole = new Matrix[groups];
    for (int group = 0; group < groups; group++) {
      whole[group] = memory.matrix(weights.length + group * groupSize, groupInputs * taps);
    }
    return new Packed(byTap, whole);
  }

  /** A block of output rows of one image. */
  private final class Block {
    final int image;
    final int firstRow;
    final int rows;
    final int positions;
    final int planeSize;

    Block(int image, int firstRow) {
      this.image = image;
      this.firstRow = firstRow;
      rows = Math.min(rowsAtATime, to.height() - firstRow);
      positions = layout.positions(rows);
      planeSize = layout.planeSize(rows);
    }

    /** Where the planes of a phase and input channel start. */
    int plane(int phase, int channel) {
      return (phase * from.channels() + channel) * planeSize;
    }

    int planeFloats() {
      return layout.phaseCount() * from.channels() * planeSize;
    }

    /** Where the first output pixel of a channel lies among an image's. */
    int firstPixel() {
      return firstRow * to.width();
    }

    /** What a tap sees of the input channels of a group, from the given one on. */
    Matrix seen(FloatMemory planes, int group, int tap, int firstInput) {
      int channel = group * groupInputs + firstInput;
      return planes.matrix(plane(layout.phase(tap), channel) + layout.offset(tap), planeSize);
    }
  }

  @FunctionalInterface
  private interface BlockWork {
    void on(Block block);
  }

  private void forEachBlock(int images, BlockWork work) {
    for (int image = 0; image < images; image++) {
      for (int row = 0; row < to.height(); row += rowsAtATime) {
        work.on(new Block(image, row));
      }
    }
  }

  @Override
  public void forward(Weights weights, Maps in, Maps out) {
    Packed packed = (Packed) weights;
    Workspace space = Workspace.ofThread();
    forEachBlock(
        in.images(),
        block -> {
          FloatMemory sums = space.outputs(to.channels() * block.positions);
          if (unrolled) {
            multiplyUnrolled(packed, in, block, space, sums);
          } else {
            multiplyByTap(packed, planes(in, block, space), block, sums);
          }
          write(sums, block, space, out);
        });
  }

  private void multiplyByTap(Packed packed, FloatMemory planes, Block block, FloatMemory sums) {
    for (Term term : packed.byTap) {
      if (term != null) {
        MatrixProduct.multiply(
            groupOutputs,
            block.positions,
            term.inputs,
            term.weights,
            block.seen(planes, term.group, term.tap, term.firstInput),
            term.tap > 0,
            sums.matrix(term.group * groupOutputs * block.positions, block.positions));
      }
    }
  }

  private void multiplyUnrolled(
      Packed packed, Maps in, Block block, Workspace space, FloatMemory sums) {
    int depth = groupInputs * taps;
    float[] planes = space.planes(block.planeFloats());
    fill(in, block, planes);
    float[] columns = space.positions(from.channels() * taps * block.positions);
    int at = 0;
    for (int channel = 0; channel < from.channels(); channel++) {
      for (int tap = 0; tap < taps; tap++, at += block.positions) {
        int plane = block.plane(layout.phase(tap), channel);
        System.arraycopy(planes, plane + layout.offset(tap), columns, at, block.positions);
      }
    }
    FloatMemory inputs = space.inputs(at);
    inputs.put(0, columns, 0, at);
    for (int group = 0; group < groups; group++) {
      MatrixProduct.multiply(
          groupOutputs,
          block.positions,
          depth,
          packed.whole[group],
          inputs.matrix(group * depth * block.positions, block.positions),
          false,
          sums.matrix(group * groupOutputs * block.positions, block.positions));
    }
  }

  /** The planes of a block in the memory of the matrix library. */
  private FloatMemory planes(Maps in, Block block, Workspace space) {
    int size = block.planeFloats();
    FloatMemory inputs = space.inputs(size);
    if (plainCopy) {
      int pixels = block.rows * to.width();
      int tail = block.planeSize - pixels;
      float[] zeros = new float[tail];
      for (int channel = 0; channel < from.channels(); channel++) {
        int start = in.start(block.image, channel) + block.firstPixel();
        inputs.put(channel * block.planeSize, in.values(), start, pixels);
        if (tail > 0) {
          inputs.put(channel * block.planeSize + pixels, zeros, 0, tail);
        }
      }
      return inputs;
    }
    float[] planes = space.planes(size);
    fill(in, block, planes);
    inputs.put(0, planes, 0, size);
    return inputs;
  }

  private void fill(Maps in, Block block, float[] planes) {
    for (int phase = 0; phase < layout.phaseCount(); phase++) {
      for (int channel = 0; channel < from.channels(); channel++) {
        layout.fill(
            in.values(),
            in.start(block.image, channel),
            phase,
            block.firstRow,
            block.rows,
            padding[channel],
            planes,
            block.plane(phase, channel));
      }
    }
  }

  private void write(FloatMemory sums, Block block, Workspace space, Maps out) {
    if (layout.pitch() == to.width()) {
      for (int o = 0; o < to.channels(); o++) {
        int start = out.start(block.image, o) + block.firstPixel();
        sums.get(o * block.positions, out.values(), start, block.rows * to.width());
      }
      return;
    }
    int size = to.channels() * block.positions;
    float[] positions = space.positions(size);
    sums.get(0, positions, 0, size);
    for (int o = 0; o < to.channels(); o++) {
      int start = out.start(block.image, o) + block.firstPixel();
      layout.compact(positions, o * block.positions, block.rows, out.values(), start);
    }
  }

  // ---- derivatives

  /** The gradient of a block's sums, with zeros where positions are thrown away. */
  private FloatMemory spread(Maps outGradient, Block block, Workspace space) {
    int size = to.channels() * block.positions;
    float[] positions = space.positions(size);
    for (int o = 0; o < to.channels(); o++) {
      int start = outGradient.start(block.image, o) + block.firstPixel();
      layout.spread(outGradient.values(), start, block.rows, positions, o * block.positions);
    }
    FloatMemory outputs = space.outputs(size);
    outputs.put(0, positions, 0, size);
    return outputs;
  }

  @Override
  public void addWeightGradient(Maps in, Maps outGradient, float[] gradient) {
    Workspace space = Workspace.ofThread();
    int tapSize = groupOutputs * groupInputs;
    float[] byTap = new float[gradient.length];
    FloatMemory sums = space.weights(gradient.length);
    sums.put(0, byTap, 0, byTap.length);
    forEachBlock(
        in.images(),
        block -> {
          FloatMemory outputs = spread(outGradient, block, space);
          FloatMemory inputs = planes(in, block, space);
          for (int group = 0; group < groups; group++) {
            Matrix byOutput =
                outputs.matrix(group * groupOutputs * block.positions, block.positions);
            for (int tap = 0; tap < taps; tap++) {
              MatrixProduct.addRightTransposed(
                  groupOutputs,
                  groupInputs,
                  block.positions,
                  byOutput,
                  block.seen(inputs, group, tap, 0),
                  sums.matrix((group * taps + tap) * tapSize, groupInputs));
            }
          }
        });
    sums.get(0, byTap, 0, byTap.length);
    int at = 0;
    for (int group = 0; group < groups; group++) {
      for (int tap = 0; tap < taps; tap++) {
        for (int o = 0; o < groupOutputs; o++) {
          int target = (group * groupOutputs + o) * groupInputs * taps + tap;
          for (int i = 0; i < groupInputs; i++) {
            gradient[target + i * taps] += byTap[at++];
          }
        }
      }
    }
  }

  @Override
  public void addInputGradient(Weights weights, Maps outGradient, Maps inGradient) {
    Packed packed = (Packed) weights;
    Workspace space = Workspace.ofThread();
    forEachBlock(
        inGradient.images(),
        block -> {
          FloatMemory outputs = spread(outGradient, block, space);
          int size = block.planeFloats();
          float[] planes = space.planes(size);
          Arrays.fill(planes, 0, size, 0f);
          FloatMemory inputs = space.inputs(size);
          inputs.put(0, planes, 0, size);
          for (Term term : packed.byTap) {
            if (term != null) {
              MatrixProduct.multiplyLeftTransposed(
                  term.inputs,
                  block.positions,
                  groupOutputs,
                  term.weights,
                  outputs.matrix(term.group * groupOutputs * block.positions, block.positions),
                  true,
                  block.seen(inputs, term.group, term.tap, term.firstInput));
            }
          }
          inputs.get(0, planes, 0, size);
          for (int phase = 0; phase < layout.phaseCount(); phase++) {
            for (int channel = 0; channel < from.channels(); channel++) {
              layout.addInside(
                  planes,
                  block.plane(phase, channel),
                  phase,
                  block.firstRow,
                  block.rows,
                  inGradient.values(),
                  inGradient.start(block.image, channel));
            }
          }
        });
  }
}
