package lutmac.network.shape;

/**
 * The sliding window of a convolution or pooling: kernel, stride, padding and dilation in pixels,
 * as ONNX defines them.
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
    int dilationWidth) {

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
    int height = input.height() + padTop + padBottom - spanHeight();
    int width = input.width() + padLeft + padRight - spanWidth();
    if (height < 0 || width < 0) {
      throw new IllegalArgumentException(
          "the %dx%d kernel does not fit into the padded input %s"
              .formatted(spanHeight(), spanWidth(), input));
    }
    return new Shape(outputChannels, height / strideHeight + 1, width / strideWidth + 1);
  }
}
