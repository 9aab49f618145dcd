package lutmac.onnx.reader;

import java.util.Arrays;
import java.util.List;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Upsampling;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * ConvTranspose: a convolution of stride 1 with the kernel turned round, over the map with {@code
 * stride - 1} zeros between its pixels.
 */
final class TransposedConvOps {
  private final ImportContext graph;

  TransposedConvOps(ImportContext graph) {
    this.graph = graph;
  }

  Value convTranspose(OnnxNode node) {
    Constant.Floats weights = graph.floats(node, 1);
    Value.View input = graph.channelsInOrder(graph.planar(node, 0));
    Shape shape = input.shape();
    int spatial = input.signal() ? 1 : 2;
    if (weights.dims().length != spatial + 2) {
      throw new Refusal(
          "its kernel '%s' has %d dimensions but it reads %s; supported are [I, O, H, W] on [N, C, H, W] and [I, O, L] on [N, C, L]"
              .formatted(weights.name(), weights.dims().length, input.dimsText()));
    }
    int[] kernel = kernel(weights, input);
    if (node.integers("kernel_shape").isPresent()
        && !Arrays.equals(kernel, WindowAttributes.pair(node, "kernel_shape", input, 1, 1))) {
      throw new Refusal(
          "kernel_shape is not the %dx%d of its kernel '%s'"
              .formatted(kernel[0], kernel[1], weights.name()));
    }
    int groups = (int) node.integer("group", 1);
    if (weights.dims()[0] != shape.channels() || groups < 1 || shape.channels() % groups != 0) {
      throw new Refusal(
          "its kernel '%s' reads %d channels in %d groups but the map has %d"
              .formatted(weights.name(), weights.dims()[0], groups, shape.channels()));
    }
    int groupOutputs = (int) weights.dims()[1];
    int outputs = groups * groupOutputs;
    float[] bias = node.hasInput(2) ? graph.vector(node, 2, outputs) : new float[outputs];
    Axis rows = axis(node, input, 0, kernel[0]);
    Axis columns = axis(node, input, 1, kernel[1]);
    Window window =
        new Window(
            rows.taps(),
            columns.taps(),
            1,
            1,
            rows.before(),
            columns.before(),
            rows.after(),
            columns.after(),
            rows.dilation(),
            columns.dilation(),
            new Upsampling(rows.stride(), columns.stride(), Upsampling.Filling.ZEROS));
    float[] turned = FloatOp.Conv.room(outputs, shape.channels() / groups, window.kernelArea());
    int groupInputs = shape.channels() / groups;
    for (int i = 0; i < shape.channels(); i++) {
      for (int o = 0; o < groupOutputs; o++) {
        int output = i / groupInputs * groupOutputs + o;
        for (int ky = 0; ky < kernel[0]; ky++) {
          for (int kx = 0; kx < kernel[1]; kx++) {
            int y = rows.ahead() + kernel[0] - 1 - ky;
            int x = columns.ahead() + kernel[1] - 1 - kx;
            turned[
                    ((output * groupInputs + i % groupInputs) * rows.taps() + y) * columns.taps()
                        + x] =
                weights.values()[((i * groupOutputs + o) * kernel[0] + ky) * kernel[1] + kx];
          }
        }
      }
    }
    FloatOp.Conv conv = new FloatOp.Conv(outputs, shape.channels(), groups, window, turned, bias);
    Shape made = ImportContext.outputShape(window, shape, outputs);
    Value.View view = graph.emit(node.name(), conv, List.of(input.map()), node.output(), made);
    return input.signal() ? view.as(made.channels(), made.pixels()) : view;
  }

  private static int[] kernel(Constant.Floats weights, Value.View input) {
    int first = (int) weights.dims()[2];
    if (!input.signal()) {
      return new int[] {first, (int) weights.dims()[3]};
    }
    return input.vertical() ? new int[] {first, 1} : new int[] {1, first};
  }

  /**
   * One axis of the window. Where the node crops more than its kernel reaches, zeros lengthen the
   * kernel.
   *
   * @param taps of the kernel with these zeros
   * @param ahead how many of them stand in front
   * @param before padding in front of the map
   * @param after padding behind it
   */
  private record Axis(int stride, int dilation, int taps, int ahead, int before, int after) {}

  private static Axis axis(OnnxNode node, Value.View input, int axis, int kernel) {
    int stride = WindowAttributes.pair(node, "strides", input, 1, 1)[axis];
    int dilation = WindowAttributes.pair(node, "dilations", input, 1, 1)[axis];
    boolean absent = input.signal() && (axis == 0) != input.vertical();
    int longer = absent ? 0 : WindowAttributes.pair(node, "output_padding", input, 0, 0)[axis];
    Value.Border border = input.border();
    int borderBefore = axis == 0 ? border.top() : border.left();
    int borderAfter = axis == 0 ? border.bottom() : border.right();
    int extent =
        borderBefore + borderAfter + (axis == 0 ? input.shape().height() : input.shape().width());
    int reach = dilation * (kernel - 1);
    int[] cropped = cropped(node, input, axis, (extent - 1) * stride + 1 + reach + longer);
    int before = reach - cropped[0] + stride * borderBefore;
    int after = reach - cropped[1] + longer + stride * borderAfter;
    int ahead = zeros(before, dilation);
    int behind = zeros(after, dilation);
    return new Axis(
        stride,
        dilation,
        kernel + ahead + behind,
        ahead,
        before + ahead * dilation,
        after + behind * dilation);
  }

  private static int zeros(int padding, int dilation) {
    return padding >= 0 ? 0 : (-padding + dilation - 1) / dilation;
  }

  /**
   * What the node takes off at the begin and at the end.
   *
   * @param full extent of the output before
   */
  private static int[] cropped(OnnxNode node, Value.View input, int axis, int full) {
    int[] pads = WindowAttributes.pads(node, input);
    String auto = node.text("auto_pad", "NOTSET");
    boolean upper = auto.equals("SAME_UPPER");
    int total;
    if (node.integers("output_shape").isPresent()) {
      long[] wanted = node.integers("output_shape").orElseThrow();
      int spatial = input.signal() ? 1 : 2;
      if (wanted.length != spatial && wanted.length != spatial + 2) {
        throw new Refusal("output_shape has %d dimensions".formatted(wanted.length));
      }
      boolean thereIs = !input.signal() || (axis == 0) == input.vertical();
      int at = wanted.length - spatial + (input.signal() ? 0 : axis);
      total = thereIs ? full - (int) wanted[at] : 0;
    } else if (upper || auto.equals("SAME_LOWER")) {
      int stride = WindowAttributes.pair(node, "strides", input, 1, 1)[axis];
      int extent = axis == 0 ? input.shape().height() : input.shape().width();
      total = full - extent * stride;
    } else if (auto.equals("VALID")) {
      return new int[2];
    } else if (auto.equals("NOTSET") || auto.isEmpty()) {
      return new int[] {pads[axis], pads[axis + 2]};
    } else {
      throw new Refusal("auto_pad '%s' is unknown".formatted(auto));
    }
    // More than the full extent is asked for: zeros behind it.
    if (total < 0) {
      return new int[] {0, total};
    }
    int begin = upper ? total / 2 : total - total / 2;
    return new int[] {begin, total - begin};
  }
}
