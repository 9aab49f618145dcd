package lutmac.generator.program;

import lutmac.network.shape.Shape;

/**
 * The rows of a map that a region of the feature-map buffer holds: in every block of words these
 * rows, one behind the other.
 *
 * @param first row of the map that comes first
 * @param count rows
 * @param width pixels of a row
 */
record StoredRows(int first, int count, int width) {
  /** A map that lies there whole. */
  static StoredRows whole(int height, int width) {
    return new StoredRows(0, height, width);
  }

  /** A map that lies there whole. */
  static StoredRows whole(Shape map) {
    return whole(map.height(), map.width());
  }

  /** Words of a block. */
  int pitch() {
    return count * width;
  }

  /** Words of a block in front of a row of the map. */
  int wordsBefore(int row) {
    return (row - first) * width;
  }

  /** What the walk goes over. */
  Shape shape() {
    return new Shape(1, count, width);
  }
}
