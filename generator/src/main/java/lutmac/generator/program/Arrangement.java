package lutmac.generator.program;

import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * A feature map as it lies in the buffer for a layer with a certain window: what a stored channel
 * and a stored position mean in terms of the map.
 *
 * @param tensor the map
 * @param fold how it is arranged; everything but {@link InputFold#PLAIN} is for network inputs
 * @param window the reading layer's window; pointwise for plain maps, which suit every reader
 * @param layout the lanes of the stored channels
 */
record Arrangement(Tensor tensor, InputFold fold, Window window, MapLayout layout) {

  /** A map as the layer that makes it lays it out. */
  static Arrangement plain(Tensor tensor, MapLayout layout) {
    return new Arrangement(tensor, InputFold.PLAIN, Window.pointwise(), layout);
  }

  /** The network input as the host lays it out. */
  static Arrangement input(Tensor tensor, InputFold fold, Window window, int cols) {
    MapLayout ordinary = MapLayout.ordinary(tensor, cols, Byte.SIZE);
    if (fold == InputFold.PLAIN) {
      return plain(tensor, ordinary);
    }
    Arrangement arrangement = new Arrangement(tensor, fold, window, ordinary);
    return new Arrangement(
        tensor, fold, window, MapLayout.ordinary(arrangement.channels(), cols, Byte.SIZE));
  }

  private Shape map() {
    return tensor.shape();
  }

  private int foldedRows() {
    return fold.foldsRows() ? window.kernelHeight() : 1;
  }

  private int foldedColumns() {
    return fold.foldsColumns() ? window.kernelWidth() : 1;
  }

  int channels() {
    return map().channels() * foldedRows() * foldedColumns();
  }

  int height() {
    if (fold == InputFold.PLAIN) {
      return map().height();
    }
    int outputs = window.outputShape(map(), 1).height();
    return fold.foldsRows() ? outputs : (outputs - 1) * window.strideHeight() + window.spanHeight();
  }

  int width() {
    if (fold == InputFold.PLAIN) {
      return map().width();
    }
    int outputs = window.outputShape(map(), 1).width();
    return fold.foldsColumns()
        ? outputs
        : (outputs - 1) * window.strideWidth() + window.spanWidth();
  }

  /** Channel of the map that stored channel {@code channel} comes from. */
  int mapChannel(int channel) {
    return channel % map().channels();
  }

  /** Kernel row that stored channel {@code channel} belongs to; 0 if rows are not folded. */
  int kernelRow(int channel) {
    return channel / map().channels() / foldedColumns();
  }

  /** Kernel column that stored channel {@code channel} belongs to; 0 if not folded. */
  int kernelColumn(int channel) {
    return channel / map().channels() % foldedColumns();
  }

  /** Row of the map that stored row {@code row} shows in the channel; may lie outside the map. */
  int mapRow(int channel, int row) {
    if (fold == InputFold.PLAIN) {
      return row;
    }
    int folded =
        fold.foldsRows()
            ? row * window.strideHeight() + kernelRow(channel) * window.dilationHeight()
            : row;
    return folded - window.padTop();
  }

  /** Column of the map that stored column {@code column} shows in the channel. */
  int mapColumn(int channel, int column) {
    if (fold == InputFold.PLAIN) {
      return column;
    }
    int folded =
        fold.foldsColumns()
            ? column * window.strideWidth() + kernelColumn(channel) * window.dilationWidth()
            : column;
    return folded - window.padLeft();
  }

  /** The same for a host that packs the network input. */
  InputLayout inputLayout() {
    boolean plain = fold == InputFold.PLAIN;
    return new InputLayout(
        fold,
        channels(),
        height(),
        width(),
        foldedRows(),
        foldedColumns(),
        fold.foldsRows() ? window.strideHeight() : 1,
        fold.foldsColumns() ? window.strideWidth() : 1,
        fold.foldsRows() ? window.dilationHeight() : 1,
        fold.foldsColumns() ? window.dilationWidth() : 1,
        plain ? 0 : window.padTop(),
        plain ? 0 : window.padLeft());
  }

  /** Words of a pixel, one behind the other by so many. */
  int pixels() {
    return height() * width();
  }

  /** Words that the arranged map takes. */
  long words() {
    return (long) layout.words() * pixels();
  }

  /** The window that a layer with window {@code reader} applies to the arranged map. */
  Window windowFor(Window reader) {
    if (fold == InputFold.PLAIN) {
      return reader;
    }
    boolean rows = fold.foldsRows();
    boolean columns = fold.foldsColumns();
    return new Window(
        rows ? 1 : reader.kernelHeight(),
        columns ? 1 : reader.kernelWidth(),
        rows ? 1 : reader.strideHeight(),
        columns ? 1 : reader.strideWidth(),
        0,
        0,
        0,
        0,
        rows ? 1 : reader.dilationHeight(),
        columns ? 1 : reader.dilationWidth());
  }
}
