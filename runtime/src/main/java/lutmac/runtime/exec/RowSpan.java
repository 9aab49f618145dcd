package lutmac.runtime.exec;

/** The output columns whose kernel tap lies inside the map, not in its padding. */
final class RowSpan {
  private RowSpan() {}

  /**
   * The first such column.
   *
   * @param shift column of the map that the tap sees at output column 0; negative in the padding
   * @param width output columns
   */
  static int begin(int shift, int stride, int width) {
    return Math.min(width, ceilDiv(Math.max(0, -shift), stride));
  }

  /**
   * The one behind the last such column; {@link #begin} if there is none.
   *
   * @param mapWidth columns of the map
   */
  static int end(int shift, int stride, int mapWidth, int width) {
    int end = Math.min(width, ceilDiv(mapWidth - shift, stride));
    return Math.max(begin(shift, stride, width), end);
  }

  private static int ceilDiv(int value, int divisor) {
    return -Math.floorDiv(-value, divisor);
  }
}
