package lutmac.network.shape;

/** Shape of one image's feature map, {@code [C, H, W]}; the batch dimension is left out. */
public record Shape(int channels, int height, int width) {
  public Shape {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "a feature map needs positive extents, got [%d, %d, %d]"
              .formatted(channels, height, width));
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
