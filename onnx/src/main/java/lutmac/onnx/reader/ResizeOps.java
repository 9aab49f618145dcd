package lutmac.onnx.reader;

import java.util.Arrays;
import java.util.List;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/** Resize and Upsample to the nearest pixel by whole factors: every pixel is repeated. */
final class ResizeOps {
  private final ImportContext graph;

  ResizeOps(ImportContext graph) {
    this.graph = graph;
  }

  Value resize(OnnxNode node) {
    String mode = node.text("mode", "nearest");
    if (!mode.equals("nearest")) {
      throw new Refusal(
          "mode '%s' is not supported; only 'nearest' by whole factors is".formatted(mode));
    }
    String policy = node.text("keep_aspect_ratio_policy", "stretch");
    if (!policy.equals("stretch")) {
      throw new Refusal("keep_aspect_ratio_policy '%s' is not supported".formatted(policy));
    }
    Value.View input = graph.unborderedPlanar(node, 0);
    int[] dims = input.dims();
    int[] factors = new int[dims.length];
    boolean old = node.op().equals("Upsample") || graph.opset() < 11;
    for (int axis = 0; axis < dims.length; axis++) {
      factors[axis] = factor(node, old, dims, axis);
    }
    if (factors[0] != 1) {
      throw new Refusal("it repeats channels; only height and width can be enlarged");
    }
    String coordinates =
        old ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel");
    String rounding = old ? "floor" : node.text("nearest_mode", "round_prefer_floor");
    for (int axis = 1; axis < dims.length; axis++) {
      requireRepeats(coordinates, rounding, dims[axis], factors[axis]);
    }
    int height = input.signal() ? input.vertical() ? factors[1] : 1 : factors[1];
    int width = input.signal() ? input.vertical() ? 1 : factors[1] : factors[2];
    if (height * width == 1) {
      return input;
    }
    Window window = Window.repeating(height, width);
    Shape output = ImportContext.outputShape(window, input.shape(), input.shape().channels());
    return input.like(
        graph.emit(
            node.name(), new FloatOp.MaxPool(window), List.of(input.map()), node.output(), output));
  }

  /** By how much an axis of one image grows. */
  private int factor(OnnxNode node, boolean old, int[] dims, int axis) {
    double factor;
    if (!old && node.hasInput(3)) {
      long[] sizes = graph.integers(node, 3).values();
      int at = position(node, axis, sizes.length, dims.length);
      factor = at < 0 ? 1 : (double) sizes[at] / dims[axis];
    } else {
      float[] scales = scales(node, old);
      int at = position(node, axis, scales.length, dims.length);
      factor = at < 0 ? 1 : scales[at];
    }
    int whole = (int) factor;
    if (whole != factor || whole < 1) {
      throw new Refusal(
          "it enlarges axis %d by %s; only whole factors are supported"
              .formatted(axis + 1, factor));
    }
    return whole;
  }

  /** Where the number of an axis stands; -1 if it stays as it is. */
  private static int position(OnnxNode node, int axis, int numbers, int rank) {
    long[] axes = node.integers("axes").orElse(null);
    if (axes == null) {
      if (numbers != rank + 1) {
        throw new Refusal("it has %d scales or sizes for %d axes".formatted(numbers, rank + 1));
      }
      return axis + 1;
    }
    for (int i = 0; i < axes.length && i < numbers; i++) {
      if ((axes[i] < 0 ? axes[i] + rank + 1 : axes[i]) == axis + 1) {
        return i;
      }
    }
    return -1;
  }

  private float[] scales(OnnxNode node, boolean old) {
    if (old && node.has("scales")) {
      return node.reals("scales");
    }
    int at = old ? 1 : 2;
    if (!node.hasInput(at)) {
      throw new Refusal("its scales are missing");
    }
    Constant.Floats scales = graph.floats(node, at);
    return Arrays.copyOf(scales.values(), scales.size());
  }

  private static void requireRepeats(String mode, String rounding, int extent, int factor) {
    int enlarged = extent * factor;
    for (int x = 0; x < enlarged; x++) {
      double from =
          switch (mode) {
            case "half_pixel", "half_pixel_symmetric" -> (x + 0.5) / factor - 0.5;
            case "pytorch_half_pixel" -> enlarged > 1 ? (x + 0.5) / factor - 0.5 : 0;
            case "tf_half_pixel_for_nn" -> (x + 0.5) / factor;
            case "asymmetric" -> (double) x / factor;
            case "align_corners" -> enlarged > 1 ? (double) x * (extent - 1) / (enlarged - 1) : 0;
            default -> throw new Refusal("coordinates of '%s' are not supported".formatted(mode));
          };
      double nearest =
          switch (rounding) {
            case "round_prefer_floor" -> Math.ceil(from - 0.5);
            case "round_prefer_ceil" -> Math.floor(from + 0.5);
            case "floor" -> Math.floor(from);
            case "ceil" -> Math.ceil(from);
            default -> throw new Refusal("nearest_mode '%s' is unknown".formatted(rounding));
          };
      if ((int) Math.max(0, Math.min(extent - 1, nearest)) != x / factor) {
        throw new Refusal(
            "nearest_mode '%s' with coordinates of '%s' does not repeat every pixel %d times; export it with 'floor' and 'asymmetric'"
                .formatted(rounding, mode, factor));
      }
    }
  }
}
