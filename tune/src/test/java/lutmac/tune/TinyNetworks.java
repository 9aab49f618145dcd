package lutmac.tune;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/** Small networks that hold every kind of layer. */
public final class TinyNetworks {
  public static final Preprocessing PREPROCESSING =
      new Preprocessing(List.of(128.0), List.of(64.0), false, Optional.empty(), 0);
  private static final Window SAME = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
  private static final Window HALVE = new Window(2, 2, 2, 2, 0, 0, 0, 0, 1, 1);
  private static final List<Integer> LEVELS =
      List.of(0, 4, 10, 18, 28, 40, 56, 80, -4, -10, -18, -28, -40, -56, -80, -112);

  private TinyNetworks() {}

  // ---- float

  /** conv - ReLU - pool - conv - add - ReLU6 - mean - linear, on [3, 8, 8]. */
  public static FloatNetwork floating(long seed) {
    Random random = new Random(seed);
    Shape input = new Shape(3, 8, 8);
    Shape wide = new Shape(6, 8, 8);
    Shape small = new Shape(6, 4, 4);
    Shape vector = new Shape(6, 1, 1);
    Shape logits = new Shape(5, 1, 1);
    return new FloatNetwork(
        "tiny",
        "x",
        input,
        List.of(
            conv("conv1", 6, 3, SAME, random, "x", "a", wide),
            relu("relu1", Float.POSITIVE_INFINITY, "a", "b", wide),
            new FloatNode("pool", new FloatOp.MaxPool(HALVE), List.of("b"), "c", small),
            conv("conv2", 6, 6, SAME, random, "c", "d", small),
            new FloatNode("add", new FloatOp.Add(), List.of("d", "c"), "e", small),
            relu("relu2", 6, "e", "f", small),
            new FloatNode("mean", new FloatOp.GlobalAveragePool(), List.of("f"), "g", vector),
            conv("fc", 5, 6, Window.pointwise(), random, "g", "y", logits)),
        "y");
  }

  private static FloatNode conv(
      String name,
      int outputs,
      int inputs,
      Window window,
      Random random,
      String from,
      String to,
      Shape shape) {
    float[] weights = new float[outputs * inputs * window.kernelArea()];
    float[] bias = new float[outputs];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (1.5 * random.nextGaussian() / Math.sqrt(inputs * window.kernelArea()));
    }
    for (int i = 0; i < outputs; i++) {
      bias[i] = (float) (0.2 * random.nextGaussian());
    }
    return new FloatNode(
        name, new FloatOp.Conv(outputs, inputs, window, weights, bias), List.of(from), to, shape);
  }

  private static FloatNode relu(String name, float ceiling, String from, String to, Shape shape) {
    return new FloatNode(name, new FloatOp.Relu(ceiling), List.of(from), to, shape);
  }

  /** A float network with a convolution of every name that a quantized network's layers have. */
  public static FloatNetwork namesake(QuantizedNetwork network) {
    Shape shape = network.input().tensor().shape();
    List<FloatNode> nodes =
        network.macLayers().stream()
            .map(
                layer ->
                    conv(
                        layer.name(),
                        1,
                        shape.channels(),
                        Window.pointwise(),
                        new Random(1),
                        "in",
                        layer.name(),
                        new Shape(1, shape.height(), shape.width())))
            .toList();
    return new FloatNetwork("namesake", "in", shape, nodes, nodes.get(0).output());
  }

  // ---- quantized

  /**
   * Depthwise with two planes, a clamp below the format's end, a logarithmic map, pool,
   * concatenation, residual, sum over pixels; shifts differ from channel to channel.
   */
  public static QuantizedNetwork everything(long seed, Rounding rounding) {
    Random random = new Random(seed);
    FixedFormat unsigned = new FixedFormat(8, 4, false);
    Tensor x =
        new Tensor("x", new Shape(4, 6, 6), new FixedFormat(8, 0, false), List.of(100, 120, 3, 0));
    Tensor a = Tensor.zeroPadded("a", new Shape(4, 6, 6), unsigned);
    Tensor b = Tensor.zeroPadded("b", new Shape(4, 3, 3), unsigned);
    Tensor c = Tensor.zeroPadded("c", new Shape(2, 3, 3), unsigned);
    Tensor d = Tensor.zeroPadded("d", new Shape(6, 3, 3), unsigned);
    Tensor e = Tensor.zeroPadded("e", new Shape(6, 3, 3), new LogFormat(5, 2, 5));
    Tensor f = Tensor.zeroPadded("f", new Shape(6, 3, 3), new FixedFormat(7, 3, true));
    Tensor y =
        Tensor.zeroPadded("y", new Shape(3, 1, 1), new AccumulatorFormat(List.of(14, 13, 14)));
    List<WeightPlane> twoPlanes = twoPlanes(4 * 9, random);
    List<QuantizedLayer> layers =
        List.of(
            new MacLayer(
                "depthwise",
                x,
                a,
                Optional.empty(),
                SAME,
                4,
                false,
                twoPlanes,
                bias(4, 3000, random),
                new OutputStage.Requantize(List.of(8, 7, 8, 9), 0, 200)),
            new MaxPoolLayer("pool", a, b, HALVE),
            new MacLayer(
                "grouped",
                b,
                c,
                Optional.empty(),
                SAME,
                2,
                false,
                List.of(plane(2 * 2 * 9, random)),
                bias(2, 2000, random),
                new OutputStage.Requantize(List.of(8, 7), 0, 255)),
            new ConcatLayer("concat", List.of(b, c), d),
            new MacLayer(
                "dense",
                d,
                e,
                Optional.empty(),
                SAME,
                1,
                false,
                List.of(plane(6 * 6 * 9, random)),
                bias(6, 3000, random),
                new OutputStage.Requantize(List.of(4, 5, 6, 5, 5, 4), 0, 64 << 6)),
            new MacLayer(
                "residual",
                e,
                f,
                Optional.of(new Skip(d, List.of(7, 8, 9, 7, 7, 8))),
                Window.pointwise(),
                1,
                false,
                List.of(plane(6 * 6, random)),
                bias(6, 3000, random),
                new OutputStage.Requantize(List.of(8, 9, 10, 8, 8, 9), -64, 63)),
            new MacLayer(
                "logits",
                f,
                y,
                Optional.empty(),
                Window.pointwise(),
                1,
                true,
                List.of(plane(3 * 6, random)),
                bias(3, 3000, random),
                new OutputStage.Accumulators()));
    return new QuantizedNetwork(
        "everything", new InputEncoding(x, Preprocessing.none(), true), layers, rounding, Map.of());
  }

  private static WeightPlane plane(int count, Random random) {
    byte[] codes = new byte[count];
    for (int i = 0; i < count; i++) {
      codes[i] = (byte) random.nextInt(16);
    }
    return new WeightPlane(new Codebook(LEVELS), codes);
  }

  /** Seven-bit weights: low four bits, high three. */
  private static List<WeightPlane> twoPlanes(int count, Random random) {
    byte[] low = new byte[count];
    byte[] high = new byte[count];
    for (int i = 0; i < count; i++) {
      low[i] = (byte) random.nextInt(16);
      high[i] = (byte) random.nextInt(8);
    }
    return List.of(
        new WeightPlane(
            new Codebook(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)), low),
        new WeightPlane(new Codebook(List.of(0, 16, 32, 48, -64, -48, -32, -16)), high));
  }

  private static int[] bias(int channels, int spread, Random random) {
    return random.ints(channels, -spread, spread).toArray();
  }

  /** A format of a feature map that is not the result. */
  public static TensorFormat format(QuantizedNetwork network, String map) {
    return network.layers().stream()
        .map(QuantizedLayer::output)
        .filter(tensor -> tensor.name().equals(map))
        .findFirst()
        .orElseThrow()
        .format();
  }
}
