package lutmac.generator.program;

import java.util.Optional;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * The extents of a layer's walk: the map that is read, the window over it, the pixels, the pool
 * behind them. Shapes count no channels.
 *
 * @param map the map as it lies in the buffer
 * @param window the window over the map
 * @param pixels the pixels that the array computes
 * @param pool the pool that is applied to them on the way out
 * @param written the pixels that are written
 * @param startRow row of the map at which the first pixel's window starts, without its padding; not
 *     0 where only some of the pixels are computed
 * @param startColumn column of the map likewise
 * @param transposed whether rows and columns have changed places
 */
record Geometry(
    Shape map,
    Window window,
    Shape pixels,
    Optional<Window> pool,
    Shape written,
    int startRow,
    int startColumn,
    boolean transposed) {
  private static final int MAX_WIDTH = Short.MAX_VALUE;

  /**
   * The same walk with the longest rows: pixels of a row share words, and a row costs time of its
   * own. Neither form changes the order of words or pixels.
   */
  Geometry withLongRows() {
    if (window.equals(Window.pointwise()) && pool.isEmpty() && map.pixels() <= MAX_WIDTH) {
      return new Geometry(
          row(map.pixels()),
          window,
          row(pixels.pixels()),
          pool,
          row(written.pixels()),
          0,
          startRow * map.width() + startColumn,
          transposed);
    }
    boolean oneColumn =
        map.width() == 1
            && pixels.width() == 1
            && written.width() == 1
            && pool.map(p -> p.kernelWidth() == 1 && !p.padded()).orElse(true);
    return oneColumn && map.height() > 1 ? turned() : this;
  }

  private static Shape row(int width) {
    return new Shape(1, 1, width);
  }

  private Geometry turned() {
    return new Geometry(
        turned(map),
        turned(window),
        turned(pixels),
        pool.map(Geometry::turned),
        turned(written),
        startColumn,
        startRow,
        !transposed);
  }

  private static Shape turned(Shape shape) {
    return new Shape(shape.channels(), shape.width(), shape.height());
  }

  private static Window turned(Window window) {
    return new Window(
        window.kernelWidth(),
        window.kernelHeight(),
        window.strideWidth(),
        window.strideHeight(),
        window.padLeft(),
        window.padTop(),
        window.padRight(),
        window.padBottom(),
        window.dilationWidth(),
        window.dilationHeight());
  }
}
