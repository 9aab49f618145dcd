package lutmac.network.shape;

import java.util.Objects;

/**
 * The sliding window of a convolution or pooling: kernel, stride, padding and dilation in pixels,
 * as ONNX defines them.
 *
 * @param upsampling what it sees between the pixels of the map. Repeated pixels are for a 1x1 pool,
 *     which enlarges the map so; zeros are for a convolution of stride 1, which is a transposed one
 *     then
 */
public record Window(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight,
    int dilationHeight,
    int dilationWidth,
    Upsampling upsampling) {

  /** A mean over a map of 1024 x 1024 pixels. */
  private static final int MOST_TAPS = 1 << 20;

  public Window {
    Objects.requireNonNull(upsampling, "upsampling");
    if (kernelHeight < 1 || kernelWidth < 1) {
      throw new IllegalArgumentException(
          "kernel must be at least 1x1, got %dx%d".formatted(kernelHeight, kernelWidth));
    }
    if ((long) kernelHeight * kernelWidth > MOST_TAPS) {
      throw new IllegalArgumentException(
          "a kernel of %dx%d has more than %d taps"
              .formatted(kernelHeight, kernelWidth, MOST_TAPS));
    }
    if (strideHeight < 1 || strideWidth < 1 || dilationHeight < 1 || dilationWidth < 1) {
      throw new IllegalArgumentException("strides and dilations must be at least 1");
    }
    if (padTop < 0 || padLeft < 0 || padBottom < 0 || padRight < 0) {
      throw new IllegalArgumentException("paddings must not be negative");
    }
    boolean steps = strideHeight > 1 || strideWidth > 1;
    boolean single =
        kernelHeight == 1
            && kernelWidth == 1
            && !steps
            && padTop + padLeft + padBottom + padRight == 0;
    if (upsampling.filling() == Upsampling.Filling.ZEROS && steps) {
      throw new IllegalArgumentException("a stride over inserted zeros is not supported");
    }
    if (upsampling.filling() == Upsampling.Filling.REPEATED && !upsampling.isNone() && !single) {
      throw new IllegalArgumentException("only single pixels can be repeated");
    }
  }

  /** A window over the map as it is. */
  public Window(
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int padTop,
      int padLeft,
      int padBottom,
      int padRight,
      int dilationHeight,
      int dilationWidth) {
    this(
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padTop,
        padLeft,
        padBottom,
        padRight,
        dilationHeight,
        dilationWidth,
        Upsampling.none());
  }

  /** Every pixel becomes {@code height x width} pixels. */
  public static Window repeating(int height, int width) {
    return new Window(
        1, 1, 1, 1, 0, 0, 0, 0, 1, 1, new Upsampling(height, width, Upsampling.Filling.REPEATED));
  }

  /** The same kernel over a map that is seen otherwise. */
  public Window withUpsampling(Upsampling other) {
    return new Window(
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padTop,
        padLeft,
        padBottom,
        padRight,
        dilationHeight,
        dilationWidth,
        other);
  }

  /** Whether it repeats pixels. */
  public boolean repeats() {
    return !upsampling.isNone() && upsampling.filling() == Upsampling.Filling.REPEATED;
  }

  /** Whether it sees zeros between the pixels of the map. */
  public boolean insertsZeros() {
    return !upsampling.isNone() && upsampling.filling() == Upsampling.Filling.ZEROS;
  }

  /** A 1x1 window: every output pixel sees exactly its own input pixel. */
  public static Window pointwise() {
    return covering(1, 1);
  }

  /**
   * A window that covers a whole {@code height x width} feature map once: a fully connected layer.
   */
  public static Window covering(int height, int width) {
    return new Window(height, width, 1, 1, 0, 0, 0, 0, 1, 1);
  }

  /** Positions of the kernel, {@code kernelHeight * kernelWidth}. */
  public int kernelArea() {
    return kernelHeight * kernelWidth;
  }

  /** Whether it looks beyond the feature map anywhere, or between its pixels. */
  public boolean padded() {
    return padTop + padLeft + padBottom + padRight > 0 || insertsZeros();
  }

  /** Extent that the dilated kernel spans vertically. */
  public int spanHeight() {
    return (kernelHeight - 1) * dilationHeight + 1;
  }

  /** Extent that the dilated kernel spans horizontally. */
  public int spanWidth() {
    return (kernelWidth - 1) * dilationWidth + 1;
  }

  /**
   * Shape of the output for an input, with ONNX's floor rounding.
   *
   * @throws IllegalArgumentException if the padded input is smaller than the kernel
   */
  public Shape outputShape(Shape input, int outputChannels) {
    Shape seen = upsampling.of(input);
    int height = seen.height() + padTop + padBottom - spanHeight();
    int width = seen.width() + padLeft + padRight - spanWidth();
    if (height < 0 || width < 0) {
      throw new IllegalArgumentException(
          "the %dx%d kernel does not fit into the padded input %s"
              .formatted(spanHeight(), spanWidth(), input));
    }
    return new Shape(outputChannels, height / strideHeight + 1, width / strideWidth + 1);
  }

  /**
   * Positions of the kernel that meet a pixel of the map or of its padding, over all positions of
   * the window: inserted zeros do not count.
   */
  public long seenPixels(Shape input) {
    Shape output = outputShape(input, 1);
    long rows = 0;
    for (int y = 0; y < output.height(); y++) {
      for (int ky = 0; ky < kernelHeight; ky++) {
        int row = y * strideHeight + ky * dilationHeight - padTop;
        rows += !insertsZeros() || row % upsampling.height() == 0 ? 1 : 0;
      }
    }
    long columns = 0;
    for (int x = 0; x < output.width(); x++) {
      for (int kx = 0; kx < kernelWidth; kx++) {
        int column = x * strideWidth + kx * dilationWidth - padLeft;
        columns += !insertsZeros() || column % upsampling.width() == 0 ? 1 : 0;
      }
    }
    return rows * columns;
  }
}
