package lutmac.network.shape;

/**
 * The sliding window of a convolution or pooling: kernel, stride, padding and dilation in pixels,
 * as ONNX defines them.
 *
 * @param repeatHeight rows that every row of the feature map counts as; more than 1 only in a
 *     1x1 pool, which enlarges the map so: nearest-neighbour upsampling
 * @param repeatWidth likewise columns
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
    int repeatHeight,
    int repeatWidth) {

  public Window {
    if (kernelHeight < 1 || kernelWidth < 1) {
      throw new IllegalArgumentException(
          "kernel must be at least 1x1, got %dx%d".formatted(kernelHeight, kernelWidth));
    }
    if (strideHeight < 1 || strideWidth < 1 || dilationHeight < 1 || dilationWidth < 1) {
      throw new IllegalArgumentException("strides and dilations must be at least 1");
    }
    if (padTop < 0 || padLeft < 0 || padBottom < 0 || padRight < 0) {
      throw new IllegalArgumentException("paddings must not be negative");
    }
    if (repeatHeight < 1 || repeatWidth < 1) {
      throw new IllegalArgumentException("pixels must be repeated at least once");
    }
    boolean single =
        kernelHeight == 1
            && kernelWidth == 1
            && strideHeight == 1
            && strideWidth == 1
            && padTop + padLeft + padBottom + padRight == 0;
    if (repeatHeight * repeatWidth > 1 && !single) {
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
        1,
        1);
  }

  /** Every pixel becomes {@code height x width} pixels. */
  public static Window repeating(int height, int width) {
    return new Window(1, 1, 1, 1, 0, 0, 0, 0, 1, 1, height, width);
  }

  /** Whether it enlarges the map. */
  public boolean repeats() {
    return repeatHeight * repeatWidth > 1;
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

  /** Whether it looks beyond the feature map anywhere. */
  public boolean padded() {
    return padTop + padLeft + padBottom + padRight > 0;
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
    int height = input.height() * repeatHeight + padTop + padBottom - spanHeight();
    int width = input.width() * repeatWidth + padLeft + padRight - spanWidth();
    if (height < 0 || width < 0) {
      throw new IllegalArgumentException(
          "the %dx%d kernel does not fit into the padded input %s"
              .formatted(spanHeight(), spanWidth(), input));
    }
    return new Shape(outputChannels, height / strideHeight + 1, width / strideWidth + 1);
  }
}
