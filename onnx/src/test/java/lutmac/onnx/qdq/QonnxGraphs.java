package lutmac.onnx.qdq;

import lutmac.onnx.model.TestGraph;

/** Spells quantizations as QONNX does. */
public final class QonnxGraphs {
  /** Of its operators. */
  public static final String DOMAIN = "qonnx.custom_op.general";

  private QonnxGraphs() {}

  /** {@code from -> Quant -> to}, with step {@code 2^-frac}. */
  public static void map(
      TestGraph graph,
      String from,
      String to,
      int frac,
      long signed,
      long narrow,
      int bits,
      String mode) {
    graph
        .floats(to + ".s", new float[] {Math.scalb(1f, -frac)})
        .floats(to + ".z", new float[] {0})
        .floats(to + ".n", new float[] {bits})
        .custom(
            DOMAIN,
            "Quant",
            to + "/Q",
            from + " " + to + ".s " + to + ".z " + to + ".n",
            to,
            "signed",
            signed,
            "narrow",
            narrow,
            "rounding_mode",
            mode);
  }

  /**
   * Weights behind Quant, floats between the steps.
   *
   * @param values -128 to 127 for all codes of whatever bits
   */
  public static void weights(
      TestGraph graph, String from, String to, int frac, int bits, int[] values, long... dims) {
    float[] reals = new float[values.length];
    for (int i = 0; i < reals.length; i++) {
      reals[i] = values[i] / 16f * Math.scalb(1f, -frac) * Math.scalb(1f, bits - 4) + 0.001f;
    }
    graph.floats(from, reals, dims);
    map(graph, from, to, frac, 1, 0, bits, "ROUND");
  }
}
