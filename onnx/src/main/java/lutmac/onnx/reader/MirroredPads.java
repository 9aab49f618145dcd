package lutmac.onnx.reader;

import lutmac.network.shape.Shape;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * Pads that repeat pixels of the map: zeros are put around it, and every row and column of the
 * border is a line of the map that is copied there.
 */
final class MirroredPads {
  private final ImportContext graph;
  private final OnnxNode node;
  private final Mode mode;

  /** Which pixel a pad repeats. */
  enum Mode {
    /** As in a mirror that stands on the outermost pixel. */
    REFLECT,
    /** The outermost one. */
    EDGE,
    /** As if the map began again. */
    WRAP;

    /**
     * @param at position of a pad, from the map's first pixel on: negative, or at least its extent
     */
    int source(int at, int extent) {
      return switch (this) {
        case REFLECT -> at < 0 ? -at : 2 * (extent - 1) - at;
        case EDGE -> at < 0 ? 0 : extent - 1;
        case WRAP -> Math.floorMod(at, extent);
      };
    }

    int most(int extent) {
      return switch (this) {
        case REFLECT -> extent - 1;
        case EDGE -> Integer.MAX_VALUE;
        case WRAP -> extent;
      };
    }
  }

  MirroredPads(ImportContext graph, OnnxNode node, Mode mode) {
    this.graph = graph;
    this.node = node;
    this.mode = mode;
  }

  /**
   * The map with its pads.
   *
   * @param map without a border
   */
  Value.View around(Value.View map, Value.Border pads) {
    Shape shape = map.shape();
    require("rows", pads.top(), pads.bottom(), shape.height());
    require("columns", pads.left(), pads.right(), shape.width());
    if (pads.empty()) {
      return map;
    }
    Lines lines = new Lines(graph, node, graph.isNonNegative(map.map()));
    Value.View zeros = graph.withoutBorder(new Value.View(map.map(), shape, map.axes(), pads));
    Shape whole = zeros.shape();
    Lines.Map made = new Lines.Map(zeros.map(), whole);
    Lines.Map inner = new Lines.Map(map.map(), shape);
    for (int row = 0; row < whole.height(); row++) {
      int at = row - pads.top();
      if (at < 0 || at >= shape.height()) {
        Lines.Line line = new Lines.Line(true, mode.source(at, shape.height()));
        made = added(lines, inner, line, made, row, pads.left());
      }
    }
    for (int column = 0; column < whole.width(); column++) {
      int at = column - pads.left();
      if (at < 0 || at >= shape.width()) {
        // The corners are there already.
        Lines.Line line = new Lines.Line(false, pads.left() + mode.source(at, shape.width()));
        made = added(lines, made, line, made, 0, column);
      }
    }
    return map.like(Value.View.of(made.name(), whole));
  }

  private Lines.Map added(
      Lines lines, Lines.Map from, Lines.Line line, Lines.Map to, int top, int left) {
    String sum = graph.freshName(node.output() + ".sum");
    lines.added(from, line, 1, to, top, left, sum);
    return new Lines.Map(sum, to.shape());
  }

  private void require(String what, int before, int after, int extent) {
    if (Math.max(before, after) > mode.most(extent)) {
      throw new Refusal(
          "it repeats %d %s of a map that has %d".formatted(Math.max(before, after), what, extent));
    }
    if (before + after > Lines.MOST) {
      throw new Refusal(
          "mode '%s' of %d %s is not supported, at most %d are copied; pad with zeros"
              .formatted(node.text("mode", ""), before + after, what, Lines.MOST));
    }
  }
}
