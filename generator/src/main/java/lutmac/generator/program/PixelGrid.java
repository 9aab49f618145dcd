package lutmac.generator.program;

import lutmac.network.shape.Shape;

/**
 * The pixels of a map that a descriptor writes: {@code rows} rows, every {@code rowStep}-th one
 * from {@code firstRow} on, in them every {@code columnStep}-th pixel.
 *
 * @param map whose height and width count
 */
public record PixelGrid(
    Shape map, int firstRow, int rowStep, int rows, int firstColumn, int columnStep) {
  /** All pixels of a map. */
  public static PixelGrid whole(Shape map) {
    return ofRows(map, 0, map.height());
  }

  /** All pixels of some rows. */
  public static PixelGrid ofRows(Shape map, int firstRow, int rows) {
    return new PixelGrid(map, firstRow, 1, rows, 0, 1);
  }

  /** Those of every so manieth row and column. */
  public static PixelGrid apart(
      Shape map, int firstRow, int rowStep, int firstColumn, int columnStep) {
    int rows = (map.height() - firstRow + rowStep - 1) / rowStep;
    return new PixelGrid(map, firstRow, rowStep, rows, firstColumn, columnStep);
  }

  /** Whether these are all pixels. */
  public boolean isWhole() {
    return rowStep == 1 && columnStep == 1 && rows == map.height();
  }

  /** How many they are in a row. */
  public int columns() {
    return (map.width() - firstColumn + columnStep - 1) / columnStep;
  }

  /** How many pixels these are. */
  public int size() {
    return rows() * columns();
  }

  /** The n-th of them, counted in the whole map row by row. */
  public int pixel(int n) {
    int row = firstRow + n / columns() * rowStep;
    return row * map.width() + firstColumn + n % columns() * columnStep;
  }

  /** Which of them a pixel of the map is; -1 for none. */
  public int indexOf(int pixel) {
    int row = pixel / map.width() - firstRow;
    int column = pixel % map.width() - firstColumn;
    boolean among =
        row >= 0
            && column >= 0
            && row % rowStep == 0
            && column % columnStep == 0
            && row / rowStep < rows();
    return among ? row / rowStep * columns() + column / columnStep : -1;
  }
}
