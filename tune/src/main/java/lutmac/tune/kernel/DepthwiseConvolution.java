package lutmac.tune.kernel;

import java.util.Arrays;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * Convolutions whose output channels read one input channel each, as plain loops: matrix products
 * of one row are no use. Every plane is copied into a padded one first, so that no tap needs to be
 * tested for lying outside.
 */
final class DepthwiseConvolution implements Convolution {
  private final Shape from;
  private final Shape to;
  private final Window window;
  private final float[] padding;
  private final int multiplier;
  private final int paddedHeight;
  private final int paddedWidth;

  DepthwiseConvolution(Shape from, Shape to, Window window, float[] padding) {
    this.from = from;
    this.to = to;
    this.window = window;
    this.padding = padding.clone();
    multiplier = to.channels() / from.channels();
    paddedHeight = from.height() + window.padTop() + window.padBottom();
    paddedWidth = from.width() + window.padLeft() + window.padRight();
  }

  @Override
  public void forward(float[] weights, float[] in, int images, float[] out) {
    float[] padded = new float[paddedHeight * paddedWidth];
    float[] sums = new float[to.width()];
    for (int channel = 0; channel < from.channels(); channel++) {
      Arrays.fill(padded, padding[channel]);
      for (int image = 0; image < images; image++) {
        copyInside(in, channel * images + image, padded);
        for (int m = 0; m < multiplier; m++) {
          int o = channel * multiplier + m;
          plane(weights, o, padded, sums, out, (o * images + image) * to.pixels());
        }
      }
    }
  }

  private void plane(float[] weights, int o, float[] padded, float[] sums, float[] out, int start) {
    int stride = window.strideWidth();
    for (int y = 0; y < to.height(); y++) {
      Arrays.fill(sums, 0);
      int tap = o * window.kernelArea();
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        int row = row(y, ky);
        for (int kx = 0; kx < window.kernelWidth(); kx++, tap++) {
          float weight = weights[tap];
          int source = row + kx * window.dilationWidth();
          for (int x = 0; x < sums.length; x++) {
            sums[x] += weight * padded[source + x * stride];
          }
        }
      }
      System.arraycopy(sums, 0, out, start + y * to.width(), sums.length);
    }
  }

  @Override
  public void addWeightGradient(float[] in, float[] outGradient, int images, float[] gradient) {
    float[] padded = new float[paddedHeight * paddedWidth];
    float[] row = new float[to.width()];
    for (int channel = 0; channel < from.channels(); channel++) {
      Arrays.fill(padded, padding[channel]);
      for (int image = 0; image < images; image++) {
        copyInside(in, channel * images + image, padded);
        for (int m = 0; m < multiplier; m++) {
          int o = channel * multiplier + m;
          for (int y = 0; y < to.height(); y++) {
            int start = (o * images + image) * to.pixels() + y * to.width();
            System.arraycopy(outGradient, start, row, 0, row.length);
            addRow(row, y, padded, gradient, o * window.kernelArea());
          }
        }
      }
    }
  }

  private void addRow(float[] row, int y, float[] padded, float[] gradient, int firstTap) {
    int stride = window.strideWidth();
    int tap = firstTap;
    for (int ky = 0; ky < window.kernelHeight(); ky++) {
      int start = row(y, ky);
      for (int kx = 0; kx < window.kernelWidth(); kx++, tap++) {
        int source = start + kx * window.dilationWidth();
        // Two sums hide half of an addition's latency.
        float even = 0;
        float odd = 0;
        int x = 0;
        for (; x + 2 <= row.length; x += 2) {
          even += row[x] * padded[source + x * stride];
          odd += row[x + 1] * padded[source + (x + 1) * stride];
        }
        if (x < row.length) {
          even += row[x] * padded[source + x * stride];
        }
        gradient[tap] += even + odd;
      }
    }
  }

  @Override
  public void addInputGradient(
      float[] weights, float[] outGradient, int images, float[] inGradient) {
    float[] padded = new float[paddedHeight * paddedWidth];
    float[] row = new float[to.width()];
    int stride = window.strideWidth();
    for (int channel = 0; channel < from.channels(); channel++) {
      for (int image = 0; image < images; image++) {
        Arrays.fill(padded, 0);
        for (int m = 0; m < multiplier; m++) {
          int o = channel * multiplier + m;
          for (int y = 0; y < to.height(); y++) {
            int start = (o * images + image) * to.pixels() + y * to.width();
            System.arraycopy(outGradient, start, row, 0, row.length);
            int tap = o * window.kernelArea();
            for (int ky = 0; ky < window.kernelHeight(); ky++) {
              for (int kx = 0; kx < window.kernelWidth(); kx++, tap++) {
                float weight = weights[tap];
                int target = row(y, ky) + kx * window.dilationWidth();
                for (int x = 0; x < row.length; x++) {
                  padded[target + x * stride] += weight * row[x];
                }
              }
            }
          }
        }
        addInside(padded, channel * images + image, inGradient);
      }
    }
  }

  /** Where the padded row starts that a kernel row sees from an output row. */
  private int row(int y, int ky) {
    return (y * window.strideHeight() + ky * window.dilationHeight()) * paddedWidth;
  }

  private void copyInside(float[] in, int plane, float[] padded) {
    for (int y = 0; y < from.height(); y++) {
      System.arraycopy(
          in,
          plane * from.pixels() + y * from.width(),
          padded,
          (y + window.padTop()) * paddedWidth + window.padLeft(),
          from.width());
    }
  }

  private void addInside(float[] padded, int plane, float[] inGradient) {
    for (int y = 0; y < from.height(); y++) {
      int source = (y + window.padTop()) * paddedWidth + window.padLeft();
      int target = plane * from.pixels() + y * from.width();
      for (int x = 0; x < from.width(); x++) {
        inGradient[target + x] += padded[source + x];
      }
    }
  }
}
