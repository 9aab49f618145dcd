package lutmac.runtime.exec;

import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * Unrolls the windows of a convolution into one row a tap (im2col): row k holds, for a run of
 * output rows, what tap k of every output pixel sees.
 *
 * <p>Every row is an array of its own, because HotSpot (17) does not vectorize loops over parts of
 * one array.
 *
 * @param <A> {@code int[]} or {@code float[]}
 */
abstract class RowUnroller<A> {
  private final Shape from;
  private final Shape to;
  private final Window window;

  RowUnroller(Shape from, Shape to, Window window) {
    this.from = from;
    this.to = to;
    this.window = window;
  }

  /** Copies {@code count} elements that lie {@code stride} apart. */
  abstract void copy(A in, int source, int stride, A row, int at, int count);

  /** Fills a part of a row with what stands outside the map. */
  abstract void pad(A row, int at, int count, int channel);

  /**
   * @param in {@code [C, H, W]}
   * @param firstChannel first of the {@code channels} that are unrolled
   * @param firstRow first of the {@code rows} output rows
   * @param target receives {@code [channels * taps][rows * width]}
   */
  final void unroll(A in, int firstChannel, int channels, int firstRow, int rows, A[] target) {
    int k = 0;
    int width = to.width();
    int stride = window.strideWidth();
    for (int channel = firstChannel; channel < firstChannel + channels; channel++) {
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        for (int kx = 0; kx < window.kernelWidth(); kx++, k++) {
          A row = target[k];
          int shift = kx * window.dilationWidth() - window.padLeft();
          // Output columns whose tap lies inside the map.
          int begin = Math.min(width, ceilDiv(Math.max(0, -shift), stride));
          int end = Math.max(begin, Math.min(width, ceilDiv(from.width() - shift, stride)));
          int at = 0;
          for (int out = firstRow; out < firstRow + rows; out++, at += width) {
            int y = out * window.strideHeight() - window.padTop() + ky * window.dilationHeight();
            if (y < 0 || y >= from.height() || begin == end) {
              pad(row, at, width, channel);
              continue;
            }
            int source = (channel * from.height() + y) * from.width() + shift;
            pad(row, at, begin, channel);
            copy(in, source + begin * stride, stride, row, at + begin, end - begin);
            pad(row, at + end, width - end, channel);
          }
        }
      }
    }
  }

  private static int ceilDiv(int value, int divisor) {
    return -Math.floorDiv(-value, divisor);
  }
}
