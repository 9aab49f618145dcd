package lutmac.onnx.lut;

import static lutmac.onnx.writer.GraphBuilder.attribute;

import java.util.List;
import lutmac.network.format.LogFormat;
import lutmac.onnx.writer.GraphBuilder;

/**
 * Rounding to the nearest value of a logarithmic format: a binary search for the code in the
 * format's thresholds, from its most significant bit on, one comparison a bit, and a look-up of the
 * code's value.
 */
final class LogarithmSearch {
  private final GraphBuilder graph;
  private final String map;
  private final LogFormat format;

  /**
   * A search.
   *
   * @param map name of the feature map, which begins the names of all that is added
   */
  LogarithmSearch(GraphBuilder graph, String map, LogFormat format) {
    this.graph = graph;
    this.map = map;
    this.format = format;
  }

  /**
   * Adds the search.
   *
   * @param integers in units of D, within the format's range, float32
   * @return values of the format by code, and the code nearest to each integer: what a {@code
   *     Gather} takes
   */
  List<String> nearest(String integers) {
    int codes = 1 << format.bits();
    int[] limits = format.thresholds();
    int[] decoded = format.values();
    float[] thresholds = new float[codes];
    float[] values = new float[codes];
    for (int c = 0; c < codes; c++) {
      thresholds[c] = limits[c];
      values[c] = Math.scalb((float) decoded[c], -format.frac());
    }
    String table = graph.floats(map + ".thresholds", thresholds, codes);
    String code = graph.int64Scalar("int64_0", 0);
    for (int bit = format.bits() - 1; bit >= 0; bit--) {
      String prefix = "%s.bit%d".formatted(map, bit);
      String with =
          graph.node(
              "Add",
              prefix + ".set",
              List.of(code, graph.int64Scalar("int64_" + (1 << bit), 1L << bit)));
      String threshold =
          graph.node("Gather", prefix + ".threshold", List.of(table, with), attribute("axis", 0));
      String reached =
          graph.node("GreaterOrEqual", prefix + ".reached", List.of(integers, threshold));
      code = graph.node("Where", prefix, List.of(reached, with, code));
    }
    return List.of(graph.floats(map + ".values", values, codes), code);
  }
}
