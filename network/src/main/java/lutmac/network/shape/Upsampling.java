package lutmac.network.shape;

/**
 * What a window sees between the pixels of a feature map, which it slides over as if the map were
 * larger.
 *
 * @param height rows from one row of the map to the next, 1 if the map is seen as it is
 * @param width likewise columns
 * @param filling what stands between them
 */
public record Upsampling(int height, int width, Filling filling) {
  /** What stands between the pixels. */
  public enum Filling {
    /** The pixel above and left of it, also behind the last one: nearest-neighbour upsampling. */
    REPEATED,
    /** Zeros, none behind the last pixel: what a transposed convolution slides its kernel over. */
    ZEROS
  }

  private static final Upsampling NONE = new Upsampling(1, 1, Filling.REPEATED);

  public Upsampling {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("pixels must be at least 1 apart");
    }
    if (height == 1 && width == 1) {
      filling = Filling.REPEATED;
    }
  }

  /** The map as it is. */
  public static Upsampling none() {
    return NONE;
  }

  /** Whether the map is seen as it is. */
  public boolean isNone() {
    return height == 1 && width == 1;
  }

  /** Height and width of what a window slides over. */
  public Shape of(Shape map) {
    return filling == Filling.REPEATED
        ? new Shape(map.channels(), map.height() * height, map.width() * width)
        : new Shape(map.channels(), (map.height() - 1) * height + 1, (map.width() - 1) * width + 1);
  }

  /** The row of the map that stands in a row of the enlarged one; negative between the rows. */
  public int row(int y) {
    return source(y, height);
  }

  /** Likewise the column. */
  public int column(int x) {
    return source(x, width);
  }

  private int source(int position, int distance) {
    return filling == Filling.REPEATED || Math.floorMod(position, distance) == 0
        ? Math.floorDiv(position, distance)
        : -1;
  }
}
