package lutmac.runtime.kernel;

import java.util.Arrays;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.runtime.matrix.FloatMemory;

/**
 * How a padded feature map is laid out so that what one kernel tap sees of it, for all output
 * pixels, is one run of floats: nothing is unrolled (no im2col).
 *
 * <p>A padded channel is one plane, its rows {@link #pitch} apart; output pixel (y, x) has position
 * {@code y * pitch + x}, and a tap reads the plane shifted by a constant. Positions between the end
 * of an output row and the next one are computed as well and thrown away. A row's right padding is
 * the left padding of the next row, so they are few. With strides, pixels that lie a stride apart
 * form a plane of their own (a phase), {@code strideHeight * strideWidth} of them at most, and a
 * tap reads one of these.
 */
final class TapPlanes {
  private final Shape from;
  private final Window window;
  private final int width;

  /** From one row of a plane to the next. */
  private final int pitch;

  /** Of every tap: which phase it reads, and the position of output pixel (0, 0) in it. */
  private final int[] phases;

  private final int[] offsets;

  private final int phaseCount;
  private final int[] phaseTop;
  private final int[] phaseLeft;

  /** Columns of a phase that lie inside the map. */
  private final int[] begin;

  private final int[] end;

  private final int mostDown;
  private final int mostRight;

  TapPlanes(Shape from, Shape to, Window window) {
    this.from = from;
    this.window = window;
    this.width = to.width();
    int strideY = window.strideHeight();
    int strideX = window.strideWidth();
    int taps = window.kernelArea();
    phases = new int[taps];
    offsets = new int[taps];
    int[] tops = new int[taps];
    int[] lefts = new int[taps];
    int[] down = new int[taps];
    int[] right = new int[taps];
    int found = 0;
    for (int tap = 0; tap < taps; tap++) {
      int y = tap / window.kernelWidth() * window.dilationHeight();
      int x = tap % window.kernelWidth() * window.dilationWidth();
      down[tap] = y / strideY;
      right[tap] = x / strideX;
      int phase = 0;
      while (phase < found && (tops[phase] != y % strideY || lefts[phase] != x % strideX)) {
        phase++;
      }
      if (phase == found) {
        tops[found] = y % strideY;
        lefts[found++] = x % strideX;
      }
      phases[tap] = phase;
    }
    phaseCount = found;
    phaseTop = Arrays.copyOf(tops, found);
    phaseLeft = Arrays.copyOf(lefts, found);
    mostDown = Arrays.stream(down).max().orElse(0);
    mostRight = Arrays.stream(right).max().orElse(0);
    begin = new int[found];
    end = new int[found];
    int columns = width + mostRight;
    int least = width;
    for (int phase = 0; phase < found; phase++) {
      int inside = window.padLeft() - phaseLeft[phase];
      begin[phase] = Math.min(columns, Math.max(0, ceilDiv(inside, strideX)));
      end[phase] =
          Math.max(begin[phase], Math.min(columns, ceilDiv(inside + from.width(), strideX)));
      // What is read behind the end of a row must be padding of the next one.
      least = Math.max(least, Math.max(end[phase], columns - begin[phase]));
    }
    pitch = least;
    for (int tap = 0; tap < taps; tap++) {
      offsets[tap] = down[tap] * pitch + right[tap];
    }
  }

  private static int ceilDiv(int value, int divisor) {
    return -Math.floorDiv(-value, divisor);
  }

  int pitch() {
    return pitch;
  }

  int phaseCount() {
    return phaseCount;
  }

  int phase(int tap) {
    return phases[tap];
  }

  int offset(int tap) {
    return offsets[tap];
  }

  /** Positions of so many output rows, those between them included. */
  int positions(int rows) {
    return FloatMemory.aligned((rows - 1) * pitch + width);
  }

  /** Floats of one phase of a channel for so many output rows. */
  int planeSize(int rows) {
    return FloatMemory.aligned(mostDown * pitch + mostRight + positions(rows));
  }

  /** Whether a plane is a channel as it is: nothing padded, every row as long as the output's. */
  boolean isPlainCopy() {
    return phaseCount == 1
        && pitch == width
        && pitch == from.width()
        && window.strideHeight() == 1
        && window.strideWidth() == 1
        && mostDown == 0
        && window.padTop() == 0
        && window.padBottom() == 0
        && begin[0] == 0
        && end[0] == pitch;
  }

  /**
   * One phase of one channel, for the output rows {@code firstRow .. firstRow + rows - 1}.
   *
   * @param start where the channel starts in {@code in}
   * @param at where the plane starts in {@code planes}
   */
  void fill(
      float[] in, int start, int phase, int firstRow, int rows, float pad, float[] planes, int at) {
    Arrays.fill(planes, at, at + planeSize(rows), pad);
    int count = end[phase] - begin[phase];
    int stride = window.strideWidth();
    int left = begin[phase] * stride + phaseLeft[phase] - window.padLeft();
    int y = firstRow * window.strideHeight() + phaseTop[phase] - window.padTop();
    int target = at + begin[phase];
    for (int row = 0; row < rows + mostDown; row++) {
      if (y >= 0 && y < from.height()) {
        int source = start + y * from.width() + left;
        if (stride == 1) {
          System.arraycopy(in, source, planes, target, count);
        } else {
          for (int x = 0; x < count; x++) {
            planes[target + x] = in[source + x * stride];
          }
        }
      }
      y += window.strideHeight();
      target += pitch;
    }
  }

  /** The way back: adds what a plane holds inside the map to the channel. */
  void addInside(
      float[] planes, int at, int phase, int firstRow, int rows, float[] channel, int start) {
    int count = end[phase] - begin[phase];
    int stride = window.strideWidth();
    int left = begin[phase] * stride + phaseLeft[phase] - window.padLeft();
    int y = firstRow * window.strideHeight() + phaseTop[phase] - window.padTop();
    int source = at + begin[phase];
    for (int row = 0; row < rows + mostDown; row++) {
      if (y >= 0 && y < from.height()) {
        int target = start + y * from.width() + left;
        for (int x = 0; x < count; x++) {
          channel[target + x * stride] += planes[source + x];
        }
      }
      y += window.strideHeight();
      source += pitch;
    }
  }

  /** Output rows from between the positions that are thrown away. */
  void compact(float[] positions, int at, int rows, float[] out, int start) {
    if (pitch == width) {
      System.arraycopy(positions, at, out, start, rows * width);
      return;
    }
    for (int row = 0; row < rows; row++) {
      System.arraycopy(positions, at + row * pitch, out, start + row * width, width);
    }
  }

  /** The way back: output rows apart, with zeros between them. */
  void spread(float[] out, int start, int rows, float[] positions, int at) {
    Arrays.fill(positions, at, at + positions(rows), 0f);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(out, start + row * width, positions, at + row * pitch, width);
    }
  }
}
