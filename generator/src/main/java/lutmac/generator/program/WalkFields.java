package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.rtl.layout.DescriptorField;

/** The descriptor's fields that move the walk and the taps over a map (docs/hardware.md §3). */
final class WalkFields {
  /** Widest step between pixels that share words. */
  private static final int MAX_CONTIGUOUS_STRIDE = 7;

  /** Farthest that a run of words may start left of the map. */
  private static final int MAX_CONTIGUOUS_PAD = 15;

  private final Descriptor.Builder builder;
  private final Shape map;

  private WalkFields(Descriptor.Builder builder, Shape map) {
    this.builder = builder;
    this.map = map;
  }

  /**
   * Kernel columns of a phase where the words of a run lie side by side; 0 where a word a row is
   * read instead: for columns that lie apart, and where a run is one pixel and would gain nothing.
   *
   * @param taps kernel columns that a row of the feeder holds
   */
  static int chunk(Geometry geometry, int taps) {
    Window window = geometry.window();
    int columns = window.kernelWidth();
    if (window.dilationWidth() > 1 && columns > 1
        || window.padLeft() > MAX_CONTIGUOUS_PAD
        || rowLength(geometry) == 1) {
      return 0;
    }
    int chunks = (columns + taps - 1) / taps;
    int chunk = (columns + chunks - 1) / chunks;
    int least = columns - (chunks - 1) * chunk;
    return stride(geometry) <= Math.min(least, MAX_CONTIGUOUS_STRIDE) ? chunk : 0;
  }

  /**
   * Whether pixels of a row can be walked with one delta; a layer without a pool then takes two
   * levels of the walk.
   */
  static boolean hasRows(Window window) {
    return window.strideWidth() <= STRIDE.max();
  }

  /** Pixels of a row of the walk. */
  private static int rowLength(Geometry geometry) {
    return geometry
        .pool()
        .map(Window::kernelWidth)
        .orElse(hasRows(geometry.window()) ? geometry.pixels().width() : 1);
  }

  /** Columns of the map between neighbouring pixels of a row of the walk. */
  private static int stride(Geometry geometry) {
    int between = geometry.pool().map(Window::dilationWidth).orElse(1);
    return rowLength(geometry) == 1 ? 1 : between * geometry.window().strideWidth();
  }

  /** Whether a layer with this window can be followed by this pool within one descriptor. */
  static boolean canPool(Window window, Window pool) {
    return pool.kernelWidth() == 1 || pool.dilationWidth() * window.strideWidth() <= STRIDE.max();
  }

  /** Sets the walk and the taps of a layer for the array. */
  static void setArray(
      Descriptor.Builder builder, Geometry geometry, TapOrder order, boolean contiguous) {
    Window window = geometry.window();
    WalkFields fields = new WalkFields(builder, geometry.map());
    fields.setWalk(geometry);
    fields.setStart(window, geometry.startRow(), geometry.startColumn());
    fields.setTaps(order, contiguous ? order.chunk() : window.dilationWidth(), window);
    builder.set(CONTIGUOUS, contiguous);
  }

  /**
   * Sets the walk of a pool; without a window it walks rows of pixels.
   *
   * @param map the rows that lie in the buffer
   * @param startRow the one of them at which the first window starts, without its padding
   */
  static void setPool(
      Descriptor.Builder builder, Shape map, Window window, Shape written, int startRow) {
    WalkFields fields = new WalkFields(builder, map);
    if (window.repeats()) {
      fields.setRepeats(window, written, startRow);
      return;
    }
    boolean copies = window.equals(Window.pointwise());
    fields.setCounts(
        copies ? written.width() : window.kernelWidth(),
        window.kernelHeight(),
        copies ? 1 : written.width(),
        written.height());
    builder.set(STRIDE, window.kernelWidth() == 1 ? 1 : window.dilationWidth());
    fields.setRowStarts(
        fields
            .nest()
            .level(window.kernelHeight(), 0, 0, window.dilationHeight())
            .level(copies ? 1 : written.width(), 0, window.strideWidth(), 0)
            .level(written.height(), 0, 0, window.strideHeight()));
    fields.setStart(window, startRow, 0);
  }

  /** Every row of the map so many times, in it every pixel so many times. */
  private void setRepeats(Window window, Shape written, int startRow) {
    int copies = window.upsampling().height();
    int rows = written.height() / copies;
    setCounts(window.upsampling().width(), map.width(), copies, rows);
    builder.set(STRIDE, 0);
    setRowStarts(nest().level(map.width(), 0, 1, 0).level(copies, 0, 0, 0).level(rows, 0, 0, 1));
    setStart(window, startRow, 0);
  }

  private Nest nest() {
    return new Nest(map.width(), map.pixels());
  }

  private void setCounts(int px, int py, int wx, int wy) {
    builder.set(PX_N, px).set(PY_N, py).set(WX_N, wx).set(WY_N, wy);
  }

  private void setWalk(Geometry geometry) {
    int strideX = geometry.window().strideWidth();
    int strideY = geometry.window().strideHeight();
    builder.set(STRIDE, stride(geometry));
    if (geometry.pool().isPresent()) {
      Window pool = geometry.pool().get();
      Shape pooled = geometry.written();
      setCounts(pool.kernelWidth(), pool.kernelHeight(), pooled.width(), pooled.height());
      setRowStarts(
          nest()
              .level(pool.kernelHeight(), 0, 0, pool.dilationHeight() * strideY)
              .level(pooled.width(), 0, pool.strideWidth() * strideX, 0)
              .level(pooled.height(), 0, 0, pool.strideHeight() * strideY));
      return;
    }
    Shape pixels = geometry.pixels();
    int rows = hasRows(geometry.window()) ? 1 : pixels.width();
    setCounts(pixels.width() / rows, 1, rows, pixels.height());
    setRowStarts(
        nest().level(1, 0, 0, 0).level(rows, 0, strideX, 0).level(pixels.height(), 0, 0, strideY));
  }

  private void setRowStarts(Nest rows) {
    DescriptorField[] address = {PY_ADDR, WX_ADDR, WY_ADDR};
    DescriptorField[] dx = {PY_DX, WX_DX, WY_DX};
    DescriptorField[] dy = {PY_DY, WX_DY, WY_DY};
    for (int level = 0; level < address.length; level++) {
      Nest.Delta delta = rows.delta(level);
      builder
          .set(address[level], delta.address())
          .set(dx[level], delta.dx())
          .set(dy[level], delta.dy());
    }
  }

  private void setStart(Window window, int row, int column) {
    int y = row - window.padTop();
    int x = column - window.padLeft();
    builder
        .set(START_ADDR, (long) y * map.width() + x)
        .set(START_X, x)
        .set(START_Y, y)
        .set(IN_W, map.width())
        .set(IN_H, map.height());
  }

  /** Sets the taps; {@code advance} is the number of map columns from one chunk to the next. */
  private void setTaps(TapOrder order, int advance, Window window) {
    Nest taps =
        nest()
            .level(order.words(), 1, 0, 0)
            .level(order.chunks(), 0, advance, 0)
            .level(order.kernelHeight(), 0, 0, window.dilationHeight());
    builder
        .set(CB_N, order.words())
        .set(KX_N, order.chunks())
        .set(KY_N, order.kernelHeight())
        .set(TAPS_FULL, order.chunk())
        .set(TAPS_LAST, order.lastChunk())
        .set(CB_ADDR, taps.delta(0).address())
        .set(KX_ADDR, taps.delta(1).address())
        .set(KX_DX, taps.delta(1).dx())
        .set(KY_ADDR, taps.delta(2).address())
        .set(KY_DX, taps.delta(2).dx())
        .set(KY_DY, taps.delta(2).dy());
  }
}
