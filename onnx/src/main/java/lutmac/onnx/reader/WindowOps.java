package lutmac.onnx.reader;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/** Operators that slide a window over a feature map: Conv, the pools, and Pad. */
final class WindowOps {
  private final ImportContext graph;
  private final SelectionOps selections;

  WindowOps(ImportContext graph, SelectionOps selections) {
    this.graph = graph;
    this.selections = selections;
  }

  Value conv(OnnxNode node) {
    Constant.Floats weights = graph.floats(node, 1);
    Value.View input = graph.planar(node, 0);
    Shape shape = input.shape();
    if (weights.dims().length != input.axes().rank() + 1) {
      throw new Refusal(
          "its kernel '%s' has %d dimensions but it reads %s; supported are [O, I, H, W] on [N, C, H, W] and [O, I, L] on [N, C, L]"
              .formatted(weights.name(), weights.dims().length, input.dimsText()));
    }
    int out = extent(weights, 0);
    int groupInputs = extent(weights, 1);
    int[] kernel = kernel(weights, input);
    int[] declared = WindowAttributes.pair(node, "kernel_shape", input, 1, 0);
    if (node.integers("kernel_shape").isPresent() && !Arrays.equals(kernel, declared)) {
      throw new Refusal(
          "kernel_shape is %dx%d but its kernel '%s' is %dx%d"
              .formatted(declared[0], declared[1], weights.name(), kernel[0], kernel[1]));
    }
    float[] bias = node.hasInput(2) ? graph.vector(node, 2, out) : new float[out];
    long group = node.integer("group", 1);
    if (group < 1 || out % group != 0) {
      throw new Refusal(
          "group=%d does not divide the %d output channels of its kernel '%s'"
              .formatted(group, out, weights.name()));
    }
    if (shape.channels() != groupInputs * group) {
      throw new Refusal(
          "its kernel '%s' reads %s but the map has %d"
              .formatted(
                  weights.name(),
                  group == 1
                      ? groupInputs + " channels"
                      : "%d groups of %d channels".formatted(group, groupInputs),
                  shape.channels()));
    }
    Window window = WindowAttributes.window(node, kernel, input);
    Shape output = ImportContext.outputShape(window, shape, out);
    FloatOp.Conv conv =
        new FloatOp.Conv(out, shape.channels(), (int) group, window, weights.values(), bias);
    if (input.channelsInOrder()) {
      return seenAs(input, emit(node, conv, input, output));
    }
    int[] order = input.channelOrder();
    return conv.groups() == out && out == shape.channels()
        ? input.like(emit(node, ChannelOrder.ofDepthwise(conv, order), input, output))
        : seenAs(input, emit(node, ChannelOrder.ofInputs(conv, order), input, output));
  }

  private Value.View emit(OnnxNode node, FloatOp op, Value.View input, Shape output) {
    return graph.emit(node.name(), op, List.of(input.map()), node.output(), output);
  }

  /** A map with its channels in order, seen with as many axes as the input is. */
  private static Value.View seenAs(Value.View input, Value.View made) {
    return input.signal() ? made.as(made.shape().channels(), made.shape().pixels()) : made;
  }

  private static int[] kernel(Constant.Floats weights, Value.View input) {
    int first = extent(weights, 2);
    if (!input.signal()) {
      return new int[] {first, extent(weights, 3)};
    }
    return input.vertical() ? new int[] {first, 1} : new int[] {1, first};
  }

  Value maxPool(OnnxNode node) {
    Value.View input = graph.planar(node, 0);
    Shape shape = input.shape();
    int[] kernel = WindowAttributes.pair(node, "kernel_shape", input, 1, 1);
    Window window =
        WindowAttributes.ceiled(
            node, WindowAttributes.window(node, kernel, input), shape, input.border());
    if (!input.border().empty() && !graph.isNonNegative(input.map())) {
      throw new Refusal(
          "zeros padded by a Pad node take part in its maximum, which differs from the max-pool's"
              + " own padding; use the pool's pads attribute or put a ReLU before");
    }
    Shape output = ImportContext.outputShape(window, shape, shape.channels());
    // A window has at most 2^20 pixels, and sees none outside the map.
    long seen = Math.min(window.kernelArea(), shape.pixels());
    if (seen * output.pixels() > Shape.MOST_ELEMENTS) {
      throw new Refusal(
          "its windows see %d pixels each of %d, more than can be compared"
              .formatted(seen, output.pixels()));
    }
    if (!WindowAttributes.everyWindowSeesAPixel(window, shape, output)) {
      throw new Refusal("some of its windows lie wholly in the padding; reduce the padding");
    }
    selections.note(node.output(), input, window, output);
    return input.like(emit(node, new FloatOp.MaxPool(window), input, output));
  }

  Value averagePool(OnnxNode node) {
    Value.View input = graph.planar(node, 0);
    Shape shape = input.shape();
    int[] kernel = WindowAttributes.pair(node, "kernel_shape", input, 1, 1);
    Value.Border border = input.border();
    Window plain = WindowAttributes.window(node, kernel, input);
    Window window = WindowAttributes.ceiled(node, plain, shape, border);
    Shape output = ImportContext.outputShape(window, shape, shape.channels());
    // Zeros of a Pad node are pixels; what ceil_mode adds never is.
    boolean pads = node.integer("count_include_pad", 0) != 0;
    PartialMeans.Counted rows =
        new PartialMeans.Counted(
            -(pads ? plain.padTop() : border.top()),
            shape.height() + (pads ? plain.padBottom() : border.bottom()),
            window.padTop(),
            window.strideHeight(),
            window.dilationHeight(),
            kernel[0]);
    PartialMeans.Counted columns =
        new PartialMeans.Counted(
            -(pads ? plain.padLeft() : border.left()),
            shape.width() + (pads ? plain.padRight() : border.right()),
            window.padLeft(),
            window.strideWidth(),
            window.dilationWidth(),
            kernel[1]);
    boolean global =
        !window.padded()
            && window.dilationHeight() == 1
            && window.dilationWidth() == 1
            && kernel[0] == shape.height()
            && kernel[1] == shape.width();
    if (!global) {
      return input.like(PartialMeans.pool(graph, node, input, window, output, rows, columns));
    }
    Value.View made = emit(node, new FloatOp.GlobalAveragePool(), input, output);
    return input.like(made);
  }

  Value pad(OnnxNode node) {
    Optional<MirroredPads.Mode> mirrored = mirrored(node);
    if (mirrored.isPresent()) {
      Value.View whole = graph.unborderedPlanar(node, 0);
      Value.Border pads = repeated(node, whole);
      return new MirroredPads(graph, node, mirrored.get()).around(whole, pads);
    }
    if (graph.opset() >= 11 && node.hasInput(2)) {
      Constant value = graph.constant(node, 2);
      if (value.size() != 1 || !value.zero()) {
        throw new Refusal("it pads with another value than 0; pad with zeros");
      }
    } else if (node.real("value", 0f) != 0f) {
      throw new Refusal("it pads with another value than 0; pad with zeros");
    }
    Value.View view = graph.planar(node, 0);
    int rank = view.axes().rank();
    long[] pads = pads(node, rank);
    long[] before = Arrays.copyOf(pads, rank);
    long[] after = Arrays.copyOfRange(pads, rank, 2 * rank);
    Value.View input = selected(node, view, before, after);
    Value.Border old = input.border();
    Value.Border more = border(input, before, after);
    Value.Border border =
        new Value.Border(
            old.top() + more.top(),
            old.left() + more.left(),
            old.bottom() + more.bottom(),
            old.right() + more.right());
    return new Value.View(input.map(), input.shape(), input.axes(), border);
  }

  /** The pads of the pixels that are no negative ones. */
  private static Value.Border border(Value.View input, long[] before, long[] after) {
    int first = around(before[1]);
    int last = around(after[1]);
    if (!input.signal()) {
      return new Value.Border(first, around(before[2]), last, around(after[2]));
    }
    return input.vertical()
        ? new Value.Border(first, 0, last, 0)
        : new Value.Border(0, first, 0, last);
  }

  /** Which pixels a Pad repeats; empty if it pads with a constant. */
  private static Optional<MirroredPads.Mode> mirrored(OnnxNode node) {
    String mode = node.text("mode", "constant");
    return switch (mode) {
      case "constant" -> Optional.empty();
      case "reflect" -> Optional.of(MirroredPads.Mode.REFLECT);
      case "edge" -> Optional.of(MirroredPads.Mode.EDGE);
      case "wrap" -> Optional.of(MirroredPads.Mode.WRAP);
      default -> throw new Refusal("mode '%s' is not supported; pad with zeros".formatted(mode));
    };
  }

  /** Pads of repeated pixels. */
  private Value.Border repeated(OnnxNode node, Value.View map) {
    int rank = map.axes().rank();
    long[] pads = pads(node, rank);
    boolean negative = Arrays.stream(pads).anyMatch(pad -> pad < 0);
    if (negative || pads[0] != 0 || pads[rank] != 0) {
      throw new Refusal(
          "it repeats channels or takes pixels off; only height and width are padded by repeating");
    }
    return border(map, Arrays.copyOf(pads, rank), Arrays.copyOfRange(pads, rank, 2 * rank));
  }

  private static int around(long pad) {
    return (int) Math.max(0, pad);
  }

  /** Zeros before and behind every axis of an image, those of all axes before come first. */
  private long[] pads(OnnxNode node, int rank) {
    long[] given = graph.movedIntegers(node, "pads", 1, 11);
    long[] axes = node.hasInput(3) ? graph.integers(node, 3).values() : null;
    int count = axes == null ? rank + 1 : axes.length;
    if (given == null || given.length != 2 * count) {
      throw new Refusal("its pads must be %d numbers, two an axis".formatted(2 * count));
    }
    long[] pads = new long[2 * rank];
    for (int i = 0; i < count; i++) {
      long named = axes == null ? i : axes[i];
      long axis = (named < 0 ? named + rank + 1 : named) - 1;
      for (int side = 0; side < 2; side++) {
        long pad = given[side * count + i];
        if (Math.abs(pad) > Short.MAX_VALUE || axis >= rank || (axis < 0 && pad != 0)) {
          throw new Refusal("it pads the batch or more than %d".formatted(Short.MAX_VALUE));
        }
        if (axis >= 0) {
          pads[side * rank + (int) axis] = pad;
        }
      }
    }
    return pads;
  }

  /** The map with its new channels, and without the pixels that negative pads drop. */
  private Value.View selected(OnnxNode node, Value.View view, long[] before, long[] after) {
    long[] first = new long[before.length];
    long[] last = new long[before.length];
    boolean crops = false;
    for (int axis = 0; axis < first.length; axis++) {
      first[axis] = axis == 0 ? before[axis] : Math.min(0, before[axis]);
      last[axis] = axis == 0 ? after[axis] : Math.min(0, after[axis]);
      crops |= axis > 0 && (first[axis] < 0 || last[axis] < 0);
    }
    if (!crops && first[0] == 0 && last[0] == 0) {
      return view;
    }
    Value.View whole = crops ? graph.withoutBorder(view) : view;
    Value.View bare = new Value.View(whole.map(), whole.shape(), whole.axes(), Value.Border.NONE);
    Value.View made = selections.padded(node, bare, first, last);
    return new Value.View(made.map(), made.shape(), made.axes(), whole.border());
  }

  private static int extent(Constant.Floats weights, int axis) {
    long extent = weights.dims()[axis];
    if (extent < 1 || extent > 1 << 20) {
      throw new Refusal(
          "its kernel '%s' has extent %d in dimension %d".formatted(weights.name(), extent, axis));
    }
    return (int) extent;
  }
}
