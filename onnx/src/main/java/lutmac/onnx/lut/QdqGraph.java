package lutmac.onnx.lut;

import static lutmac.onnx.spelling.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.onnx.spelling.ConvSpelling;
import lutmac.onnx.spelling.ExactReduction;
import lutmac.onnx.spelling.GraphBuilder;
import lutmac.onnx.spelling.RealClamp;
import lutmac.onnx.spelling.RealValues;

/**
 * Spells a quantized network as a graph of standard ONNX operators (opset 13) that computes with
 * real values {@code code * 2^-frac} and is exact: every value is an integer times a power of two,
 * every sum stays within what its float type holds ({@link ExactReduction}), so no operator but the
 * output stages ever rounds.
 *
 * <ul>
 *   <li>A feature map t is the float value named t, {@code [N, C, H, W]}. The graph's input is the
 *       exception: that name carries its codes.
 *   <li>Weights: {@code Gather(DequantizeLinear(table), codes)}, two planes added. The
 *       dequantization stands in front of the look-up, not behind it, on purpose: runtimes fuse
 *       {@code DequantizeLinear -> Conv -> QuantizeLinear} into 8-bit kernels whose 16-bit
 *       intermediate sums saturate on many CPUs.
 *   <li>Output stage: {@code [Relu | Clip] -> QuantizeLinear -> [Clip] -> DequantizeLinear}; the
 *       first Clip is the layer's activation, the second one is present for formats below 8 bits.
 *   <li>Output stage of a logarithmic map: rounded and clamped in units of D, then a binary search
 *       in the thresholds, one comparison a code bit, and a look-up of D.
 *   <li>Pad codes: {@code (x - pad)} is padded with zeros, and the bias gets the sum of {@code
 *       weight * pad} over all taps.
 *   <li>A layer that is too wide for float32 is cut into parts that are not; their sums are added,
 *       biased and rounded in float64.
 * </ul>
 */
final class QdqGraph {
  private final QuantizedNetwork network;
  private final GraphBuilder graph;
  private final Map<String, String> realNames = new HashMap<>();
  private final Map<String, String> paddedNames = new HashMap<>();

  /** Names of the initializers that hold a layer's arrays. */
  record LayerArrays(List<PlaneArrays> planes, String bias) {}

  /** Names of the initializers of one weight plane. */
  record PlaneArrays(String table, String codes) {}

  private QdqGraph(QuantizedNetwork network) {
    this.network = network;
    this.graph = new GraphBuilder(network.name());
  }

  /** A graph, and where each layer's arrays are in it, in the order of the network's layers. */
  record Result(GraphProto graph, List<Optional<LayerArrays>> arrays) {}

  /**
   * @throws IllegalArgumentException if the network contradicts itself (shapes, formats, fractions)
   */
  static Result of(QuantizedNetwork network) {
    return new QdqGraph(network).emit();
  }

  private Result emit() {
    Tensor input = network.input().tensor();
    graph.reserve(input.name());
    network.layers().forEach(layer -> graph.reserve(layer.output().name()));
    FixedFormat inputFormat = RealValues.fixed(input);
    graph.input(input.name(), codeType(inputFormat), GraphBuilder.dims(input.shape()));
    List<Optional<LayerArrays>> named = new ArrayList<>();
    for (QuantizedLayer layer : network.layers()) {
      boolean last = layer == network.layers().get(network.layers().size() - 1);
      if (layer instanceof MacLayer mac) {
        named.add(Optional.of(mac(mac, last)));
      } else if (layer instanceof MaxPoolLayer pool) {
        maxPool(pool, last);
        named.add(Optional.empty());
      } else if (layer instanceof ConcatLayer concat) {
        concatenate(concat, last);
        named.add(Optional.empty());
      } else {
        throw new IllegalStateException("no spelling of " + layer);
      }
      if (!last) {
        graph.describe(
            layer.output().name(), DataType.FLOAT, GraphBuilder.dims(layer.output().shape()));
      }
    }
    return new Result(graph.build(), named);
  }

  // ---- layers

  private LayerArrays mac(MacLayer layer, boolean last) {
    RealValues.requireConsistent(layer, last);
    List<Integer> padCodes = RealValues.padCodes(layer);
    boolean shifted = padCodes.stream().anyMatch(code -> code != 0);
    int[] padBias = RealValues.padBias(layer, padCodes);
    ExactReduction reduction = ExactReduction.of(layer, network.rounding());

    String x = shifted ? paddedReal(layer.input()) : real(layer.input());
    List<PlaneArrays> planes = new ArrayList<>();
    for (int p = 0; p < layer.planes().size(); p++) {
      WeightPlane plane = layer.planes().get(p);
      String suffix = planeSuffix(layer, p);
      byte[] table = tableBytes(plane.codebook());
      planes.add(
          new PlaneArrays(
              graph.int8(layer.name() + ".table" + suffix, table, table.length),
              graph.uint8(
                  layer.name() + ".codes" + suffix,
                  plane.codes(),
                  ConvSpelling.weightDims(layer))));
    }
    String bias = graph.int32(layer.name() + ".bias", layer.bias(), layer.outChannels());
    String weights = weights(layer, planes);
    String fullBias =
        shifted
            ? graph.node(
                "Add",
                layer.name() + ".bias_with_padding",
                List.of(bias, graph.int32(layer.name() + ".pad_bias", padBias, padBias.length)))
            : bias;
    String v =
        reduction.wide()
            ? wideSum(layer, x, weights, fullBias, reduction)
            : floatSum(layer, x, weights, fullBias);
    if (layer.stage() instanceof OutputStage.Requantize stage) {
      requantize(layer, stage, v, reduction.wide(), last);
    } else {
      graph.result(layer.output(), v, reduction.wide() ? DataType.DOUBLE : DataType.FLOAT);
    }
    return new LayerArrays(planes, bias);
  }

  /** Suffix of a plane's names: none where there is only one. */
  private static String planeSuffix(MacLayer layer, int plane) {
    return layer.planes().size() == 1 ? "" : "_" + (plane + 1);
  }

  private String weights(MacLayer layer, List<PlaneArrays> planes) {
    int[] fracs = RealValues.weightFracs(layer);
    int base = Arrays.stream(fracs).min().orElseThrow();
    boolean perChannel = Arrays.stream(fracs).anyMatch(frac -> frac != base);
    String whole = layer.name() + (perChannel ? ".looked_up" : ".weights");
    List<String> parts = new ArrayList<>();
    for (int p = 0; p < planes.size(); p++) {
      String suffix = planeSuffix(layer, p);
      String levels =
          graph.node(
              "DequantizeLinear",
              layer.name() + ".levels" + suffix,
              List.of(planes.get(p).table(), scale(base), graph.byteScalar("zero_int8", true, 0)));
      String indices =
          graph.node(
              "Cast",
              layer.name() + ".indices" + suffix,
              List.of(planes.get(p).codes()),
              attribute("to", DataType.INT32.getNumber()));
      parts.add(
          graph.node("Gather", whole + suffix, List.of(levels, indices), attribute("axis", 0)));
    }
    String looked = parts.size() == 1 ? parts.get(0) : graph.node("Add", whole, parts);
    if (!perChannel) {
      return looked;
    }
    float[] factors = new float[fracs.length];
    for (int o = 0; o < fracs.length; o++) {
      factors[o] = Math.scalb(1f, base - fracs[o]);
    }
    return graph.node(
        "Mul",
        layer.name() + ".weights",
        List.of(
            looked,
            graph.floats(layer.name() + ".channel_scales", factors, fracs.length, 1, 1, 1)));
  }

  private String floatSum(MacLayer layer, String x, String weights, String bias) {
    String addend = layer.sumPixels() ? ConvSpelling.pixelSums(graph, layer, x) : x;
    float[] scales = new float[layer.outChannels()];
    for (int o = 0; o < scales.length; o++) {
      scales[o] = Math.scalb(1f, -RealValues.accumulatorFrac(layer, o));
    }
    String realBias =
        graph.node(
            "DequantizeLinear",
            layer.name() + ".bias_real",
            List.of(bias, graph.floats(layer.name() + ".bias_scales", scales, scales.length)),
            attribute("axis", 0));
    String sum =
        graph.node(
            "Conv",
            layer.name() + ".sum",
            List.of(addend, weights, realBias),
            ConvSpelling.attributes(layer));
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

  private void requantize(
      MacLayer layer, OutputStage.Requantize stage, String v, boolean wide, boolean last) {
    Tensor output = layer.output();
    if (output.format() instanceof LogFormat log) {
      String steps = clamped(layer, stage, rounded(layer, v, log.frac(), wide), wide);
      lookUp(output, log, wide ? toFloat(layer.name() + ".float", steps) : steps, last);
      return;
    }
    FixedFormat format = RealValues.fixed(output);
    String value = v;
    if (wide) {
      String steps = clamped(layer, stage, rounded(layer, v, format.frac(), true), true);
      String real =
          graph.node(
              "Mul", layer.name() + ".real", List.of(steps, power("double", -format.frac())));
      value = toFloat(layer.name() + ".float", real);
    } else {
      if (network.rounding() == Rounding.HALF_UP) {
        // Behind this QuantizeLinear has nothing left to round.
        String steps = rounded(layer, v, format.frac(), false);
        value =
            graph.node(
                "Mul", layer.name() + ".real", List.of(steps, power("float", -format.frac())));
      }
      value = RealClamp.of(graph, layer, stage, value, format);
    }
    String codes = quantize(output, value, format);
    dequantizeTo(output, codes, format, last);
  }

  /** {@code round(v * 2^frac)}: integers, in the type that v has. */
  private String rounded(MacLayer layer, String v, int frac, boolean wide) {
    String type = wide ? "double" : "float";
    String steps = graph.node("Mul", layer.name() + ".steps", List.of(v, power(type, frac)));
    if (network.rounding() == Rounding.HALF_EVEN) {
      return graph.node("Round", layer.name() + ".rounded", List.of(steps));
    }
    String half =
        wide ? graph.doubleScalar("half_double", 0.5) : graph.floatScalar("half_float", 0.5f);
    String raised = graph.node("Add", layer.name() + ".raised", List.of(steps, half));
    return graph.node("Floor", layer.name() + ".rounded", List.of(raised));
  }

  /** The stage's clamp, in integers. */
  private String clamped(
      MacLayer layer, OutputStage.Requantize stage, String integers, boolean wide) {
    return graph.node(
        "Clip",
        layer.name() + ".clamped",
        List.of(integers, integer(stage.lo(), wide), integer(stage.hi(), wide)));
  }

  private String integer(int value, boolean wide) {
    return wide
        ? graph.doubleScalar("double_" + value, value)
        : graph.floatScalar("float_" + value, value);
  }

  /** The logarithmic map of integers in units of D, within the format's range. */
  private void lookUp(Tensor tensor, LogFormat format, String steps, boolean last) {
    List<String> inputs = new LogarithmSearch(graph, tensor.name(), format).nearest(steps);
    AttributeProto axis = attribute("axis", 0);
    if (last) {
      graph.result(
          tensor, graph.node("Gather", tensor.name() + ".map", inputs, axis), DataType.FLOAT);
    } else {
      graph.nodeTo("Gather", tensor.name(), inputs, axis);
      realNames.put(tensor.name(), tensor.name());
    }
  }

  private String quantize(Tensor tensor, String value, FixedFormat format) {
    String codes =
        graph.node(
            "QuantizeLinear",
            tensor.name() + ".codes",
            List.of(value, scale(format.frac()), zero(format)));
    if (format.bits() == 8) {
      return codes;
    }
    String type = format.signed() ? "int8_" : "uint8_";
    return graph.node(
        "Clip",
        tensor.name() + ".codes_clamped",
        List.of(
            codes,
            graph.byteScalar(type + format.minCode(), format.signed(), (int) format.minCode()),
            graph.byteScalar(type + format.maxCode(), format.signed(), (int) format.maxCode())));
  }

  private void dequantizeTo(Tensor tensor, String codes, FixedFormat format, boolean last) {
    List<String> inputs = List.of(codes, scale(format.frac()), zero(format));
    if (last) {
      graph.result(
          tensor, graph.node("DequantizeLinear", tensor.name() + ".map", inputs), DataType.FLOAT);
    } else {
      graph.nodeTo("DequantizeLinear", tensor.name(), inputs);
      realNames.put(tensor.name(), tensor.name());
    }
  }

  private void maxPool(MaxPoolLayer layer, boolean last) {
    RealValues.requireConsistent(layer);
    List<String> inputs = List.of(real(layer.input()));
    AttributeProto[] attributes = ConvSpelling.attributes(layer.window());
    if (last) {
      graph.result(
          layer.output(),
          graph.node("MaxPool", layer.output().name() + ".map", inputs, attributes),
          DataType.FLOAT);
    } else {
      graph.nodeTo("MaxPool", layer.output().name(), inputs, attributes);
      realNames.put(layer.output().name(), layer.output().name());
    }
  }

  private void concatenate(ConcatLayer layer, boolean last) {
    List<String> inputs = layer.inputs().stream().map(this::real).toList();
    AttributeProto axis = attribute("axis", 1);
    if (last) {
      graph.result(
          layer.output(),
          graph.node("Concat", layer.output().name() + ".map", inputs, axis),
          DataType.FLOAT);
    } else {
      graph.nodeTo("Concat", layer.output().name(), inputs, axis);
      realNames.put(layer.output().name(), layer.output().name());
    }
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
              List.of(name, scale(format.frac()), zero(format)));
        });
  }

  /** The float value of {@code code - padCode} of a feature map. */
  private String paddedReal(Tensor tensor) {
    RealValues.require(
        tensor.name(),
        tensor.equals(network.input().tensor()),
        "only the network input can have pad codes other than 0");
    return paddedNames.computeIfAbsent(
        tensor.name(),
        name -> {
          FixedFormat format = RealValues.fixed(tensor);
          int channels = tensor.shape().channels();
          byte[] pads = new byte[channels];
          float[] scales = new float[channels];
          for (int c = 0; c < channels; c++) {
            int pad = tensor.padCodes().get(c);
            RealValues.require(
                name,
                pad >= format.minCode() && pad <= format.maxCode(),
                "pad code %d is outside the format %s".formatted(pad, format));
            pads[c] = (byte) pad;
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

  private String toFloat(String wanted, String value) {
    return graph.node("Cast", wanted, List.of(value), attribute("to", DataType.FLOAT.getNumber()));
  }

  /** {@code 2^-frac} as a float scalar. */
  private String scale(int frac) {
    return power("float", -frac);
  }

  private String power(String type, int exponent) {
    String name = "two_to_the_%d_%s".formatted(exponent, type);
    return type.equals("double")
        ? graph.doubleScalar(name, Math.scalb(1.0, exponent))
        : graph.floatScalar(name, Math.scalb(1f, exponent));
  }

  private String zero(FixedFormat format) {
    return format.signed()
        ? graph.byteScalar("zero_int8", true, 0)
        : graph.byteScalar("zero_uint8", false, 0);
  }

  private static byte[] tableBytes(Codebook codebook) {
    byte[] table = new byte[codebook.levels().size()];
    for (int i = 0; i < table.length; i++) {
      table[i] = (byte) codebook.level(i);
    }
    return table;
  }

  private static DataType codeType(FixedFormat format) {
    return format.signed() ? DataType.INT8 : DataType.UINT8;
  }
}
