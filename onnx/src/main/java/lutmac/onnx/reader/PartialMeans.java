package lutmac.onnx.reader;

import java.util.ArrayList;
import java.util.List;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * Average pools that divide by fewer pixels at the border. The pool itself is a depthwise
 * convolution of 1/n; every row and column of its output whose windows hold fewer pixels is then
 * copied, scaled by what is missing to the right mean, and added in its place: two depthwise layers
 * a row or column.
 */
final class PartialMeans {
  private final ImportContext graph;
  private final OnnxNode node;
  private final Shape shape;
  private String map;
  private final Lines lines;

  private PartialMeans(ImportContext graph, OnnxNode node, Shape shape, String map) {
    this.graph = graph;
    this.node = node;
    this.shape = shape;
    this.map = map;
    this.lines = new Lines(graph, node, graph.isNonNegative(map));
  }

  /** A row or column of the output and the factor that its windows lack. */
  private record Line(boolean row, int at, double factor) {}

  /**
   * Positions of a window that count, from {@code low} to {@code high - 1}.
   *
   * @param pad of the window before the map
   */
  record Counted(int low, int high, int pad, int stride, int dilation, int kernel) {
    int of(int window) {
      int count = 0;
      for (int tap = 0; tap < kernel; tap++) {
        int at = window * stride - pad + tap * dilation;
        count += at >= low && at < high ? 1 : 0;
      }
      return count;
    }
  }

  /**
   * The mean over those pixels of every window that count.
   *
   * @param input of the pool
   * @param output its shape
   */
  static Value.View pool(
      ImportContext graph,
      OnnxNode node,
      Value.View input,
      Window window,
      Shape output,
      Counted rows,
      Counted columns) {
    List<Line> lines = new ArrayList<>();
    addLines(lines, true, rows, output.height());
    addLines(lines, false, columns, output.width());
    String first = lines.isEmpty() ? node.output() : graph.freshName(node.output() + ".mean");
    FloatOp.Conv mean =
        FloatOp.Conv.depthwise(input.shape().channels(), window, 1f / window.kernelArea());
    Value.View made = graph.emit(node.name(), mean, List.of(input.map()), first, output);
    if (graph.isNonNegative(input.map())) {
      graph.markNonNegative(first);
    }
    PartialMeans means = new PartialMeans(graph, node, output, first);
    for (int i = 0; i < lines.size(); i++) {
      made = means.scaled(lines.get(i), i == lines.size() - 1);
    }
    return made;
  }

  private static void addLines(List<Line> lines, boolean row, Counted counted, int extent) {
    int before = lines.size();
    for (int at = 0; at < extent; at++) {
      int count = counted.of(at);
      if (count == 0) {
        throw new Refusal("some of its windows lie wholly in the padding; reduce the padding");
      }
      if (count < counted.kernel()) {
        lines.add(new Line(row, at, (double) counted.kernel() / count));
      }
    }
    if (lines.size() - before > Lines.MOST) {
      throw new Refusal(
          "%d of its rows or columns of windows hold padding that does not count; use count_include_pad=1 or less padding"
              .formatted(lines.size() - before));
    }
  }

  /** Adds {@code (factor - 1)} times a line to itself. */
  private Value.View scaled(Line line, boolean last) {
    String sum = last ? node.output() : graph.freshName(node.output() + ".sum");
    Lines.Map whole = new Lines.Map(map, shape);
    Value.View made =
        lines.added(
            whole,
            new Lines.Line(line.row(), line.at()),
            line.factor() - 1,
            whole,
            line.row() ? line.at() : 0,
            line.row() ? 0 : line.at(),
            sum);
    map = sum;
    return made;
  }
}
