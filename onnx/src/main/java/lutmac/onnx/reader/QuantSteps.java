package lutmac.onnx.reader;

import java.util.Arrays;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * Scales and zero points of one quantization: one for all elements of a tensor, one for every
 * position of an axis or block of it, or, as QONNX has them, as many as broadcast.
 *
 * @param scales positive
 * @param zeros as many as scales
 * @param dims the shape of both, of the rank of the tensor, or of one element
 * @param block elements of a tensor's axis that share one position of {@code dims}
 */
record QuantSteps(float[] scales, long[] zeros, long[] dims, long[] block) {
  /**
   * Of QuantizeLinear and DequantizeLinear: inputs 1 and 2.
   *
   * @param tensorDims what is quantized
   */
  static QuantSteps ofAxis(ImportContext graph, OnnxNode node, long[] tensorDims) {
    Constant.Floats scales = positive(graph.floats(node, 1));
    long[] zeros = node.hasInput(2) ? graph.integers(node, 2).values() : new long[scales.size()];
    long[] dims = new long[tensorDims.length];
    long[] block = new long[tensorDims.length];
    Arrays.fill(dims, 1);
    Arrays.fill(block, 1);
    int axis = (int) node.integer("axis", 1);
    axis = axis < 0 ? axis + dims.length : axis;
    if (scales.dims().length > 1) {
      long size = node.integer("block_size", 0);
      if (scales.dims().length != dims.length || axis < 0 || axis >= dims.length || size < 1) {
        throw unfit(scales, axis, tensorDims);
      }
      dims = scales.dims();
      block[axis] = size;
    } else if (scales.size() > 1) {
      if (axis < 0 || axis >= dims.length) {
        throw unfit(scales, axis, tensorDims);
      }
      dims[axis] = scales.size();
    }
    for (int d = 0; d < dims.length; d++) {
      boolean covers = dims[d] == 1 && block[d] == 1 || (dims[d] - 1) * block[d] < tensorDims[d];
      if (!covers || dims[d] != 1 && dims[d] * block[d] < tensorDims[d]) {
        throw unfit(scales, axis, tensorDims);
      }
    }
    return with(scales, zeros, dims, block);
  }

  /** Of a feature map's QuantizeLinear or DequantizeLinear, whatever axis they are along. */
  static QuantSteps ofMap(ImportContext graph, OnnxNode node) {
    Constant.Floats scales = positive(graph.floats(node, 1));
    long[] zeros = node.hasInput(2) ? graph.integers(node, 2).values() : new long[scales.size()];
    return with(scales, zeros, new long[] {scales.size()}, new long[] {1});
  }

  /**
   * Of QONNX's quantizers: inputs 1 and, if there are zero points, {@code zeroInput}.
   *
   * @param tensorDims what is quantized
   * @param zeroInput -1 if there are none
   */
  static QuantSteps ofBroadcast(
      ImportContext graph, OnnxNode node, long[] tensorDims, int zeroInput) {
    Constant.Floats scales = positive(graph.floats(node, 1));
    long[] dims = new long[tensorDims.length];
    long[] block = new long[tensorDims.length];
    Arrays.fill(dims, 1);
    Arrays.fill(block, 1);
    int ones = scales.dims().length - dims.length;
    for (int d = 0; d < scales.dims().length; d++) {
      long extent = scales.dims()[d];
      int at = d - ones;
      if (at < 0 ? extent != 1 : extent != 1 && extent != tensorDims[at]) {
        throw unfit(scales, -1, tensorDims);
      }
      if (at >= 0) {
        dims[at] = extent;
      }
    }
    return with(scales, zeros(graph, node, zeroInput, scales.size()), dims, block);
  }

  private static long[] zeros(ImportContext graph, OnnxNode node, int input, int count) {
    long[] zeros = new long[count];
    if (input < 0 || !node.hasInput(input)) {
      return zeros;
    }
    Constant.Floats points = reals(graph, node, input);
    if (points.size() != 1 && points.size() != count) {
      throw new Refusal(
          "%d zero points of '%s' do not fit its %d scales"
              .formatted(points.size(), points.name(), count));
    }
    for (int i = 0; i < count; i++) {
      float point = points.values()[points.size() == 1 ? 0 : i];
      if (point != Math.rint(point) || Math.abs(point) > 1 << 24) {
        throw new Refusal("zero point %s of '%s' is no integer".formatted(point, points.name()));
      }
      zeros[i] = (long) point;
    }
    return zeros;
  }

  /** A constant that may be written as real numbers or as integers. */
  static Constant.Floats reals(ImportContext graph, OnnxNode node, int input) {
    return graph
        .constant(node, input)
        .fold(
            floats -> floats,
            integers -> {
              float[] values = new float[integers.size()];
              for (int i = 0; i < values.length; i++) {
                values[i] = integers.values()[i];
              }
              return new Constant.Floats(integers.name(), integers.dims(), values);
            });
  }

  private static Constant.Floats positive(Constant.Floats scales) {
    if (scales.size() == 0) {
      throw new Refusal("'%s' holds no scale".formatted(scales.name()));
    }
    for (float scale : scales.values()) {
      if (!(scale > 0)) {
        throw new Refusal("scale %s of '%s' is not positive".formatted(scale, scales.name()));
      }
    }
    return scales;
  }

  private static QuantSteps with(Constant.Floats scales, long[] zeros, long[] dims, long[] block) {
    long[] all = zeros;
    if (zeros.length == 1 && scales.size() > 1) {
      all = new long[scales.size()];
      Arrays.fill(all, zeros[0]);
    }
    if (all.length != scales.size()) {
      throw new Refusal(
          "%d zero points do not fit its %d scales '%s'"
              .formatted(zeros.length, scales.size(), scales.name()));
    }
    return new QuantSteps(scales.values(), all, dims, block);
  }

  private static Refusal unfit(Constant.Floats scales, int axis, long[] tensorDims) {
    return new Refusal(
        "%d scales '%s'%s do not fit its shape %s"
            .formatted(
                scales.size(),
                scales.name(),
                axis < 0 ? "" : " for axis " + axis,
                Arrays.toString(tensorDims)));
  }

  /** For every element of a tensor, row major, which scale and zero point it has. */
  int[] positions(long[] tensorDims) {
    int count = 1;
    for (long extent : tensorDims) {
      count *= (int) extent;
    }
    int[] positions = new int[count];
    if (scales.length == 1) {
      return positions;
    }
    int inner = 1;
    int stride = 1;
    for (int d = tensorDims.length - 1; d >= 0; d--) {
      int extent = (int) tensorDims[d];
      if (dims[d] != 1) {
        for (int i = 0; i < count; i++) {
          positions[i] += (int) (i / inner % extent / block[d]) * stride;
        }
      }
      inner *= extent;
      stride *= (int) dims[d];
    }
    return positions;
  }

  /** Whether all scales are alike, and all zero points. */
  boolean uniform() {
    for (int i = 1; i < scales.length; i++) {
      if (scales[i] != scales[0] || zeros[i] != zeros[0]) {
        return false;
      }
    }
    return true;
  }
}
