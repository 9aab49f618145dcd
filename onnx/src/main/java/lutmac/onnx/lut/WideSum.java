package lutmac.onnx.lut;

import static lutmac.onnx.writer.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lutmac.network.quantized.MacLayer;
import lutmac.network.shape.Window;
import lutmac.onnx.writer.ExactReduction;
import lutmac.onnx.writer.GraphBuilder;
import lutmac.onnx.writer.LayerOperators;

/**
 * The sums of a layer that is too wide for float32: parts that are not are summed in float32 and
 * added, with bias and skip, in float64. A sum over pixels is multiplied in float64 as a whole.
 */
final class WideSum {
  private final GraphBuilder graph;
  private final MacLayer layer;

  WideSum(GraphBuilder graph, MacLayer layer) {
    this.graph = graph;
    this.layer = layer;
  }

  /**
   * Adds the sum.
   *
   * @param x float32 value of the layer's input, {@code [N, I, H, W]}
   * @param weights float32, {@code [O, I / group, Kh, Kw]}
   * @param bias int32, {@code [O]}
   * @param parts that float32 sums exactly
   * @return the sum, float64, {@code [N, O, H, W]}
   */
  String of(String x, String weights, String bias, List<ExactReduction.Part> parts) {
    String sum = layer.sumPixels() ? pixelSum(x, weights) : partSum(x, weights, parts);
    double[] scales = new double[layer.outChannels()];
    for (int o = 0; o < scales.length; o++) {
      scales[o] = Math.scalb(1.0, -layer.accumulatorFrac(o));
    }
    String column =
        graph.node(
            "Unsqueeze",
            layer.name() + ".bias_column",
            List.of(bias, graph.axes("axes_1_2", 1, 2)));
    String realBias =
        graph.node(
            "Mul",
            layer.name() + ".bias_real",
            List.of(
                toDouble(layer.name() + ".bias_double", column),
                graph.doubles(layer.name() + ".bias_scales", scales, scales.length, 1, 1)));
    return graph.node("Add", layer.name() + ".sum", List.of(sum, realBias));
  }

  /**
   * Adds a skip connection to the sum.
   *
   * @param skip float32 value of the feature map that the layer adds
   */
  String plusSkip(String sum, String skip) {
    String residual = toDouble(layer.name() + ".skip_double", skip);
    return graph.node("Add", layer.name() + ".residual", List.of(sum, residual));
  }

  /**
   * {@code [N, I, H, W]} to {@code [N, O, 1, 1]}, a matrix product of every group g in float64:
   * {@code [N, g, 1, I/g] * [g, I/g, O/g]}.
   */
  private String pixelSum(String x, String weights) {
    int groups = layer.groups();
    int inputs = layer.groupChannels();
    int outputs = layer.outChannels() / groups;
    String rows =
        reshape(
            layer.name() + ".pixel_sums_rows",
            LayerOperators.pixelSums(graph, layer, toDouble(layer.name() + ".input_double", x)),
            0,
            groups,
            1,
            inputs);
    String matrices =
        reshape(
            layer.name() + ".weights_matrices",
            toDouble(layer.name() + ".weights_double", weights),
            groups,
            outputs,
            inputs);
    String transposed =
        graph.node(
            "Transpose",
            layer.name() + ".weights_transposed",
            List.of(matrices),
            attribute("perm", List.of(0L, 2L, 1L)));
    String product = graph.node("MatMul", layer.name() + ".product", List.of(rows, transposed));
    return reshape(layer.name() + ".product_map", product, 0, layer.outChannels(), 1, 1);
  }

  private String reshape(String wanted, String value, long... shape) {
    return graph.node("Reshape", wanted, List.of(value, graph.int64(wanted + ".shape", shape)));
  }

  private String partSum(String x, String weights, List<ExactReduction.Part> parts) {
    String total = null;
    for (int p = 0; p < parts.size(); p++) {
      ExactReduction.Part part = parts.get(p);
      String prefix = layer.name() + ".part" + p;
      String partInput = x;
      String partWeights = weights;
      if (part.fromChannel() > 0 || part.toChannel() < layer.groupChannels()) {
        List<String> range =
            List.of(
                graph.axes("axes_" + part.fromChannel(), part.fromChannel()),
                graph.axes("axes_" + part.toChannel(), part.toChannel()),
                graph.axes("axes_1", 1));
        partInput =
            layer.groups() == 1
                ? graph.node("Slice", prefix + ".input", with(x, range))
                : graph.node(
                    "Gather",
                    prefix + ".input",
                    List.of(x, graph.int64(prefix + ".channels", channels(part))),
                    attribute("axis", 1));
        partWeights = graph.node("Slice", prefix + ".weights", with(weights, range));
      }
      if (part.kernel().isPresent()) {
        partWeights =
            graph.node(
                "Mul",
                prefix + ".taps",
                List.of(partWeights, kernelMask(prefix, part.kernel().get())));
      }
      String sum =
          LayerOperators.conv(graph, layer, prefix + ".sum", List.of(partInput, partWeights));
      String wide = toDouble(prefix + ".double", sum);
      total = total == null ? wide : graph.node("Add", prefix + ".total", List.of(total, wide));
    }
    return total;
  }

  /** The part's input channels of every group. */
  private long[] channels(ExactReduction.Part part) {
    int width = part.toChannel() - part.fromChannel();
    long[] channels = new long[layer.groups() * width];
    for (int i = 0; i < channels.length; i++) {
      channels[i] = (long) (i / width) * layer.groupChannels() + part.fromChannel() + i % width;
    }
    return channels;
  }

  private String kernelMask(String prefix, ExactReduction.KernelRange kernel) {
    Window window = layer.window();
    float[] mask = new float[window.kernelArea()];
    Arrays.fill(mask, kernel.from(), kernel.to(), 1);
    return graph.floats(prefix + ".mask", mask, 1, 1, window.kernelHeight(), window.kernelWidth());
  }

  private String toDouble(String wanted, String value) {
    return graph.cast(wanted, value, DataType.DOUBLE);
  }

  private static List<String> with(String first, List<String> rest) {
    List<String> all = new ArrayList<>();
    all.add(first);
    all.addAll(rest);
    return all;
  }
}
