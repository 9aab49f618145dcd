package lutmac.onnx.reader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/** Means, sums and maxima over pixels, and means and sums over channels. */
final class ReductionOps {
  private final ImportContext graph;

  ReductionOps(ImportContext graph) {
    this.graph = graph;
  }

  /**
   * What is reduced.
   *
   * @param window over the pixels that become one
   * @param channels whether all channels become one
   * @param seen how ONNX sees the result
   */
  private record Reduction(Value.View input, Window window, boolean channels, Axes seen) {
    Shape shape() {
      return reduced(input.shape(), window, channels);
    }

    static Shape reduced(Shape shape, Window window, boolean channels) {
      return new Shape(
          channels ? 1 : shape.channels(),
          shape.height() / window.kernelHeight(),
          shape.width() / window.kernelWidth());
    }

    boolean overAllPixels() {
      return window.kernelArea() == input.shape().pixels();
    }

    int count() {
      return window.kernelArea() * (channels ? input.shape().channels() : 1);
    }
  }

  Value globalAveragePool(OnnxNode node) {
    return mean(node, pixels(node), node.output());
  }

  Value globalMaxPool(OnnxNode node) {
    return max(node, pixels(node));
  }

  Value mean(OnnxNode node) {
    if (reducesNothing(node, 18)) {
      return graph.value(node, 0);
    }
    return mean(node, reduction(node, 18), node.output());
  }

  Value sum(OnnxNode node) {
    if (reducesNothing(node, 13)) {
      return graph.value(node, 0);
    }
    Reduction reduction = reduction(node, 13);
    Value.View mean = mean(node, reduction, graph.freshName(node.output() + ".mean"));
    double[] scale = new double[mean.shape().channels()];
    Arrays.fill(scale, reduction.count());
    return graph.emitAffine(node.name(), node.output(), scale, new double[scale.length], mean);
  }

  Value max(OnnxNode node) {
    if (reducesNothing(node, 18)) {
      return graph.value(node, 0);
    }
    Reduction reduction = reduction(node, 18);
    if (reduction.channels()) {
      throw new Refusal("only maxima over height and width, axes 2 and 3, are supported");
    }
    return max(node, reduction);
  }

  private Value.View mean(OnnxNode node, Reduction reduction, String output) {
    Value.View input = reduction.input();
    int channels = input.shape().channels();
    FloatOp operator;
    if (reduction.channels()) {
      float[] weights = FloatOp.Conv.room(1, channels, reduction.window().kernelArea());
      Arrays.fill(weights, 1f / reduction.count());
      operator = new FloatOp.Conv(1, channels, reduction.window(), weights, new float[1]);
    } else if (reduction.overAllPixels()) {
      operator = new FloatOp.GlobalAveragePool();
    } else {
      operator = FloatOp.Conv.depthwise(channels, reduction.window(), 1f / reduction.count());
    }
    return emit(node, operator, reduction, output);
  }

  private Value max(OnnxNode node, Reduction reduction) {
    return emit(node, new FloatOp.MaxPool(reduction.window()), reduction, node.output());
  }

  private Value.View emit(OnnxNode node, FloatOp operator, Reduction reduction, String output) {
    Value.View input = reduction.input();
    Value.View made =
        graph.emit(node.name(), operator, List.of(input.map()), output, reduction.shape());
    if (graph.isNonNegative(input.map())) {
      graph.markNonNegative(output);
    }
    return made.seenBy(reduction.seen());
  }

  private Reduction pixels(OnnxNode node) {
    Value.View input = graph.unborderedPlanar(node, 0);
    Shape shape = input.shape();
    Window window = Window.covering(shape.height(), shape.width());
    Value.View seen = input.like(Value.View.of("", Reduction.reduced(shape, window, false)));
    return new Reduction(input, window, false, seen.axes());
  }

  /**
   * @param since opset in which axes moved from an attribute to an input
   */
  private Reduction reduction(OnnxNode node, int since) {
    long[] axes = graph.movedIntegers(node, "axes", 1, since);
    boolean keep = node.integer("keepdims", 1) != 0;
    Value.View input = graph.unbordered(node, 0);
    boolean[] gone = gone(axes, input);
    Optional<Axes> perChannel = overPixels(input, gone, keep);
    if (perChannel.isPresent()) {
      return new Reduction(input, all(input), false, perChannel.get());
    }
    boolean everything = true;
    for (boolean axis : gone) {
      everything &= axis;
    }
    if (everything) {
      return new Reduction(
          input, all(input), true, left(new Axes(noParts(gone.length)), gone, keep));
    }
    Value.View map = graph.unborderedPlanar(node, 0);
    // Another one than the input's, if channels had to become pixels.
    Optional<Axes> perChannelOfMap = overPixels(map, gone, keep);
    if (perChannelOfMap.isPresent()) {
      return new Reduction(map, all(map), false, perChannelOfMap.get());
    }
    Shape shape = map.shape();
    if (map.signal()) {
      Window none = Window.pointwise();
      Value.View made = Value.View.of("", Reduction.reduced(shape, none, true));
      return new Reduction(map, none, true, left(made.as(1, shape.pixels()).axes(), gone, keep));
    }
    int height = gone[1] ? shape.height() : 1;
    int width = gone[2] ? shape.width() : 1;
    Window window = new Window(height, width, height, width, 0, 0, 0, 0, 1, 1);
    Value.View made = Value.View.of("", Reduction.reduced(shape, window, gone[0]));
    Axes seen = gone[0] ? made.axes() : map.like(made).axes();
    return new Reduction(map, window, gone[0], left(seen, gone, keep));
  }

  private static Window all(Value.View input) {
    return Window.covering(input.shape().height(), input.shape().width());
  }

  /** Whether it has no axes, and is told that this means none, not all. */
  private boolean reducesNothing(OnnxNode node, int since) {
    long[] axes = graph.movedIntegers(node, "axes", 1, since);
    return (axes == null || axes.length == 0) && node.integer("noop_with_empty_axes", 0) != 0;
  }

  private static boolean[] gone(long[] axes, Value.View input) {
    int rank = input.axes().rank();
    boolean[] gone = new boolean[rank];
    for (long axis : axes == null || axes.length == 0 ? new long[] {0} : axes) {
      long at = (axis < 0 ? axis + rank + 1 : axis) - 1;
      if (at < 0 || at >= rank) {
        throw new Refusal(
            "it reduces the batch or all axes of %s; only axes of one image are supported"
                .formatted(input.dimsText()));
      }
      gone[(int) at] = true;
    }
    return gone;
  }

  private static List<List<Axes.Part>> noParts(int rank) {
    List<List<Axes.Part>> parts = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      parts.add(List.of());
    }
    return parts;
  }

  /** The axes of a result in which all that are reduced have extent 1. */
  private static Axes left(Axes reduced, boolean[] gone, boolean keep) {
    List<List<Axes.Part>> parts = new ArrayList<>();
    for (int axis = 0; axis < gone.length; axis++) {
      if (!gone[axis] || keep) {
        parts.add(reduced.parts().get(axis));
      }
    }
    return new Axes(parts);
  }

  /**
   * How ONNX sees the map {@code [C, 1, 1]} of one number a channel that remains of a view.
   *
   * @param gone which axes are reduced
   * @param keep whether they stay as extents of 1
   * @return empty if they are not all pixels, or not only pixels
   */
  private static Optional<Axes> overPixels(Value.View input, boolean[] gone, boolean keep) {
    int pixels = input.shape().pixels();
    List<List<Axes.Part>> parts = new ArrayList<>();
    for (int axis = 0; axis < gone.length; axis++) {
      List<Axes.Part> old = input.axes().parts().get(axis);
      boolean foreign =
          gone[axis]
              ? old.stream().anyMatch(part -> part.stride() * part.extent() > pixels)
              : old.stream().anyMatch(part -> part.stride() < pixels);
      if (foreign) {
        return Optional.empty();
      }
      parts.add(
          gone[axis]
              ? List.of()
              : old.stream()
                  .map(part -> new Axes.Part(part.extent(), part.stride() / pixels))
                  .toList());
    }
    return Optional.of(left(new Axes(parts), gone, keep));
  }
}
