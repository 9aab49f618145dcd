package lutmac.onnx.lut;

import static lutmac.onnx.writer.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.WeightPlane;
import lutmac.onnx.writer.GraphBuilder;
import lutmac.onnx.writer.LayerOperators;
import lutmac.onnx.writer.RealValues;

/**
 * The weights of a layer: {@code Gather(DequantizeLinear(table), codes)}, two planes added. The
 * dequantization stands in front of the look-up, not behind it, on purpose: runtimes fuse {@code
 * DequantizeLinear -> Conv -> QuantizeLinear} into 8-bit kernels whose 16-bit intermediate sums
 * saturate on many CPUs.
 */
final class WeightTables {
  private final GraphBuilder graph;
  private final MacLayer layer;
  private final List<PlanePart> planes;

  private WeightTables(GraphBuilder graph, MacLayer layer, List<PlanePart> planes) {
    this.graph = graph;
    this.layer = layer;
    this.planes = planes;
  }

  /** Adds tables and codes of a layer as initializers. */
  static WeightTables of(GraphBuilder graph, MacLayer layer) {
    List<PlanePart> planes = new ArrayList<>();
    for (int p = 0; p < layer.planes().size(); p++) {
      WeightPlane plane = layer.planes().get(p);
      byte[] table = bytes(plane.codebook());
      planes.add(
          new PlanePart(
              graph.int8(layer.name() + ".table" + suffix(layer, p), table, table.length),
              graph.uint8(
                  layer.name() + ".codes" + suffix(layer, p),
                  plane.codes(),
                  LayerOperators.weightDims(layer))));
    }
    return new WeightTables(graph, layer, planes);
  }

  /** Names of the initializers, by plane. */
  List<PlanePart> planes() {
    return planes;
  }

  /** Adds the look-up of the real weights, float32 {@code [O, I / groups, Kh, Kw]}. */
  String lookedUp() {
    int[] fracs = RealValues.weightFracs(layer);
    int base = Arrays.stream(fracs).min().orElseThrow();
    boolean perChannel = Arrays.stream(fracs).anyMatch(frac -> frac != base);
    String whole = layer.name() + (perChannel ? ".looked_up" : ".weights");
    List<String> parts = new ArrayList<>();
    for (int p = 0; p < planes.size(); p++) {
      parts.add(lookedUp(p, base, whole + suffix(layer, p)));
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

  private String lookedUp(int p, int frac, String wanted) {
    String levels =
        graph.node(
            "DequantizeLinear",
            layer.name() + ".levels" + suffix(layer, p),
            List.of(planes.get(p).table(), graph.powerOfTwo(-frac), graph.zeroPoint(true)));
    String indices =
        graph.cast(
            layer.name() + ".indices" + suffix(layer, p), planes.get(p).codes(), DataType.INT32);
    return graph.node("Gather", wanted, List.of(levels, indices), attribute("axis", 0));
  }

  /** Suffix of a plane's names: none where there is only one. */
  private static String suffix(MacLayer layer, int plane) {
    return layer.planes().size() == 1 ? "" : "_" + (plane + 1);
  }

  private static byte[] bytes(Codebook codebook) {
    byte[] table = new byte[codebook.levels().size()];
    for (int i = 0; i < table.length; i++) {
      table[i] = (byte) codebook.level(i);
    }
    return table;
  }
}
