package lutmac.onnx.reader;

import java.util.Arrays;
import java.util.List;
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
   * @param dims of the result
   */
  private record Reduction(Value.View input, Window window, boolean channels, int[] dims) {
    Shape shape() {
      Shape shape = input.shape();
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
    return mean(node, reduction(node, 18), node.output());
  }

  Value sum(OnnxNode node) {
    Reduction reduction = reduction(node, 13);
    Value.View mean = mean(node, reduction, graph.freshName(node.output() + ".mean"));
    double[] scale = new double[mean.shape().channels()];
    Arrays.fill(scale, reduction.count());
    return graph.emitAffine(node.name(), node.output(), scale, new double[scale.length], mean);
  }

  Value max(OnnxNode node) {
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
      float[] weights = new float[channels * reduction.window().kernelArea()];
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
    return made.as(reduction.dims());
  }

  private Reduction pixels(OnnxNode node) {
    Value.View input = graph.unbordered(node, 0);
    Shape shape = WindowOps.mapShape(input);
    return new Reduction(
        input,
        Window.covering(shape.height(), shape.width()),
        false,
        new int[] {shape.channels(), 1, 1});
  }

  /**
   * @param since opset in which axes moved from an attribute to an input
   */
  private Reduction reduction(OnnxNode node, int since) {
    long[] axes = graph.movedIntegers(node, "axes", 1, since);
    Value.View input = graph.unbordered(node, 0);
    int[] dims = input.dims();
    if (axes == null || axes.length == 0) {
      if (node.integer("noop_with_empty_axes", 0) != 0) {
        throw new Refusal("it reduces nothing; simplify the model before");
      }
      throw new Refusal("it reduces the batch, too; only axes of one image are supported");
    }
    boolean[] gone = new boolean[dims.length];
    for (long axis : axes) {
      long at = (axis < 0 ? axis + dims.length + 1 : axis) - 1;
      if (at < 0 || at >= dims.length || gone[(int) at]) {
        throw new Refusal(
            "axes %s are not supported; only those of one image are"
                .formatted(Arrays.toString(axes)));
      }
      gone[(int) at] = true;
    }
    boolean keep = node.integer("keepdims", 1) != 0;
    int[] left = new int[dims.length];
    int count = 0;
    for (int i = 0; i < dims.length; i++) {
      if (!gone[i] || keep) {
        left[count++] = gone[i] ? 1 : dims[i];
      }
    }
    left = Arrays.copyOf(left, count);
    return new Reduction(input, window(input, gone), overChannels(input, gone), left);
  }

  /** Whether the axis of the channels goes; one channel, or a vector, may be seen in many ways. */
  private static boolean overChannels(Value.View input, boolean[] gone) {
    return gone[0] && input.shape().channels() > 1;
  }

  /** Axes behind the first are the pixels, as rows and columns or as one. */
  private static Window window(Value.View input, boolean[] gone) {
    Shape shape = input.shape();
    int[] dims = input.dims();
    if (dims.length == 1) {
      return Window.covering(shape.height(), shape.width());
    }
    boolean all = true;
    boolean none = true;
    for (int i = 1; i < dims.length; i++) {
      all &= gone[i] || dims[i] == 1;
      none &= !gone[i] || dims[i] == 1;
    }
    if (dims[0] == shape.channels()) {
      if (none) {
        return Window.pointwise();
      }
      if (all) {
        return Window.covering(shape.height(), shape.width());
      }
      if (input.plain()) {
        int height = gone[1] ? shape.height() : 1;
        int width = gone[2] ? shape.width() : 1;
        return new Window(height, width, height, width, 0, 0, 0, 0, 1, 1);
      }
    }
    throw new Refusal(
        "it reduces %s, a reshaped map %s, along an axis that is neither channels nor pixels"
            .formatted(input.dimsText(), shape));
  }
}
