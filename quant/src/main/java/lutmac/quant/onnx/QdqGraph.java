package lutmac.quant.onnx;

import static lutmac.quant.onnx.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.quant.format.AccumulatorFormat;
import lutmac.quant.format.FixedFormat;
import lutmac.quant.format.Rounding;
import lutmac.quant.graph.Shape;
import lutmac.quant.graph.Window;
import lutmac.quant.network.MacLayer;
import lutmac.quant.network.MaxPoolLayer;
import lutmac.quant.network.OutputStage;
import lutmac.quant.network.QuantizedLayer;
import lutmac.quant.network.QuantizedNetwork;
import lutmac.quant.network.Skip;
import lutmac.quant.network.Tensor;

/**
 * Spells a quantized network as a graph of standard ONNX operators (opset 13) that computes with
 * real values {@code code * 2^-frac} and is exact: every value is an integer times a power of two,
 * every sum stays within what its float type holds ({@link ExactReduction}), so no operator but the
 * output stages ever rounds.
 *
 * <ul>
 *   <li>A feature map t is the float value named t, {@code [N, C, H, W]}. The graph's input is the
 *       exception: that name carries its codes.
 *   <li>Weights: {@code Gather(DequantizeLinear(table), codes)}. The dequantization stands in front
 *       of the look-up, not behind it, on purpose: runtimes fuse {@code DequantizeLinear -> Conv ->
 *       QuantizeLinear} into 8-bit kernels whose 16-bit intermediate sums saturate on many CPUs.
 *   <li>Output stage: {@code [Relu | Clip] -> QuantizeLinear -> [Clip] -> DequantizeLinear}; the
 *       first Clip is the layer's activation, the second one is present for formats below 8 bits.
 *   <li>Pad codes: {@code (x - pad)} is padded with zeros, and the bias gets the sum of {@code
 *       weight * pad} over all taps.
 *   <li>A layer that is too wide for float32 is cut into parts that are not; their sums are added,
 *       biased and rounded in float64.
 * </ul>
 */
final class QdqGraph {
  /** Largest magnitude of a fraction: keeps every scale and product a normal float32. */
  private static final int MAX_FRAC = 60;

  private final QuantizedNetwork network;
  private final GraphBuilder graph;
  private final Map<String, String> realNames = new HashMap<>();
  private final Map<String, String> paddedNames = new HashMap<>();

  /** Names of the initializers that hold a layer's arrays. */
  record LayerArrays(String table, String codes, String bias) {}

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
    FixedFormat inputFormat = fixed(input);
    graph.input(input.name(), codeType(inputFormat), dims(input.shape()));
    List<Optional<LayerArrays>> named = new ArrayList<>();
    for (QuantizedLayer layer : network.layers()) {
      boolean last = layer == network.layers().get(network.layers().size() - 1);
      if (layer instanceof MacLayer mac) {
        named.add(Optional.of(mac(mac, last)));
      } else if (layer instanceof MaxPoolLayer pool) {
        maxPool(pool, last);
        named.add(Optional.empty());
      } else {
        throw new IllegalStateException("no spelling of " + layer);
      }
      if (!last) {
        graph.describe(layer.output().name(), DataType.FLOAT, dims(layer.output().shape()));
      }
    }
    return new Result(graph.build(), named);
  }

  // ---- layers

  private LayerArrays mac(MacLayer layer, boolean last) {
    requireConsistent(layer, last);
    boolean shifted =
        layer.window().padded() && layer.input().padCodes().stream().anyMatch(code -> code != 0);
    List<Integer> padCodes =
        shifted ? layer.input().padCodes() : Collections.nCopies(layer.inChannels(), 0);
    int[] padBias = padBias(layer, padCodes);
    int[] totalBias = new int[padBias.length];
    Arrays.setAll(totalBias, o -> Math.addExact(layer.bias()[o], padBias[o]));
    ExactReduction reduction = ExactReduction.of(layer, padCodes, totalBias, network.rounding());

    String x = shifted ? paddedReal(layer.input()) : real(layer.input());
    String table =
        graph.int8(
            layer.name() + ".table",
            tableBytes(layer),
            layer.onlyPlane().codebook().levels().size());
    String codes =
        graph.uint8(layer.name() + ".codes", layer.onlyPlane().codes(), weightDims(layer));
    String bias = graph.int32(layer.name() + ".bias", layer.bias(), layer.outChannels());
    String weights = weights(layer, table, codes);
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
      result(layer.output(), v, reduction.wide() ? DataType.DOUBLE : DataType.FLOAT);
    }
    return new LayerArrays(table, codes, bias);
  }

  private String weights(MacLayer layer, String table, String codes) {
    int[] fracs = weightFracs(layer);
    int base = Arrays.stream(fracs).min().orElseThrow();
    String levels =
        graph.node(
            "DequantizeLinear",
            layer.name() + ".levels",
            List.of(table, scale(base), graph.byteScalar("zero_int8", true, 0)));
    String indices =
        graph.node(
            "Cast",
            layer.name() + ".indices",
            List.of(codes),
            attribute("to", DataType.INT32.getNumber()));
    boolean perChannel = Arrays.stream(fracs).anyMatch(frac -> frac != base);
    String looked =
        graph.node(
            "Gather",
            layer.name() + (perChannel ? ".looked_up" : ".weights"),
            List.of(levels, indices),
            attribute("axis", 0));
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
    String addend = x;
    if (layer.sumPixels()) {
      addend = sumPixels(layer, x);
    }
    float[] scales = new float[layer.outChannels()];
    for (int o = 0; o < scales.length; o++) {
      scales[o] = Math.scalb(1f, -accumulatorFrac(layer, o));
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
            convAttributes(layer.window()));
    return layer
        .skip()
        .map(
            skip ->
                graph.node("Add", layer.name() + ".residual", List.of(sum, real(skip.source()))))
        .orElse(sum);
  }

  private String wideSum(
      MacLayer layer, String x, String weights, String bias, ExactReduction reduction) {
    String sum =
        layer.sumPixels()
            ? widePixelSum(layer, x, weights)
            : widePartSum(layer, x, weights, reduction.parts());
    double[] scales = new double[layer.outChannels()];
    for (int o = 0; o < scales.length; o++) {
      scales[o] = Math.scalb(1.0, -accumulatorFrac(layer, o));
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
    String v = graph.node("Add", layer.name() + ".sum", List.of(sum, realBias));
    if (layer.skip().isEmpty()) {
      return v;
    }
    String residual = toDouble(layer.name() + ".skip_double", real(layer.skip().get().source()));
    return graph.node("Add", layer.name() + ".residual", List.of(v, residual));
  }

  /** {@code [N, I, H, W]} to {@code [N, O, 1, 1]}, a matrix product in float64. */
  private String widePixelSum(MacLayer layer, String x, String weights) {
    String pixels = sumPixels(layer, toDouble(layer.name() + ".input_double", x));
    String row =
        graph.node(
            "Flatten", layer.name() + ".pixel_sums_row", List.of(pixels), attribute("axis", 1));
    String matrix =
        graph.node(
            "Flatten",
            layer.name() + ".weights_matrix",
            List.of(toDouble(layer.name() + ".weights_double", weights)),
            attribute("axis", 1));
    String transposed =
        graph.node(
            "Transpose",
            layer.name() + ".weights_transposed",
            List.of(matrix),
            attribute("perm", List.of(1L, 0L)));
    String product = graph.node("MatMul", layer.name() + ".product", List.of(row, transposed));
    return graph.node(
        "Unsqueeze", layer.name() + ".product_map", List.of(product, graph.axes("axes_2_3", 2, 3)));
  }

  private String widePartSum(
      MacLayer layer, String x, String weights, List<ExactReduction.Part> parts) {
    String total = null;
    for (int p = 0; p < parts.size(); p++) {
      ExactReduction.Part part = parts.get(p);
      String prefix = layer.name() + ".part" + p;
      String partInput = x;
      String partWeights = weights;
      if (part.fromChannel() > 0 || part.toChannel() < layer.inChannels()) {
        List<String> range =
            List.of(
                graph.axes("axes_" + part.fromChannel(), part.fromChannel()),
                graph.axes("axes_" + part.toChannel(), part.toChannel()),
                graph.axes("axes_1", 1));
        partInput = graph.node("Slice", prefix + ".input", with(x, range));
        partWeights = graph.node("Slice", prefix + ".weights", with(weights, range));
      }
      if (part.taps().isPresent()) {
        partWeights =
            graph.node(
                "Mul",
                prefix + ".taps",
                List.of(partWeights, tapMask(layer, prefix, part.taps().get())));
      }
      String sum =
          graph.node(
              "Conv",
              prefix + ".sum",
              List.of(partInput, partWeights),
              convAttributes(layer.window()));
      String wide = toDouble(prefix + ".double", sum);
      total = total == null ? wide : graph.node("Add", prefix + ".total", List.of(total, wide));
    }
    return total;
  }

  private String tapMask(MacLayer layer, String prefix, ExactReduction.Taps taps) {
    Window window = layer.window();
    float[] mask = new float[window.taps()];
    Arrays.fill(mask, taps.from(), taps.to(), 1);
    return graph.floats(prefix + ".mask", mask, 1, 1, window.kernelHeight(), window.kernelWidth());
  }

  private String sumPixels(MacLayer layer, String x) {
    return graph.node(
        "ReduceSum",
        layer.name() + ".pixel_sums",
        List.of(x, graph.axes("axes_2_3", 2, 3)),
        attribute("keepdims", 1));
  }

  private void requantize(
      MacLayer layer, OutputStage.Requantize stage, String v, boolean wide, boolean last) {
    Tensor output = layer.output();
    FixedFormat format = fixed(output);
    String value = v;
    if (wide) {
      String steps =
          graph.node("Mul", layer.name() + ".steps", List.of(v, power("double", format.frac())));
      String rounded =
          network.rounding() == Rounding.HALF_EVEN
              ? graph.node("Round", layer.name() + ".rounded", List.of(steps))
              : graph.node(
                  "Floor",
                  layer.name() + ".rounded",
                  List.of(
                      graph.node(
                          "Add",
                          layer.name() + ".raised",
                          List.of(steps, graph.doubleScalar("half_double", 0.5)))));
      String clamped =
          graph.node(
              "Clip",
              layer.name() + ".clamped",
              List.of(
                  rounded,
                  graph.doubleScalar("double_" + stage.lo(), stage.lo()),
                  graph.doubleScalar("double_" + stage.hi(), stage.hi())));
      String real =
          graph.node(
              "Mul", layer.name() + ".real", List.of(clamped, power("double", -format.frac())));
      value =
          graph.node(
              "Cast",
              layer.name() + ".float",
              List.of(real),
              attribute("to", DataType.FLOAT.getNumber()));
    } else {
      if (network.rounding() == Rounding.HALF_UP) {
        value = roundHalfUp(layer, v, format);
      }
      value = activation(layer, stage, value, format);
    }
    String codes = quantize(output, value, format);
    dequantizeTo(output, codes, format, last);
  }

  /** {@code floor(v / step + 1/2) * step}: behind it QuantizeLinear has nothing left to round. */
  private String roundHalfUp(MacLayer layer, String v, FixedFormat format) {
    String steps =
        graph.node("Mul", layer.name() + ".steps", List.of(v, power("float", format.frac())));
    String raised =
        graph.node(
            "Add", layer.name() + ".raised", List.of(steps, graph.floatScalar("half_float", 0.5f)));
    String floor = graph.node("Floor", layer.name() + ".rounded", List.of(raised));
    return graph.node(
        "Mul", layer.name() + ".real", List.of(floor, power("float", -format.frac())));
  }

  /** The clamp, where it is tighter than the format's range, in real values. */
  private String activation(
      MacLayer layer, OutputStage.Requantize stage, String value, FixedFormat format) {
    boolean fullTop = stage.hi() == format.maxCode();
    if (stage.lo() == 0 && fullTop) {
      return graph.node("Relu", layer.name() + ".relu", List.of(value));
    }
    if (stage.lo() == format.minCode() && fullTop) {
      return value;
    }
    float[] lo = {Math.scalb((float) stage.lo(), -format.frac())};
    float[] hi = {Math.scalb((float) stage.hi(), -format.frac())};
    return graph.node(
        "Clip",
        layer.name() + ".clamped",
        List.of(
            value, graph.floats(layer.name() + ".lo", lo), graph.floats(layer.name() + ".hi", hi)));
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
      result(
          tensor, graph.node("DequantizeLinear", tensor.name() + ".map", inputs), DataType.FLOAT);
    } else {
      graph.nodeTo("DequantizeLinear", tensor.name(), inputs);
      realNames.put(tensor.name(), tensor.name());
    }
  }

  private void maxPool(MaxPoolLayer layer, boolean last) {
    requireShape(
        layer, layer.window().outputShape(layer.input().shape(), layer.input().shape().channels()));
    require(
        layer,
        layer.input().format().equals(layer.output().format()),
        "a maximum keeps its input's format");
    List<String> inputs = List.of(real(layer.input()));
    AttributeProto[] attributes = convAttributes(layer.window());
    if (last) {
      result(
          layer.output(),
          graph.node("MaxPool", layer.output().name() + ".map", inputs, attributes),
          DataType.FLOAT);
    } else {
      graph.nodeTo("MaxPool", layer.output().name(), inputs, attributes);
      realNames.put(layer.output().name(), layer.output().name());
    }
  }

  /** The graph's output: {@code [N, C]} for a map of one pixel, else {@code [N, C, H, W]}. */
  private void result(Tensor tensor, String map, DataType type) {
    Shape shape = tensor.shape();
    if (shape.pixels() == 1) {
      graph.nodeTo("Flatten", tensor.name(), List.of(map), attribute("axis", 1));
      graph.output(tensor.name(), type, shape.channels());
    } else {
      graph.nodeTo("Identity", tensor.name(), List.of(map));
      graph.output(tensor.name(), type, dims(shape));
    }
  }

  // ---- values

  /** The float value of a feature map. */
  private String real(Tensor tensor) {
    return realNames.computeIfAbsent(
        tensor.name(),
        name -> {
          FixedFormat format = fixed(tensor);
          return graph.node(
              "DequantizeLinear",
              name + ".real",
              List.of(name, scale(format.frac()), zero(format)));
        });
  }

  /** The float value of {@code code - padCode} of a feature map. */
  private String paddedReal(Tensor tensor) {
    require(
        tensor.name(),
        tensor.equals(network.input().tensor()),
        "only the network input can have pad codes other than 0");
    return paddedNames.computeIfAbsent(
        tensor.name(),
        name -> {
          FixedFormat format = fixed(tensor);
          int channels = tensor.shape().channels();
          byte[] pads = new byte[channels];
          float[] scales = new float[channels];
          for (int c = 0; c < channels; c++) {
            int pad = tensor.padCodes().get(c);
            require(
                name,
                pad >= format.minCode() && pad <= format.maxCode(),
                "pad code %d is outside the format %s".formatted(pad, format));
            pads[c] = (byte) pad;
            scales[c] = (float) format.step();
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

  private String toDouble(String wanted, String value) {
    return graph.node("Cast", wanted, List.of(value), attribute("to", DataType.DOUBLE.getNumber()));
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

  // ---- numbers

  private static int accumulatorFrac(MacLayer layer, int o) {
    return layer.stage() instanceof OutputStage.Requantize stage
        ? layer.output().format().frac(o) + stage.shift().get(o)
        : layer.output().format().frac(o);
  }

  private int[] weightFracs(MacLayer layer) {
    int[] fracs = new int[layer.outChannels()];
    Arrays.setAll(fracs, o -> accumulatorFrac(layer, o) - fixed(layer.input()).frac());
    return fracs;
  }

  private static int[] padBias(MacLayer layer, List<Integer> padCodes) {
    int[] bias = new int[layer.outChannels()];
    Window window = layer.window();
    for (int o = 0; o < bias.length; o++) {
      long sum = 0;
      for (int i = 0; i < layer.inChannels(); i++) {
        for (int ky = 0; ky < window.kernelHeight(); ky++) {
          for (int kx = 0; kx < window.kernelWidth(); kx++) {
            sum += (long) layer.weight(o, i, ky, kx) * padCodes.get(i);
          }
        }
      }
      bias[o] = Math.toIntExact(sum);
    }
    return bias;
  }

  private static byte[] tableBytes(MacLayer layer) {
    byte[] table = new byte[layer.onlyPlane().codebook().levels().size()];
    for (int i = 0; i < table.length; i++) {
      table[i] = (byte) layer.onlyPlane().codebook().level(i);
    }
    return table;
  }

  private static long[] weightDims(MacLayer layer) {
    return new long[] {
      layer.outChannels(),
      layer.inChannels(),
      layer.window().kernelHeight(),
      layer.window().kernelWidth()
    };
  }

  private static AttributeProto[] convAttributes(Window w) {
    return new AttributeProto[] {
      attribute("dilations", List.of((long) w.dilationHeight(), (long) w.dilationWidth())),
      attribute("kernel_shape", List.of((long) w.kernelHeight(), (long) w.kernelWidth())),
      attribute(
          "pads",
          List.of(
              (long) w.padTop(), (long) w.padLeft(), (long) w.padBottom(), (long) w.padRight())),
      attribute("strides", List.of((long) w.strideHeight(), (long) w.strideWidth()))
    };
  }

  private static int[] dims(Shape shape) {
    return new int[] {shape.channels(), shape.height(), shape.width()};
  }

  private static List<String> with(String first, List<String> rest) {
    List<String> all = new ArrayList<>();
    all.add(first);
    all.addAll(rest);
    return all;
  }

  private static DataType codeType(FixedFormat format) {
    return format.signed() ? DataType.INT8 : DataType.UINT8;
  }

  // ---- what a network must fulfil to have a real-valued meaning

  private static FixedFormat fixed(Tensor tensor) {
    if (!(tensor.format() instanceof FixedFormat format)) {
      throw new IllegalArgumentException(
          "feature map '%s' holds accumulators; only the network's result can"
              .formatted(tensor.name()));
    }
    requireFrac(tensor.name(), format.frac());
    return format;
  }

  private void requireConsistent(MacLayer layer, boolean last) {
    require(
        layer,
        !layer.sumPixels() || layer.window().equals(Window.pointwise()),
        "a sum over pixels needs a 1x1 window");
    requireShape(
        layer,
        layer.sumPixels()
            ? new Shape(layer.outChannels(), 1, 1)
            : layer.window().outputShape(layer.input().shape(), layer.outChannels()));
    if (layer.stage() instanceof OutputStage.Requantize stage) {
      FixedFormat format = fixed(layer.output());
      require(
          layer,
          stage.shift().size() == layer.outChannels(),
          "it needs one shift per output channel");
      require(
          layer,
          stage.shift().stream().allMatch(shift -> shift >= 0 && shift <= 31),
          "shifts are 0 to 31");
      require(
          layer,
          stage.lo() >= format.minCode()
              && stage.hi() <= format.maxCode()
              && stage.lo() <= stage.hi(),
          "the clamp %d..%d does not lie in the format %s"
              .formatted(stage.lo(), stage.hi(), format));
    } else {
      require(layer, last, "only the last layer can return its accumulators");
      require(
          layer,
          layer.output().format() instanceof AccumulatorFormat format
              && format.fracs().size() == layer.outChannels(),
          "it returns accumulators, so its output needs an accumulator format of its channels");
    }
    for (int o = 0; o < layer.outChannels(); o++) {
      requireFrac(layer.name(), accumulatorFrac(layer, o));
    }
    layer.skip().ifPresent(skip -> requireAligned(layer, skip));
  }

  private static void requireAligned(MacLayer layer, Skip skip) {
    require(
        layer,
        skip.source().shape().equals(layer.output().shape()),
        "skip connection %s does not have the output's shape %s"
            .formatted(skip.source().shape(), layer.output().shape()));
    require(
        layer,
        skip.alignment().size() == layer.outChannels(),
        "it needs one skip alignment per output channel");
    int skipFrac = fixed(skip.source()).frac();
    for (int o = 0; o < layer.outChannels(); o++) {
      int alignment = skip.alignment().get(o);
      require(
          layer,
          alignment >= 0 && alignment <= 31 && alignment == accumulatorFrac(layer, o) - skipFrac,
          "channel %d aligns a skip of fraction %d by %d to accumulators of fraction %d"
              .formatted(o, skipFrac, alignment, accumulatorFrac(layer, o)));
    }
  }

  private static void requireFrac(String name, int frac) {
    require(name, Math.abs(frac) <= MAX_FRAC, "fraction %d is out of range".formatted(frac));
  }

  private static void requireShape(QuantizedLayer layer, Shape shape) {
    require(
        layer,
        shape.equals(layer.output().shape()),
        "it makes %s, not %s".formatted(shape, layer.output().shape()));
  }

  private static void require(QuantizedLayer layer, boolean holds, String message) {
    require(layer.name(), holds, message);
  }

  private static void require(String name, boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException("'%s': %s".formatted(name, message));
    }
  }
}
