package lutmac.onnx.lut;

import static lutmac.onnx.writer.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.ActivationTable;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Tensor;
import lutmac.onnx.writer.GraphBuilder;
import lutmac.onnx.writer.LayerOperators;
import lutmac.onnx.writer.RealValues;

/**
 * The rounding of a layer's sums into its output's format.
 *
 * <ul>
 *   <li>Fixed point: {@code [Relu | Clip] -> QuantizeLinear -> [Clip] -> DequantizeLinear}; the
 *       first Clip is the layer's activation, the second one is present for formats below 8 bits.
 *   <li>Logarithmic: rounded and clamped in units of D, then a binary search in the thresholds, one
 *       comparison a code bit, and a look-up of D ({@link LogarithmSearch}).
 *   <li>With an activation table: rounded and clamped in steps of the pre-activation codes, then a
 *       look-up of the real value.
 * </ul>
 */
final class OutputRounding {
  private final GraphBuilder graph;
  private final Rounding rule;
  private final MacLayer layer;
  private final boolean wide;

  /**
   * The output stage of a layer.
   *
   * @param wide whether its sums are float64
   */
  OutputRounding(GraphBuilder graph, Rounding rule, MacLayer layer, boolean wide) {
    this.graph = graph;
    this.rule = rule;
    this.layer = layer;
    this.wide = wide;
  }

  /**
   * Adds all of it but the operator that makes the output.
   *
   * @param v the layer's sums
   * @return the operator that is left
   */
  LutGraph.LastNode of(OutputStage.Requantize stage, String v) {
    return stage
        .table()
        .map(table -> lookedUp(stage, table, v))
        .orElseGet(() -> inFormat(stage, v));
  }

  private LutGraph.LastNode lookedUp(
      OutputStage.Requantize stage, ActivationTable table, String v) {
    String units = clamped(stage, rounded(v, table.frac()));
    String entry = graph.node("Sub", layer.name() + ".entry", List.of(units, integer(stage.lo())));
    float[] values = new float[table.values().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.scalb((float) table.values().get(i), -RealValues.frac(layer.output()));
    }
    return new LutGraph.LastNode(
        "Gather",
        List.of(
            graph.floats(layer.name() + ".activation", values, values.length),
            graph.cast(layer.name() + ".index", entry, DataType.INT64)),
        attribute("axis", 0));
  }

  private LutGraph.LastNode inFormat(OutputStage.Requantize stage, String v) {
    return layer
        .output()
        .format()
        .fold(
            fixed -> fixedPoint(stage, v, fixed),
            logarithmic -> logarithmic(stage, v, logarithmic),
            accumulator -> {
              throw new IllegalStateException(layer.name() + " rounds into accumulators");
            });
  }

  private LutGraph.LastNode fixedPoint(OutputStage.Requantize stage, String v, FixedFormat format) {
    String value = v;
    if (wide) {
      String units = clamped(stage, rounded(v, format.frac()));
      String real =
          graph.node(
              "Mul",
              layer.name() + ".real",
              List.of(units, graph.doublePowerOfTwo(-format.frac())));
      value = toFloat(real);
    } else {
      if (rule == Rounding.HALF_UP) {
        // Behind this QuantizeLinear has nothing left to round.
        String units = rounded(v, format.frac());
        value =
            graph.node(
                "Mul", layer.name() + ".real", List.of(units, graph.powerOfTwo(-format.frac())));
      }
      value = LayerOperators.clamp(graph, layer, stage, value, format);
    }
    String codes = codes(layer.output(), value, format);
    return new LutGraph.LastNode(
        "DequantizeLinear",
        List.of(codes, graph.powerOfTwo(-format.frac()), graph.zeroPoint(format.signed())));
  }

  private LutGraph.LastNode logarithmic(OutputStage.Requantize stage, String v, LogFormat format) {
    String units = clamped(stage, rounded(v, format.frac()));
    String nearest = wide ? toFloat(units) : units;
    return new LutGraph.LastNode(
        "Gather",
        new LogarithmSearch(graph, layer.output().name(), format).nearest(nearest),
        attribute("axis", 0));
  }

  /** {@code round(v * 2^frac)}: integers, in the type that v has. */
  private String rounded(String v, int frac) {
    String unit = wide ? graph.doublePowerOfTwo(frac) : graph.powerOfTwo(frac);
    String units = graph.node("Mul", layer.name() + ".steps", List.of(v, unit));
    if (rule == Rounding.HALF_EVEN) {
      return graph.node("Round", layer.name() + ".rounded", List.of(units));
    }
    String half =
        wide ? graph.doubleScalar("half_double", 0.5) : graph.floatScalar("half_float", 0.5f);
    String raised = graph.node("Add", layer.name() + ".raised", List.of(units, half));
    return graph.node("Floor", layer.name() + ".rounded", List.of(raised));
  }

  /** The stage's clamp, in integers. */
  private String clamped(OutputStage.Requantize stage, String integers) {
    return graph.node(
        "Clip",
        layer.name() + ".clamped",
        List.of(integers, integer(stage.lo()), integer(stage.hi())));
  }

  private String integer(int value) {
    return wide
        ? graph.doubleScalar("double_" + value, value)
        : graph.floatScalar("float_" + value, value);
  }

  private String codes(Tensor tensor, String value, FixedFormat format) {
    String codes =
        graph.node(
            "QuantizeLinear",
            tensor.name() + ".codes",
            List.of(value, graph.powerOfTwo(-format.frac()), graph.zeroPoint(format.signed())));
    if (format.bits() == Byte.SIZE) {
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

  private String toFloat(String value) {
    return graph.cast(layer.name() + ".float", value, DataType.FLOAT);
  }
}
