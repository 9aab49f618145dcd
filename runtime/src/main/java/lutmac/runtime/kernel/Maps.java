package lutmac.runtime.kernel;

import lutmac.network.shape.Shape;

/**
 * One feature map of several images: element {@code p} of channel {@code c} of image {@code n} is
 * {@code values[n * imageStride + c * channelStride + p]}, p row by row.
 */
public record Maps(float[] values, int images, int imageStride, int channelStride) {
  /** Image after image, {@code [N, C, H, W]}. */
  public static Maps byImage(float[] values, int images, Shape shape) {
    return checked(values, images, shape, shape.size(), shape.pixels());
  }

  /** Channel after channel, {@code [C, N, H, W]}. */
  public static Maps byChannel(float[] values, int images, Shape shape) {
    return checked(values, images, shape, shape.pixels(), images * shape.pixels());
  }

  private static Maps checked(
      float[] values, int images, Shape shape, int imageStride, int channelStride) {
    if (values.length != (long) images * shape.size()) {
      throw new IllegalArgumentException(
          "%d images %s have %d values, got %d"
              .formatted(images, shape, (long) images * shape.size(), values.length));
    }
    return new Maps(values, images, imageStride, channelStride);
  }

  /** Where a channel of an image starts. */
  int start(int image, int channel) {
    return image * imageStride + channel * channelStride;
  }
}
