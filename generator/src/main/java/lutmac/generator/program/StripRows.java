package lutmac.generator.program;

import java.util.Optional;
import lutmac.generator.program.HardwareLayer.ArrayLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.shape.Window;

/**
 * Which rows of its input a layer reads for some rows of its output.
 *
 * @param unit rows of the output that cannot be made apart
 * @param height rows of the output
 */
record StripRows(
    Optional<Window> window, Optional<Window> pool, int inputHeight, int unit, int height) {
  /** The first row and the row behind the last. */
  record Rows(int from, int until) {
    int count() {
      return until - from;
    }

    /** The least rows that hold these and others. */
    Rows and(Rows others) {
      return new Rows(Math.min(from, others.from), Math.max(until, others.until));
    }

    /** The least whole units that hold these, up to the last row. */
    Rows inUnits(int unit, int height) {
      return new Rows(from / unit * unit, Math.min((until + unit - 1) / unit * unit, height));
    }
  }

  /** Of a layer that reads its input in an arrangement. */
  static StripRows of(HardwareLayer layer, Arrangement input) {
    int height = layer.output().shape().height();
    return layer.fold(
        array -> ofArray(array, input, height),
        pool -> ofPool(pool.pool().window(), input, height),
        copy -> ofPool(Window.pointwise(), input, height));
  }

  private static StripRows ofArray(ArrayLayer layer, Arrangement input, int height) {
    Window window = layer.mac().window();
    boolean whole = window.insertsZeros() || layer.mac().sumPixels();
    return new StripRows(
        whole ? Optional.empty() : Optional.of(input.windowFor(window)),
        layer.pool().map(MaxPoolLayer::window),
        input.height(),
        whole ? height : 1,
        height);
  }

  private static StripRows ofPool(Window window, Arrangement input, int height) {
    return new StripRows(
        Optional.of(window),
        Optional.empty(),
        input.height(),
        window.upsampling().height(),
        height);
  }

  /** The rows of the input that are read for some of the output; one at least. */
  Rows inputOf(int first, int count) {
    if (window.isEmpty()) {
      return new Rows(0, inputHeight);
    }
    Window reads = window.get();
    int last = first + count - 1;
    int firstPixel = first * pool.map(Window::strideHeight).orElse(1);
    int lastPixel =
        pool.map(behind -> last * behind.strideHeight() + behind.spanHeight() - 1).orElse(last);
    int copies = reads.upsampling().height();
    int from = firstPixel * reads.strideHeight() / copies - reads.padTop();
    int until = lastPixel * reads.strideHeight() / copies - reads.padTop() + reads.spanHeight();
    int least = Math.min(Math.max(0, from), inputHeight - 1);
    return new Rows(least, Math.max(least + 1, Math.min(until, inputHeight)));
  }
}
