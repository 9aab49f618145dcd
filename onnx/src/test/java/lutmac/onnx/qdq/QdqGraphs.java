package lutmac.onnx.qdq;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import lutmac.onnx.model.TestGraph;

/**
 * Spells quantized networks as other tools do, node by node. Names of tensors: {@code t} is a
 * dequantized map, {@code t.q} its codes.
 */
public final class QdqGraphs {
  private final TestGraph graph;
  private final Random random;
  private int made;

  /**
   * @param inputShape of input {@code x} without the batch
   */
  public QdqGraphs(int opset, long seed, int... inputShape) {
    this.graph = new TestGraph(opset, inputShape);
    this.random = new Random(seed);
  }

  /** The graph, for what else there is to add. */
  public TestGraph graph() {
    return graph;
  }

  /** An element type and the codes that a Clip behind it leaves; none if that is all of them. */
  public record Codes(DataType type, int lo, int hi) {
    public static final Codes INT8 = new Codes(DataType.INT8, -128, 127);
    public static final Codes UINT8 = new Codes(DataType.UINT8, 0, 255);

    boolean clipped() {
      return !equals(INT8) && !equals(UINT8) && type != DataType.INT4 && type != DataType.UINT4;
    }
  }

  private String fresh(String base) {
    return base + made++;
  }

  private String scale(int... fracs) {
    String name = fresh("scale");
    float[] values = new float[fracs.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.scalb(1f, -fracs[i]);
    }
    graph.floats(name, values, fracs.length == 1 ? new long[0] : new long[] {fracs.length});
    return name;
  }

  private String zero(DataType type, int count) {
    String name = fresh("zero");
    graph.codes(name, type, new int[count], count == 1 ? new long[0] : new long[] {count});
    return name;
  }

  /** {@code from -> QuantizeLinear -> [Clip] -> DequantizeLinear -> to}. */
  public String activation(String from, String to, int frac, Codes codes) {
    String scale = scale(frac);
    String zero = zero(codes.type(), 1);
    String quantized = to + ".q";
    graph.node("QuantizeLinear", to + "/Q", from + " " + scale + " " + zero, quantized);
    quantized = clipped(quantized, codes);
    graph.node("DequantizeLinear", to + "/DQ", quantized + " " + scale + " " + zero, to);
    return to;
  }

  private String clipped(String quantized, Codes codes) {
    if (!codes.clipped()) {
      return quantized;
    }
    String lo = fresh("lo");
    String hi = fresh("hi");
    graph.codes(lo, codes.type(), new int[] {codes.lo()});
    graph.codes(hi, codes.type(), new int[] {codes.hi()});
    graph.node("Clip", quantized + "/Clip", quantized + " " + lo + " " + hi, quantized + "c");
    return quantized + "c";
  }

  /** Random integers of a range behind DequantizeLinear; one scale, or one for each of axis 0. */
  public String integerWeights(String name, Codes codes, int[] fracs, long... dims) {
    int count = TestGraph.volume(dims);
    int[] values = random.ints(count, codes.lo(), codes.hi() + 1).toArray();
    graph.codes(name + ".codes", codes.type(), values, dims);
    String inputs = name + ".codes " + scale(fracs) + " " + zero(codes.type(), fracs.length);
    graph.node("DequantizeLinear", name + "/DQ", inputs, name, "axis", 0L);
    return name;
  }

  /** Random floats behind QuantizeLinear, Clip and DequantizeLinear. */
  String floatWeights(String name, Codes codes, int[] fracs, long... dims) {
    int count = TestGraph.volume(dims);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      int row = fracs.length == 1 ? 0 : i / (count / fracs.length);
      values[i] = (float) Math.scalb(random.nextGaussian() * codes.hi() / 2.0, -fracs[row]);
    }
    graph.floats(name + ".float", values, dims);
    String scale = scale(fracs);
    String zero = zero(codes.type(), fracs.length);
    graph.node(
        "QuantizeLinear",
        name + "/Q",
        name + ".float " + scale + " " + zero,
        name + ".q",
        "axis",
        0L);
    String quantized = clipped(name + ".q", codes);
    graph.node(
        "DequantizeLinear", name + "/DQ", quantized + " " + scale + " " + zero, name, "axis", 0L);
    return name;
  }

  /** A bias of random multiples of {@code 2^-frac}: int32 behind DequantizeLinear, or floats. */
  String bias(String name, boolean integers, int[] fracs, int channels) {
    int[] values = random.ints(channels, -3000, 3001).toArray();
    if (integers) {
      graph.codes(name + ".codes", DataType.INT32, values, channels);
      String inputs = name + ".codes " + scale(fracs) + " " + zero(DataType.INT32, fracs.length);
      graph.node("DequantizeLinear", name + "/DQ", inputs, name, "axis", 0L);
    } else {
      float[] reals = new float[channels];
      for (int o = 0; o < channels; o++) {
        reals[o] = Math.scalb((float) values[o], -fracs[fracs.length == 1 ? 0 : o]);
      }
      graph.floats(name, reals, channels);
    }
    return name;
  }

  /** The same for all, or different ones. */
  int[] fracs(boolean perChannel, int channels, int lowest) {
    int first = lowest + random.nextInt(3);
    return perChannel
        ? IntStream.range(0, channels).map(o -> lowest + random.nextInt(3)).toArray()
        : new int[] {first};
  }

  static int[] plus(int[] fracs, int more) {
    return Arrays.stream(fracs).map(f -> f + more).toArray();
  }
}
