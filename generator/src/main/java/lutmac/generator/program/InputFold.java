package lutmac.generator.program;

/**
 * How the host arranges the network input for one layer that reads it. Folding kernel taps into
 * channels shortens the tile where the input has far fewer channels than the array has columns.
 */
public enum InputFold {
  /** The map itself; the core pads with zeros. */
  PLAIN(false, false),
  /** The map with its border stored, for pad codes that are not zero. */
  PADDED(false, false),
  /** Kernel columns folded: channel {@code kx * C + c}, one word column per output column. */
  COLUMNS(false, true),
  /** Kernel rows folded: channel {@code ky * C + c}, one word row per output row. */
  ROWS(true, false),
  /** Both: a 1x1 layer over {@code (ky * Kw + kx) * C + c} at output resolution. */
  KERNEL(true, true);

  private final boolean foldsRows;
  private final boolean foldsColumns;

  InputFold(boolean foldsRows, boolean foldsColumns) {
    this.foldsRows = foldsRows;
    this.foldsColumns = foldsColumns;
  }

  boolean foldsRows() {
    return foldsRows;
  }

  boolean foldsColumns() {
    return foldsColumns;
  }
}
