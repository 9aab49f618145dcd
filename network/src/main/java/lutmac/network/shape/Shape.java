package lutmac.network.shape;

/** Shape of one image's feature map, {@code [C, H, W]}; the batch dimension is left out. */
public record Shape(int channels, int height, int width) {
  /** Half a gibibyte of float32: no file of a few bytes may ask for more. */
  public static final int MOST_ELEMENTS = 1 << 27;

  public Shape {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "a feature map needs positive extents, got [%d, %d, %d]"
              .formatted(channels, height, width));
    }
    long pixels = (long) height * width;
    if (pixels > MOST_ELEMENTS || pixels * channels > MOST_ELEMENTS) {
      throw new IllegalArgumentException(
          "a feature map [%d, %d, %d] has more than the %d elements that can be computed"
              .formatted(channels, height, width, MOST_ELEMENTS));
    }
  }

  /** Pixels of one channel. */
  public int pixels() {
    return height * width;
  }

  /** Elements of all channels. */
  public int size() {
    return channels * height * width;
  }

  @Override
  public String toString() {
    return "[%d, %d, %d]".formatted(channels, height, width);
  }
}
