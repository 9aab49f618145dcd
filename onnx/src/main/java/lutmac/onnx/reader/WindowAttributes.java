package lutmac.onnx.reader;

import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/** The window that the attributes of a convolution or pooling describe, as ONNX defines them. */
final class WindowAttributes {
  private WindowAttributes() {}

  /**
   * An attribute of two numbers, vertical first. On a map {@code [N, C, L]} it has one, and 1
   * stands for the axis that the map has not.
   */
  static int[] pair(OnnxNode node, String attribute, Value.View input, int lowest, int fallback) {
    if (!input.signal()) {
      return node.extents(attribute, 2, lowest, fallback);
    }
    int one = node.extents(attribute, 1, lowest, fallback)[0];
    return input.vertical() ? new int[] {one, 1} : new int[] {1, one};
  }

  /** Padding at top, left, bottom and right. */
  static int[] pads(OnnxNode node, Value.View input) {
    if (!input.signal()) {
      return node.extents("pads", 4, 0, 0);
    }
    int[] two = node.extents("pads", 2, 0, 0);
    return input.vertical() ? new int[] {two[0], 0, two[1], 0} : new int[] {0, two[0], 0, two[1]};
  }

  /** The window over the bare feature map: the node's own padding plus the map's border. */
  static Window window(OnnxNode node, int[] kernel, Value.View input) {
    int[] strides = pair(node, "strides", input, 1, 1);
    int[] dilations = pair(node, "dilations", input, 1, 1);
    int[] pads = pads(node, input);
    Value.Border border = input.border();
    int[] extents = {
      input.shape().height() + border.top() + border.bottom(),
      input.shape().width() + border.left() + border.right()
    };
    String auto = node.text("auto_pad", "NOTSET");
    switch (auto) {
      case "NOTSET", "" -> {}
      case "VALID" -> pads = new int[4];
      case "SAME_UPPER", "SAME_LOWER" -> {
        pads = new int[4];
        for (int axis = 0; axis < 2; axis++) {
          int extent = extents[axis];
          int outputs = (extent + strides[axis] - 1) / strides[axis];
          int span = (kernel[axis] - 1) * dilations[axis] + 1;
          int total = Math.max(0, (outputs - 1) * strides[axis] + span - extent);
          int small = total / 2;
          pads[axis] = auto.equals("SAME_UPPER") ? small : total - small;
          pads[axis + 2] = total - pads[axis];
        }
      }
      default -> throw new Refusal("auto_pad '%s' is unknown".formatted(auto));
    }
    return new Window(
        kernel[0],
        kernel[1],
        strides[0],
        strides[1],
        pads[0] + border.top(),
        pads[1] + border.left(),
        pads[2] + border.bottom(),
        pads[3] + border.right(),
        dilations[0],
        dilations[1]);
  }

  /**
   * With ceil_mode, padding at the end is extended until the last, partial window fits. A window
   * that would start beyond the feature map and its leading padding is left out.
   */
  static Window ceiled(OnnxNode node, Window w, Shape shape, Value.Border border) {
    if (node.integer("ceil_mode", 0) == 0) {
      return w;
    }
    int bottom =
        w.padBottom()
            + ceilExtra(
                shape.height() + border.bottom(),
                w.padTop(),
                w.padBottom() - border.bottom(),
                w.spanHeight(),
                w.strideHeight());
    int right =
        w.padRight()
            + ceilExtra(
                shape.width() + border.right(),
                w.padLeft(),
                w.padRight() - border.right(),
                w.spanWidth(),
                w.strideWidth());
    return new Window(
        w.kernelHeight(),
        w.kernelWidth(),
        w.strideHeight(),
        w.strideWidth(),
        w.padTop(),
        w.padLeft(),
        bottom,
        right,
        w.dilationHeight(),
        w.dilationWidth());
  }

  private static int ceilExtra(int extent, int before, int after, int span, int stride) {
    int room = extent + before + after - span;
    if (room < 0 || room % stride == 0) {
      return 0;
    }
    int lastStart = (room / stride + 1) * stride;
    return lastStart < extent + before ? lastStart - room : 0;
  }

  /** Whether no window lies wholly in the padding. */
  static boolean everyWindowSeesAPixel(Window window, Shape input, Shape output) {
    return everyWindowSeesAPixel(
            window.padTop(),
            window.strideHeight(),
            window.dilationHeight(),
            window.kernelHeight(),
            input.height(),
            output.height())
        && everyWindowSeesAPixel(
            window.padLeft(),
            window.strideWidth(),
            window.dilationWidth(),
            window.kernelWidth(),
            input.width(),
            output.width());
  }

  private static boolean everyWindowSeesAPixel(
      int pad, int stride, int dilation, int kernel, int extent, int windows) {
    for (int w = 0; w < windows; w++) {
      boolean seen = false;
      for (int t = 0; t < kernel && !seen; t++) {
        int position = w * stride - pad + t * dilation;
        seen = position >= 0 && position < extent;
      }
      if (!seen) {
        return false;
      }
    }
    return true;
  }
}
