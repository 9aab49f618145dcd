package lutmac.onnx.reader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * Operators that take some channels, rows or columns of a map, in any order of the channels, and
 * those that add channels of zeros: Slice, Split, Gather, Pad. Each is a max-pool of single pixels
 * where only every n-th pixel is taken, else a convolution of ones and zeros; of several in a row
 * one is left, and a convolution that reads one takes it in.
 */
final class SelectionOps {
  private final ImportContext graph;

  /** What was selected from which map, by the map that was made. */
  private final Map<String, Selected> made = new HashMap<>();

  SelectionOps(ImportContext graph) {
    this.graph = graph;
  }

  private record Selected(String source, Shape shape, Selection selection) {}

  /** Positions {@code start, start + step, ...} along an axis of pixels. */
  record Range(int start, int step, int count) {
    Range of(Range inner) {
      return new Range(inner.start + start * inner.step, step * inner.step, count);
    }
  }

  /** What a tap of the convolution along one axis must look like. */
  record Taps(int kernel, int dilation, int tap) {
    /** The fewest taps of equal distances of which one sees exactly the range. */
    static Taps of(Range range, int extent) {
      Taps fewest = null;
      int most = extent - (range.count() - 1) * range.step();
      int least = Math.max(range.start() + 1, extent - range.count() * range.step() + 1);
      for (int span = least; span <= most; span++) {
        int dilation = Math.max(1, gcd(range.start(), span - 1));
        int kernel = (span - 1) / dilation + 1;
        if (fewest == null || kernel < fewest.kernel()) {
          fewest = new Taps(kernel, dilation, range.start() / dilation);
        }
      }
      return fewest;
    }

    private static int gcd(int a, int b) {
      return b == 0 ? a : gcd(b, a % b);
    }
  }

  /**
   * @param channels of the source, in the order of the result; -1 for a channel of zeros
   */
  private record Selection(int[] channels, Range rows, Range columns) {
    static Selection all(Shape shape) {
      return new Selection(
          IntStream.range(0, shape.channels()).toArray(),
          new Range(0, 1, shape.height()),
          new Range(0, 1, shape.width()));
    }

    Selection of(Selection inner) {
      return new Selection(
          Arrays.stream(channels).map(c -> c < 0 ? -1 : inner.channels[c]).toArray(),
          rows.of(inner.rows),
          columns.of(inner.columns));
    }

    Shape shape() {
      return new Shape(channels.length, rows.count(), columns.count());
    }

    boolean allChannels(Shape source) {
      return Arrays.equals(channels, IntStream.range(0, source.channels()).toArray());
    }

    FloatOp operator(Shape source) {
      Taps down = Taps.of(rows, source.height());
      Taps across = Taps.of(columns, source.width());
      Window window =
          new Window(
              down.kernel(),
              across.kernel(),
              rows.count() == 1 ? 1 : rows.step(),
              columns.count() == 1 ? 1 : columns.step(),
              0,
              0,
              0,
              0,
              down.dilation(),
              across.dilation());
      boolean each = allChannels(source);
      if (each && window.kernelArea() == 1) {
        return new FloatOp.MaxPool(window);
      }
      int inputs = each ? 1 : source.channels();
      int area = window.kernelArea();
      int tap = down.tap() * across.kernel() + across.tap();
      float[] weights = FloatOp.Conv.room(channels.length, inputs, area);
      for (int o = 0; o < channels.length; o++) {
        if (channels[o] >= 0) {
          weights[(o * inputs + (each ? 0 : channels[o])) * area + tap] = 1;
        }
      }
      return new FloatOp.Conv(
          channels.length,
          source.channels(),
          each ? source.channels() : 1,
          window,
          weights,
          new float[channels.length]);
    }
  }

  /** Which axis of the map an axis of the tensor is. */
  private enum Kind {
    CHANNELS,
    ROWS,
    COLUMNS
  }

  Value slice(OnnxNode node) {
    boolean attributes = graph.opset() < 10;
    long[] starts = required(graph.movedIntegers(node, "starts", 1, 10));
    long[] ends = required(graph.movedIntegers(node, "ends", 2, 10));
    long[] axes = graph.movedIntegers(node, "axes", 3, 10);
    long[] steps =
        attributes || !node.hasInput(4) ? ones(starts.length) : graph.integers(node, 4).values();
    Value.View view = graph.unbordered(node, 0);
    int rank = view.axes().rank();
    if (ends.length != starts.length
        || steps.length != starts.length
        || (axes != null && axes.length != starts.length)) {
      throw new Refusal("its starts, ends, axes and steps are not equally many");
    }
    int[][] taken = new int[rank][];
    for (int i = 0; i < starts.length; i++) {
      int axis = axis(axes == null ? i : axes[i], rank, starts[i], ends[i], steps[i]);
      if (axis >= 0) {
        taken[axis] = positions(view.dims()[axis], starts[i], ends[i], steps[i]);
      }
    }
    return select(node, node.output(), view, taken);
  }

  /** The axis of one image, or -1 for the batch, of which all must be taken. */
  private int axis(long axis, int rank, long start, long end, long step) {
    long at = (axis < 0 ? axis + rank + 1 : axis) - 1;
    if (at < -1 || at >= rank) {
      throw new Refusal("axis %d is not there".formatted(axis));
    }
    if (at < 0
        && (start != 0 || step != 1 || end < graph.imagesInFile().orElse(Integer.MAX_VALUE))) {
      throw new Refusal("it takes some images of a batch; only parts of images are supported");
    }
    return (int) at;
  }

  private static int[] positions(int extent, long start, long end, long step) {
    if (step == 0) {
      throw new Refusal("a step of 0 takes nothing");
    }
    long low = step > 0 ? 0 : -1;
    long high = step > 0 ? extent : extent - 1;
    long from = Math.max(step > 0 ? 0 : -1, Math.min(high, start < 0 ? start + extent : start));
    long to = Math.max(low, Math.min(extent, end < 0 ? Math.max(-1, end + extent) : end));
    if (step < 0 && end < -extent) {
      to = -1;
    }
    List<Integer> positions = new ArrayList<>();
    for (long at = from; step > 0 ? at < to : at > to; at += step) {
      positions.add((int) at);
    }
    if (positions.isEmpty()) {
      throw new Refusal("it takes nothing of an axis of %d".formatted(extent));
    }
    return positions.stream().mapToInt(Integer::intValue).toArray();
  }

  private static long[] ones(int count) {
    long[] ones = new long[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static long[] required(long[] values) {
    if (values == null) {
      throw new Refusal("its starts or ends are missing");
    }
    return values;
  }

  /** Defines all outputs but the first, which is returned. */
  Value split(OnnxNode node) {
    Value.View view = graph.unbordered(node, 0);
    int rank = view.axes().rank();
    long named = node.integer("axis", 0);
    long axis = (named < 0 ? named + rank + 1 : named) - 1;
    if (axis < 0 || axis >= rank) {
      throw new Refusal("it splits the batch; only images can be split");
    }
    int outputs = node.proto().getOutputCount();
    int extent = view.dims()[(int) axis];
    long[] sizes = graph.movedIntegers(node, "split", 1, 13);
    if (sizes == null) {
      int size = (extent + outputs - 1) / outputs;
      sizes = new long[outputs];
      Arrays.fill(sizes, size);
      sizes[outputs - 1] = extent - (long) size * (outputs - 1);
    }
    if (sizes.length != outputs || Arrays.stream(sizes).sum() != extent) {
      throw new Refusal(
          "its parts %s do not make up the %d of axis %d"
              .formatted(Arrays.toString(sizes), extent, named));
    }
    Value first = null;
    int from = 0;
    for (int i = 0; i < outputs; i++) {
      int to = from + Math.toIntExact(sizes[i]);
      int[][] taken = new int[rank][];
      taken[(int) axis] = positions(extent, from, to, 1);
      from = to;
      String output = node.proto().getOutput(i);
      if (output.isEmpty()) {
        continue;
      }
      Value part = select(node, output, view, taken);
      if (i == 0) {
        first = part;
      } else {
        graph.define(output, part);
      }
    }
    return first;
  }

  Value gather(OnnxNode node) {
    Value.View view = graph.unbordered(node, 0);
    long[] indices = graph.integers(node, 1).values();
    int rank = view.axes().rank();
    long named = node.integer("axis", 0);
    long axis = (named < 0 ? named + rank + 1 : named) - 1;
    if (axis < 0 || axis >= rank) {
      throw new Refusal("it takes some images of a batch; only parts of images are supported");
    }
    if (graph.integers(node, 1).dims().length > 1) {
      throw new Refusal("indices of more than one dimension are not supported");
    }
    int extent = view.dims()[(int) axis];
    int[][] taken = new int[rank][];
    taken[(int) axis] =
        Arrays.stream(indices)
            .mapToInt(index -> Math.toIntExact(index < 0 ? index + extent : index))
            .toArray();
    for (int index : taken[(int) axis]) {
      if (index < 0 || index >= extent) {
        throw new Refusal("an index is outside its axis of %d".formatted(extent));
      }
    }
    Value.View made = select(node, node.output(), view, taken);
    if (graph.integers(node, 1).dims().length == 1) {
      return made;
    }
    List<List<Axes.Part>> parts = new ArrayList<>(made.axes().parts());
    parts.remove((int) axis);
    return made.seenBy(new Axes(parts));
  }

  /**
   * A map with channels of zeros before and behind, or without some of its channels and pixels.
   *
   * @param before of every axis, negative where positions are dropped; pixels are not padded here
   * @param after likewise
   */
  Value.View padded(OnnxNode node, Value.View view, long[] before, long[] after) {
    int rank = view.axes().rank();
    int[][] taken = new int[rank][];
    for (int axis = 0; axis < rank; axis++) {
      int extent = view.dims()[axis];
      long first = -before[axis];
      long end = extent + after[axis];
      if (first >= end) {
        throw new Refusal("it leaves nothing of an axis of %d".formatted(extent));
      }
      if (first != 0 || end != extent) {
        taken[axis] = new int[Math.toIntExact(end - first)];
        for (int i = 0; i < taken[axis].length; i++) {
          long at = first + i;
          taken[axis][i] = at < 0 || at >= extent ? -1 : (int) at;
        }
      }
    }
    return select(node, graph.freshName(node.output() + ".selected"), view, taken);
  }

  /** A max-pool of single pixels selects, too. */
  void note(String map, Value.View source, Window window, Shape shape) {
    if (window.kernelArea() == 1 && !window.padded()) {
      Selection all = Selection.all(source.shape());
      made.put(
          map,
          new Selected(
              source.map(),
              source.shape(),
              new Selection(
                  all.channels(),
                  new Range(0, window.strideHeight(), shape.height()),
                  new Range(0, window.strideWidth(), shape.width()))));
    }
  }

  /**
   * @param taken positions along every axis of the view, -1 for zeros; null for all
   */
  private Value.View select(OnnxNode node, String output, Value.View view, int[][] taken) {
    Shape shape = view.shape();
    Kind[] kinds = kinds(view, taken);
    Selection selection = Selection.all(shape);
    for (int axis = 0; axis < taken.length; axis++) {
      if (taken[axis] == null
          && kinds[axis] == Kind.CHANNELS
          && !view.axes().isChannels(axis, shape)) {
        taken[axis] = IntStream.range(0, shape.channels()).toArray();
      }
      if (taken[axis] == null) {
        continue;
      }
      selection =
          switch (kinds[axis]) {
            case CHANNELS ->
                new Selection(
                    channels(view, axis, taken[axis]), selection.rows(), selection.columns());
            case ROWS ->
                new Selection(selection.channels(), range(taken[axis]), selection.columns());
            case COLUMNS ->
                new Selection(selection.channels(), selection.rows(), range(taken[axis]));
          };
    }
    Selected earlier = made.get(view.map());
    Selected whole =
        earlier == null
            ? new Selected(view.map(), shape, selection)
            : new Selected(earlier.source(), earlier.shape(), selection.of(earlier.selection()));
    Shape result = selection.shape();
    graph.emit(
        node.name(),
        whole.selection().operator(whole.shape()),
        List.of(whole.source()),
        output,
        result);
    if (graph.isNonNegative(view.map())) {
      graph.markNonNegative(output);
    }
    made.put(output, whole);
    return seen(kinds, output, result);
  }

  private static Value.View seen(Kind[] kinds, String output, Shape result) {
    List<List<Axes.Part>> plain = Axes.plain(result).parts();
    List<List<Axes.Part>> parts = new ArrayList<>();
    for (int axis = 0; axis < kinds.length; axis++) {
      parts.add(kinds[axis] == null ? List.of() : plain.get(kinds[axis].ordinal()));
    }
    return Value.View.of(output, result).seenBy(new Axes(parts));
  }

  /** What each axis runs over; null where it has one position only. */
  private static Kind[] kinds(Value.View view, int[][] taken) {
    Axes axes = view.axes();
    Axes plain = Axes.plain(view.shape());
    Kind[] kinds = new Kind[axes.rank()];
    boolean map = axes.equals(plain);
    for (int axis = 0; axis < kinds.length; axis++) {
      List<Axes.Part> parts = axes.parts().get(axis);
      if (map || (parts.isEmpty() && axis == 0)) {
        kinds[axis] = Kind.values()[axis];
      } else if (parts.isEmpty()) {
        kinds[axis] = null;
      } else if (axes.channelPositions(axis, view.shape()).isPresent()
          && axes.dims()[axis] == view.shape().channels()) {
        kinds[axis] = Kind.CHANNELS;
      } else if (parts.equals(plain.parts().get(1))) {
        kinds[axis] = Kind.ROWS;
      } else if (parts.equals(plain.parts().get(2))) {
        kinds[axis] = Kind.COLUMNS;
      } else {
        throw new Refusal(
            "it takes parts of %s, a reshaped map %s; only channels, rows and columns can be selected"
                .formatted(view.dimsText(), view.shape()));
      }
      if (kinds[axis] == null && taken[axis] != null && taken[axis].length != 1) {
        throw new Refusal("it pads an axis of one position of %s".formatted(view.dimsText()));
      }
      if (kinds[axis] == null) {
        taken[axis] = null;
      }
    }
    return kinds;
  }

  /** Channels of the map at positions of a tensor's axis. */
  private static int[] channels(Value.View view, int axis, int[] positions) {
    int[] position = view.axes().channelPositions(axis, view.shape()).orElseThrow();
    int[] channel = new int[position.length];
    for (int c = 0; c < position.length; c++) {
      channel[position[c]] = c;
    }
    return Arrays.stream(positions).map(at -> at < 0 ? -1 : channel[at]).toArray();
  }

  private static Range range(int[] positions) {
    int step = positions.length == 1 ? 1 : positions[1] - positions[0];
    for (int i = 0; i < positions.length; i++) {
      if (step < 1 || positions[i] != positions[0] + i * step || positions[i] < 0) {
        throw new Refusal("it takes pixels in another order; only every n-th can be taken");
      }
    }
    return new Range(positions[0], step, positions.length);
  }
}
