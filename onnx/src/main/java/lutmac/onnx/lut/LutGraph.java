package lutmac.onnx.lut;

import static lutmac.onnx.writer.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.onnx.writer.ExactReduction;
import lutmac.onnx.writer.GraphBuilder;
import lutmac.onnx.writer.LayerOperators;
import lutmac.onnx.writer.NetworkSpelling;
import lutmac.onnx.writer.RealValues;

/**
 * The graph of our own file: a quantized network as standard ONNX operators (opset 13) that compute
 * with real values {@code code * 2^-frac} and are exact: every value is an integer times a power of
 * two, every sum stays within what its float type holds ({@link ExactReduction}), so no operator
 * but the output stages ever rounds.
 *
 * <ul>
 *   <li>A feature map t is the float value named t, {@code [N, C, H, W]}. The graph's input is an
 *       exception: that name carries its codes. So are its outputs: that name carries their values
 *       without the dimensions of a single pixel, and the map is named t.map.
 *   <li>Weights are looked up ({@link WeightTables}), output stages rounded by QuantizeLinear or a
 *       search ({@link OutputRounding}).
 *   <li>Pad codes: {@code (x - pad)} is padded with zeros, and the bias gets the sum of {@code
 *       weight * pad} over all taps.
 *   <li>A layer that is too wide for float32 is cut into parts that are not; their sums are added,
 *       biased and rounded in float64 ({@link WideSum}).
 * </ul>
 */
final class LutGraph implements NetworkSpelling {
  private final QuantizedNetwork network;
  private final GraphBuilder graph;

  /** Names of feature maps' float values, by feature map. */
  private final Map<String, String> realNames = new HashMap<>();

  /** Values of the sums that the network returns, by feature map. */
  private final Map<String, Sums> sums = new HashMap<>();

  /** Names of the values {@code code - padCode}, by feature map. */
  private final Map<String, String> paddedNames = new HashMap<>();

  private final Map<MacLayer, LayerArrays> arrays = new IdentityHashMap<>();

  private LutGraph(QuantizedNetwork network) {
    this.network = network;
    this.graph = new GraphBuilder(network.name());
  }

  /** A graph, and where in it the arrays of the network's very layers are. */
  record Result(GraphProto graph, Map<MacLayer, LayerArrays> arrays) {}

  /**
   * Names of the initializers that hold a layer's arrays.
   *
   * @param bias int32 {@code [O]}
   */
  record LayerArrays(List<PlanePart> planes, String bias) {}

  /** A value that holds sums. */
  private record Sums(String value, DataType type) {}

  /** An operator that makes a feature map. */
  record LastNode(String op, List<String> inputs, AttributeProto... attributes) {}

  /**
   * Spells a network.
   *
   * @throws IllegalArgumentException if the network contradicts itself (shapes, formats, fractions)
   */
  static Result of(QuantizedNetwork network) {
    LutGraph spelled = new LutGraph(network);
    spelled.declare();
    NetworkSpelling.spell(network, spelled);
    return new Result(spelled.graph.build(), spelled.arrays);
  }

  private void declare() {
    Tensor input = network.input().tensor();
    graph.reserve(input.name());
    network.layers().forEach(layer -> graph.reserve(layer.output().name()));
    graph.input(
        input.name(),
        RealValues.fixed(input).signed() ? DataType.INT8 : DataType.UINT8,
        GraphBuilder.dims(input.shape()));
  }

  @Override
  public void operator(QuantizedLayer layer, String op, AttributeProto[] attributes) {
    List<String> inputs = layer.inputs().stream().map(this::real).toList();
    make(layer.output(), new LastNode(op, inputs, attributes));
  }

  @Override
  public void resize(MaxPoolLayer layer, float[] scales, AttributeProto[] attributes) {
    String factors = graph.floats(layer.name() + ".scales", scales, scales.length);
    make(
        layer.output(),
        new LastNode("Resize", List.of(real(layer.input()), "", factors), attributes));
  }

  @Override
  public void mac(MacLayer layer) {
    List<Integer> padCodes = RealValues.padCodes(layer);
    boolean shifted = padCodes.stream().anyMatch(code -> code != 0);
    ExactReduction reduction = ExactReduction.of(layer, network.rounding());
    String x =
        LayerOperators.seen(
            graph, layer, shifted ? paddedReal(layer.input()) : real(layer.input()));
    WeightTables tables = WeightTables.of(graph, layer);
    String bias = graph.int32(layer.name() + ".bias", layer.bias(), layer.outChannels());
    arrays.put(layer, new LayerArrays(tables.planes(), bias));
    String weights = tables.lookedUp();
    String fullBias = shifted ? withPadding(layer, bias, padCodes) : bias;
    String v =
        reduction.wide()
            ? wideSum(layer, x, weights, fullBias, reduction)
            : floatSum(layer, x, weights, fullBias);
    OutputRounding rounding =
        new OutputRounding(graph, network.rounding(), layer, reduction.wide());
    layer
        .stage()
        .requantize()
        .ifPresentOrElse(
            stage -> make(layer.output(), rounding.of(stage, v)),
            () ->
                sums.put(
                    layer.output().name(),
                    new Sums(v, reduction.wide() ? DataType.DOUBLE : DataType.FLOAT)));
  }

  @Override
  public void output(Tensor tensor) {
    Sums returned = sums.get(tensor.name());
    if (returned == null) {
      graph.result(tensor, real(tensor), DataType.FLOAT);
    } else {
      graph.result(tensor, returned.value(), returned.type());
    }
  }

  private void make(Tensor tensor, LastNode node) {
    if (network.returns(tensor)) {
      realNames.put(
          tensor.name(),
          graph.node(node.op(), tensor.name() + ".map", node.inputs(), node.attributes()));
    } else {
      graph.nodeTo(node.op(), tensor.name(), node.inputs(), node.attributes());
      graph.describe(tensor.name(), DataType.FLOAT, GraphBuilder.dims(tensor.shape()));
      realNames.put(tensor.name(), tensor.name());
    }
  }

  // ---- sums

  private String withPadding(MacLayer layer, String bias, List<Integer> padCodes) {
    int[] padBias = RealValues.padBias(layer, padCodes);
    return graph.node(
        "Add",
        layer.name() + ".bias_with_padding",
        List.of(bias, graph.int32(layer.name() + ".pad_bias", padBias, padBias.length)));
  }

  private String floatSum(MacLayer layer, String x, String weights, String bias) {
    String addend = layer.sumPixels() ? LayerOperators.pixelSums(graph, layer, x) : x;
    float[] scales = new float[layer.outChannels()];
    for (int o = 0; o < scales.length; o++) {
      scales[o] = Math.scalb(1f, -layer.accumulatorFrac(o));
    }
    String realBias =
        graph.node(
            "DequantizeLinear",
            layer.name() + ".bias_real",
            List.of(bias, graph.floats(layer.name() + ".bias_scales", scales, scales.length)),
            attribute("axis", 0));
    String sum =
        LayerOperators.conv(
            graph, layer, layer.name() + ".sum", List.of(addend, weights, realBias));
    return layer
        .skip()
        .map(
            skip ->
                graph.node("Add", layer.name() + ".residual", List.of(sum, real(skip.source()))))
        .orElse(sum);
  }

  private String wideSum(
      MacLayer layer, String x, String weights, String bias, ExactReduction reduction) {
    WideSum wide = new WideSum(graph, layer);
    String sum = wide.of(x, weights, bias, reduction.parts());
    return layer.skip().map(skip -> wide.plusSkip(sum, real(skip.source()))).orElse(sum);
  }

  // ---- values

  /** The float value of a feature map. */
  private String real(Tensor tensor) {
    return realNames.computeIfAbsent(
        tensor.name(),
        name -> {
          FixedFormat format = RealValues.fixed(tensor);
          return graph.node(
              "DequantizeLinear",
              name + ".real",
              List.of(name, graph.powerOfTwo(-format.frac()), graph.zeroPoint(format.signed())));
        });
  }

  /** The float value of {@code code - padCode} of the network's input. */
  private String paddedReal(Tensor tensor) {
    if (!tensor.equals(network.input().tensor())) {
      throw new IllegalArgumentException(
          "'%s': only the network input can have pad codes other than 0".formatted(tensor.name()));
    }
    return paddedNames.computeIfAbsent(
        tensor.name(),
        name -> {
          FixedFormat format = RealValues.fixed(tensor);
          int channels = tensor.shape().channels();
          byte[] pads = new byte[channels];
          float[] scales = new float[channels];
          for (int c = 0; c < channels; c++) {
            pads[c] = padByte(tensor, format, tensor.padCodes().get(c));
            scales[c] = (float) format.scale();
          }
          return graph.node(
              "DequantizeLinear",
              name + ".above_pad",
              List.of(
                  name,
                  graph.floats(name + ".pad_scales", scales, channels),
                  format.signed()
                      ? graph.int8(name + ".pad_codes", pads, channels)
                      : graph.uint8(name + ".pad_codes", pads, channels)),
              attribute("axis", 1));
        });
  }

  private static byte padByte(Tensor tensor, FixedFormat format, int pad) {
    if (pad < format.minCode() || pad > format.maxCode()) {
      throw new IllegalArgumentException(
          "'%s': pad code %d is outside the format %s".formatted(tensor.name(), pad, format));
    }
    return (byte) pad;
  }
}
