package lutmac.onnx.reader;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import lutmac.network.shape.Shape;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.Refusal;

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
   * @param scale of one step, with its zero point; absent if the next DequantizeLinear says it
   * @param lo smallest code
   * @param hi largest code
   */
  record Codes(View source, Optional<Step> scale, int lo, int hi) implements Value {
    /** The same codes of a map that was moved, or lost pixels. */
    Codes of(View other) {
      return new Codes(other, scale, lo, hi);
    }

    @Override
    public <R> R fold(
        Function<? super Known, ? extends R> known,
        Function<? super Codes, ? extends R> codes,
        Function<? super View, ? extends R> view) {
      return codes.apply(this);
    }
  }

  /** What a code stands for: {@code (code - zero) * scale}. */
  record Step(float scale, int zero) {}

  /**
   * A feature map, possibly with its axes in another order or seen under another shape (Transpose,
   * Flatten and the like move no data), and with a border of zeros that the next window will
   * absorb.
   *
   * @param map name of the feature map
   * @param shape its shape {@code [C, H, W]}
   * @param axes how ONNX sees it, without the batch dimension and without the border
   * @param border zeros around it; only around a {@link #planar} one
   */
  record View(String map, Shape shape, Axes axes, Border border) implements Value {
    static View of(String map, Shape shape) {
      return new View(map, shape, Axes.plain(shape), Border.NONE);
    }

    @Override
    public <R> R fold(
        Function<? super Known, ? extends R> known,
        Function<? super Codes, ? extends R> codes,
        Function<? super View, ? extends R> view) {
      return view.apply(this);
    }

    /** Extents as ONNX sees them, without the batch dimension and with the border. */
    int[] dims() {
      int[] dims = axes.dims();
      if (!border.empty()) {
        if (dims.length == 3) {
          dims[1] += border.top() + border.bottom();
          dims[2] += border.left() + border.right();
        } else {
          dims[1] += border.top() + border.bottom() + border.left() + border.right();
        }
      }
      return dims;
    }

    /**
     * The same elements in the same order under another shape.
     *
     * @throws Refusal if they cannot be seen so without moving data
     */
    View as(int... newDims) {
      return seenBy(axes.reshaped(newDims));
    }

    /** The same elements seen by other axes. */
    View seenBy(Axes other) {
      return new View(map, shape, other, border);
    }

    /**
     * Whether a window can slide over it: {@code [N, C, H, W]}, or {@code [N, C, L]} where the map
     * has one row or one column; the channels may be in another order than the map's.
     */
    boolean planar() {
      boolean line = shape.height() == 1 || shape.width() == 1;
      return (axes.rank() == 3 || (axes.rank() == 2 && line))
          && axes.dims()[0] == shape.channels()
          && axes.channelPositions(0, shape).isPresent()
          && axes.from(1).equals(pixels(axes.rank() == 3));
    }

    private List<List<Axes.Part>> pixels(boolean two) {
      Axes plain = Axes.plain(shape);
      return two ? plain.from(1) : plain.reshaped(shape.channels(), shape.pixels()).from(1);
    }

    /** Whether it is {@code [N, C, L]}. */
    boolean signal() {
      return axes.rank() == 2;
    }

    /** Whether it is {@code [N, C, L]} of a map of one column. */
    boolean vertical() {
      return signal() && shape.width() == 1 && shape.height() > 1;
    }

    /** Whether its channels are in the map's order. */
    boolean channelsInOrder() {
      return axes.isChannels(0, shape);
    }

    /** For every channel of the map, which one it is to ONNX, of a {@link #planar} view. */
    int[] channelOrder() {
      return axes.channelPositions(0, shape).orElseThrow();
    }

    /**
     * A map of other pixels whose channels ONNX sees in the order of this {@link #planar} one's.
     */
    View like(View made) {
      List<List<Axes.Part>> parts = new ArrayList<>();
      parts.add(
          axes.parts().get(0).stream()
              .map(
                  part ->
                      new Axes.Part(
                          part.extent(), part.stride() / shape.pixels() * made.shape().pixels()))
              .toList());
      Axes plain = Axes.plain(made.shape());
      parts.addAll(
          signal()
              ? plain.reshaped(made.shape().channels(), made.shape().pixels()).from(1)
              : plain.from(1));
      return made.seenBy(new Axes(parts));
    }

    String dimsText() {
      return Axes.text(dims());
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
