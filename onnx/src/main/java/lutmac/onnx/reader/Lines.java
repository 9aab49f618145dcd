package lutmac.onnx.reader;

import java.util.List;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.OnnxNode;

/**
 * Rows and columns of a feature map, cut out and added to a map elsewhere: two depthwise layers
 * each, one that cuts and one that puts zeros around.
 */
final class Lines {
  /** Most rows, and most columns, that one node adds. */
  static final int MOST = 8;

  private final ImportContext graph;
  private final OnnxNode node;
  private final boolean nonNegative;

  /**
   * @param nonNegative whether nothing of all this is ever negative
   */
  Lines(ImportContext graph, OnnxNode node, boolean nonNegative) {
    this.graph = graph;
    this.node = node;
    this.nonNegative = nonNegative;
  }

  /** A feature map. */
  record Map(String name, Shape shape) {}

  /**
   * A row or column of a map.
   *
   * @param row whether it is a row
   * @param at which one
   */
  record Line(boolean row, int at) {
    Shape shape(Shape map) {
      return row
          ? new Shape(map.channels(), 1, map.width())
          : new Shape(map.channels(), map.height(), 1);
    }
  }

  /**
   * Adds {@code factor} times a line to a map.
   *
   * @param from the map that the line is of
   * @param to the map that it is added to
   * @param top row of {@code to} where the line begins
   * @param left column of it
   * @param output name of the sum
   */
  Value.View added(Map from, Line line, double factor, Map to, int top, int left, String output) {
    int channels = from.shape().channels();
    int extent = line.row() ? from.shape().height() : from.shape().width();
    SelectionOps.Taps taps = SelectionOps.Taps.of(new SelectionOps.Range(line.at(), 1, 1), extent);
    float[] weights = FloatOp.Conv.room(channels, 1, taps.kernel());
    for (int c = 0; c < channels; c++) {
      weights[c * taps.kernel() + taps.tap()] = (float) factor;
    }
    Window take =
        line.row()
            ? new Window(taps.kernel(), 1, 1, 1, 0, 0, 0, 0, taps.dilation(), 1)
            : new Window(1, taps.kernel(), 1, 1, 0, 0, 0, 0, 1, taps.dilation());
    Shape cutShape = line.shape(from.shape());
    String cut = graph.freshName(node.output() + ".border");
    emit(
        new FloatOp.Conv(channels, channels, channels, take, weights, new float[channels]),
        List.of(from.name()),
        cut,
        cutShape);
    Shape whole = to.shape();
    Window around =
        new Window(
            1,
            1,
            1,
            1,
            top,
            left,
            whole.height() - top - cutShape.height(),
            whole.width() - left - cutShape.width(),
            1,
            1);
    String placed = graph.freshName(node.output() + ".placed");
    emit(FloatOp.Conv.depthwise(channels, around, 1f), List.of(cut), placed, whole);
    return emit(new FloatOp.Add(), List.of(to.name(), placed), output, whole);
  }

  private Value.View emit(FloatOp op, List<String> inputs, String output, Shape made) {
    Value.View view = graph.emit(node.name(), op, inputs, output, made);
    if (nonNegative) {
      graph.markNonNegative(output);
    }
    return view;
  }
}
