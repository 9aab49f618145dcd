package lutmac.onnx.qonnx;

import static lutmac.onnx.writer.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.onnx.writer.GraphBuilder;
import lutmac.onnx.writer.LayerOperators;
import lutmac.onnx.writer.NetworkSpelling;
import lutmac.onnx.writer.RealValues;

/**
 * The QONNX graph of a quantized network. A feature map t is the float value named t.map; that of
 * the input is made from the graph's input by a {@code Quant}.
 *
 * <p>{@code Quant} computes {@code (clamp(round(x / scale + zero), min, max) - zero) * scale}, min
 * and max from bit width and signedness. Ties to even are its rounding mode ROUND; ties upwards are
 * half a unit added before the mode FLOOR.
 */
final class QonnxGraph implements NetworkSpelling {
  private final QuantizedNetwork network;
  private final GraphBuilder graph;

  /** Names of the feature maps' values, by feature map. */
  private final Map<String, String> values = new HashMap<>();

  private QonnxGraph(QuantizedNetwork network) {
    this.network = network;
    this.graph = new GraphBuilder(network.name());
  }

  /**
   * Spells a network.
   *
   * @throws BadInputException if it holds logarithmic feature maps, or biases that float32 cannot
   *     hold
   * @throws IllegalArgumentException if the network contradicts itself (shapes, formats, fractions)
   */
  static GraphProto of(QuantizedNetwork network) {
    requireUniformFormats(network);
    requireNoTables(network);
    QonnxGraph spelled = new QonnxGraph(network);
    spelled.declare();
    NetworkSpelling.spell(network, spelled);
    return spelled.graph.build();
  }

  private void declare() {
    Tensor input = network.input().tensor();
    graph.reserve(input.name());
    network.layers().forEach(layer -> graph.reserve(layer.output().name()));
    graph.input(input.name(), DataType.FLOAT, GraphBuilder.dims(input.shape()));
    FixedFormat format = RealValues.fixed(input);
    values.put(
        input.name(), quant(input.name(), input.name() + ".quantized", format, Rounding.HALF_EVEN));
  }

  @Override
  public void operator(QuantizedLayer layer, String op, AttributeProto[] attributes) {
    List<String> inputs = layer.inputs().stream().map(this::value).toList();
    values.put(
        layer.output().name(), graph.node(op, layer.output().name() + ".map", inputs, attributes));
  }

  @Override
  public void resize(MaxPoolLayer layer, float[] scales, AttributeProto[] attributes) {
    String factors = graph.floats(layer.name() + ".scales", scales, scales.length);
    List<String> inputs = List.of(value(layer.input()), "", factors);
    values.put(
        layer.output().name(),
        graph.node("Resize", layer.output().name() + ".map", inputs, attributes));
  }

  @Override
  public void output(Tensor tensor) {
    graph.result(tensor, value(tensor), DataType.FLOAT);
  }

  private static void requireUniformFormats(QuantizedNetwork network) {
    String logarithmic =
        network.layers().stream()
            .filter(layer -> !layer.output().format().uniform())
            .map(layer -> "'%s' (%s)".formatted(layer.name(), layer.output().format()))
            .collect(Collectors.joining(", "));
    if (!logarithmic.isEmpty()) {
      throw new BadInputException(
          "logarithmic maps come from layer %s, and QONNX has uniform steps only; quantize with fixed-point activations"
              .formatted(logarithmic));
    }
  }

  private static void requireNoTables(QuantizedNetwork network) {
    String tables =
        network.macLayers().stream()
            .filter(layer -> layer.activation().isPresent())
            .map(layer -> "'%s' (%s)".formatted(layer.name(), layer.activation().get().function()))
            .collect(Collectors.joining(", "));
    if (!tables.isEmpty()) {
      throw new BadInputException(
          "an activation is a table in layer %s, and QONNX rounds functions, which gives other codes; the quantized file itself is standard ONNX and exact, or retrain with ReLU"
              .formatted(tables));
    }
  }

  private String value(Tensor tensor) {
    return values.get(tensor.name());
  }

  @Override
  public void mac(MacLayer layer) {
    String v = sum(layer);
    String made = layer.stage().requantize().map(stage -> rounded(layer, stage, v)).orElse(v);
    values.put(layer.output().name(), made);
  }

  private String rounded(MacLayer layer, OutputStage.Requantize stage, String v) {
    FixedFormat format = RealValues.fixed(layer.output());
    return quant(
        LayerOperators.clamp(graph, layer, stage, v, format),
        layer.output().name() + ".map",
        format,
        network.rounding());
  }

  private String sum(MacLayer layer) {
    List<Integer> padCodes = RealValues.padCodes(layer);
    boolean shifted = padCodes.stream().anyMatch(code -> code != 0);
    String x = value(layer.input());
    if (shifted) {
      float[] pads = new float[padCodes.size()];
      for (int c = 0; c < pads.length; c++) {
        pads[c] = Math.scalb((float) padCodes.get(c), -RealValues.frac(layer.input()));
      }
      String name = layer.name() + ".pads";
      x =
          graph.node(
              "Sub",
              layer.name() + ".above_pad",
              List.of(x, graph.floats(name, pads, pads.length, 1, 1)));
    }
    x = LayerOperators.seen(graph, layer, x);
    if (layer.sumPixels()) {
      x = LayerOperators.pixelSums(graph, layer, x);
    }
    String v =
        LayerOperators.conv(
            graph, layer, layer.name() + ".sum", List.of(x, weights(layer), bias(layer, padCodes)));
    if (layer.skip().isPresent()) {
      String residual = value(layer.skip().get().source());
      v = graph.node("Add", layer.name() + ".residual", List.of(v, residual));
    }
    return v;
  }

  private String weights(MacLayer layer) {
    int[] fracs = RealValues.weightFracs(layer);
    int[] integers = new int[layer.weightCount()];
    float[] reals = new float[integers.length];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = layer.weight(i);
      reals[i] = Math.scalb((float) integers[i], -fracs[i / layer.taps()]);
    }
    String name = layer.name() + ".weights";
    return constant(
        name,
        graph.floats(name + ".float", reals, LayerOperators.weightDims(layer)),
        scales(name, fracs, 3),
        bits(integers));
  }

  private String bias(MacLayer layer, List<Integer> padCodes) {
    int[] fracs = new int[layer.outChannels()];
    int[] integers = RealValues.padBias(layer, padCodes);
    float[] reals = new float[integers.length];
    for (int o = 0; o < integers.length; o++) {
      fracs[o] = layer.accumulatorFrac(o);
      integers[o] = Math.addExact(integers[o], layer.bias()[o]);
      if ((double) (float) integers[o] != integers[o]) {
        throw new BadInputException(
            "layer '%s': bias %d of channel %d has more than the 24 bits of float32, so QONNX cannot hold it; quantize with coarser sums"
                .formatted(layer.name(), integers[o], o));
      }
      reals[o] = Math.scalb((float) integers[o], -fracs[o]);
    }
    String name = layer.name() + ".bias";
    return constant(
        name,
        graph.floats(name + ".float", reals, reals.length),
        scales(name, fracs, 0),
        bits(integers));
  }

  /** One scale for all channels, or one for each with {@code ones} extents of 1 behind. */
  private String scales(String name, int[] fracs, int ones) {
    if (Arrays.stream(fracs).allMatch(frac -> frac == fracs[0])) {
      return graph.powerOfTwo(-fracs[0]);
    }
    float[] scales = new float[fracs.length];
    for (int o = 0; o < scales.length; o++) {
      scales[o] = Math.scalb(1f, -fracs[o]);
    }
    long[] dims = new long[1 + ones];
    Arrays.fill(dims, 1);
    dims[0] = scales.length;
    return graph.floats(name + ".scales", scales, dims);
  }

  /** Bits of the two's complement word that holds all integers, at least 2. */
  private static int bits(int[] integers) {
    int bits = 2;
    for (int integer : integers) {
      int magnitude = integer < 0 ? ~integer : integer;
      bits = Math.max(bits, 1 + Integer.SIZE - Integer.numberOfLeadingZeros(magnitude));
    }
    return bits;
  }

  private String constant(String name, String reals, String scales, int bits) {
    return quant(reals, name, scales, bits, true, "ROUND");
  }

  private String quant(String x, String wanted, FixedFormat format, Rounding rounding) {
    String raised = x;
    if (rounding == Rounding.HALF_UP) {
      raised =
          graph.node("Add", wanted + ".raised", List.of(x, graph.powerOfTwo(-(format.frac() + 1))));
    }
    return quant(
        raised,
        wanted,
        graph.powerOfTwo(-format.frac()),
        format.bits(),
        format.signed(),
        rounding == Rounding.HALF_UP ? "FLOOR" : "ROUND");
  }

  private String quant(
      String x, String wanted, String scale, int bits, boolean signed, String rounding) {
    String output = graph.fresh(wanted);
    List<String> inputs = new ArrayList<>(List.of(x, scale));
    inputs.add(graph.floatScalar("zero_point", 0));
    inputs.add(graph.floatScalar("bits_" + bits, bits));
    AttributeProto[] attributes = {
      attribute("signed", signed ? 1 : 0),
      attribute("narrow", 0),
      attribute("rounding_mode", rounding)
    };
    graph.customTo(QonnxExport.DOMAIN, "Quant", output, inputs, attributes);
    return output;
  }
}
