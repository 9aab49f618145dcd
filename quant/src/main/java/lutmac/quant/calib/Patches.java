package lutmac.quant.calib;

import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * The windows of a convolution over many images as columns ("im2col"): column {@code n * pixels +
 * p} is what output pixel p of image n sees, its taps in the order of the weights, {@code [I, Kh,
 * Kw]}. With {@code sumPixels} an image has one column, the sums over its pixels.
 */
public final class Patches {
  private final Shape input;
  private final boolean sumPixels;
  private final int windowTaps;
  private final int pixels;

  /** Position in a channel plane, or -1 outside, {@code [tap, output pixel]}. */
  private final int[] source;

  public Patches(Shape input, Window window, boolean sumPixels) {
    this.input = input;
    this.sumPixels = sumPixels;
    Shape output = window.outputShape(input, 1);
    windowTaps = window.kernelArea();
    pixels = sumPixels ? 1 : output.pixels();
    source = new int[sumPixels ? 0 : windowTaps * pixels];
    if (!sumPixels) {
      for (int tap = 0; tap < windowTaps; tap++) {
        int ky = tap / window.kernelWidth();
        int kx = tap % window.kernelWidth();
        for (int p = 0; p < pixels; p++) {
          int down =
              p / output.width() * window.strideHeight()
                  + ky * window.dilationHeight()
                  - window.padTop();
          int right =
              p % output.width() * window.strideWidth()
                  + kx * window.dilationWidth()
                  - window.padLeft();
          int y = window.upsampling().row(down);
          int x = window.upsampling().column(right);
          boolean inside = y >= 0 && y < input.height() && x >= 0 && x < input.width();
          source[tap * pixels + p] = inside ? y * input.width() + x : -1;
        }
      }
    }
  }

  /** Length of a column. */
  public int columnLength() {
    return input.channels() * windowTaps;
  }

  /** Columns of one image. */
  public int pixels() {
    return pixels;
  }

  /**
   * Columns of coded feature maps.
   *
   * @param maps values {@code D(code)}, {@code [N]}
   * @param columns receives {@code [taps, count]}
   */
  public void gather(ActivationCodes maps, int first, int count, int[] columns) {
    int[] decoder = maps.decoder();
    for (int done = 0; done < count; ) {
      byte[] map = maps.codes()[(first + done) / pixels];
      int pixel = (first + done) % pixels;
      int run = Math.min(count - done, pixels - pixel);
      for (int c = 0; c < input.channels(); c++) {
        int plane = c * input.pixels();
        if (sumPixels) {
          int sum = 0;
          for (int p = 0; p < input.pixels(); p++) {
            sum += decoder[map[plane + p] & 0xFF];
          }
          columns[c * count + done] = sum;
        } else {
          int pad = maps.tensor().padCodes().get(c);
          for (int tap = 0; tap < windowTaps; tap++) {
            int at = (c * windowTaps + tap) * count + done;
            int position = tap * pixels + pixel;
            for (int j = 0; j < run; j++) {
              int from = source[position + j];
              columns[at + j] = from < 0 ? pad : decoder[map[plane + from] & 0xFF];
            }
          }
        }
      }
      done += run;
    }
  }
}
