package lutmac.onnx.reader;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.Function;
import lutmac.network.shape.Shape;
import lutmac.onnx.model.Constant;

/** What an ONNX tensor name stands for while the graph is read. */
sealed interface Value {
  /** What the function for this kind says. */
  <R> R fold(
      Function<? super Known, ? extends R> known,
      Function<? super Codes, ? extends R> codes,
      Function<? super View, ? extends R> view);

  /** Values known now. */
  record Known(Constant constant) implements Value {
    @Override
    public <R> R fold(
        Function<? super Known, ? extends R> known,
        Function<? super Codes, ? extends R> codes,
        Function<? super View, ? extends R> view) {
      return known.apply(this);
    }
  }

  /**
   * Integer codes of a feature map, between QuantizeLinear and DequantizeLinear.
   *
   * @param source the feature map that was quantized; the codes themselves, if they are the
   *     network's input
   * @param frac fraction bits; absent if the next DequantizeLinear says how many
   * @param lo smallest code
   * @param hi largest code
   */
  record Codes(View source, OptionalInt frac, int lo, int hi) implements Value {
    @Override
    public <R> R fold(
        Function<? super Known, ? extends R> known,
        Function<? super Codes, ? extends R> codes,
        Function<? super View, ? extends R> view) {
      return codes.apply(this);
    }
  }

  /**
   * A feature map, possibly seen under another shape (Flatten and the like move no data) and with a
   * border of zeros that the next window will absorb.
   *
   * @param map name of the feature map
   * @param shape its shape {@code [C, H, W]}
   * @param dims how ONNX sees it, without the batch dimension and with the border
   * @param border zeros around it
   */
  record View(String map, Shape shape, int[] dims, Border border) implements Value {
    static View of(String map, Shape shape) {
      return new View(
          map, shape, new int[] {shape.channels(), shape.height(), shape.width()}, Border.NONE);
    }

    @Override
    public <R> R fold(
        Function<? super Known, ? extends R> known,
        Function<? super Codes, ? extends R> codes,
        Function<? super View, ? extends R> view) {
      return view.apply(this);
    }

    /** The same data under another shape. */
    View as(int... newDims) {
      return new View(map, shape, newDims, border);
    }

    /** The feature map as such: not reshaped in any way; a border is allowed. */
    boolean plain() {
      return dims.length == 3
          && dims[0] == shape.channels()
          && dims[1] == shape.height() + border.top() + border.bottom()
          && dims[2] == shape.width() + border.left() + border.right();
    }

    String dimsText() {
      return Arrays.toString(dims).replace("[", "[N, ");
    }
  }

  /** Zeros around a feature map, in pixels. */
  record Border(int top, int left, int bottom, int right) {
    static final Border NONE = new Border(0, 0, 0, 0);

    boolean empty() {
      return equals(NONE);
    }
  }
}
