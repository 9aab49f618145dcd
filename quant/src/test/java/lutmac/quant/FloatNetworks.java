package lutmac.quant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lutmac.quant.graph.FloatNetwork;
import lutmac.quant.graph.FloatNode;
import lutmac.quant.graph.FloatOp;
import lutmac.quant.graph.Shape;
import lutmac.quant.graph.Window;

/** Builds small float networks with random weights, node by node. */
public final class FloatNetworks {
  public static final Window SAME = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);

  private final Shape input;
  private final Random random;
  private final double scale;
  private final List<FloatNode> nodes = new ArrayList<>();
  private final Map<String, Shape> shapes = new HashMap<>();

  private FloatNetworks(Shape input, long seed, double scale) {
    this.input = input;
    this.scale = scale;
    random = new Random(seed);
    shapes.put("x", input);
  }

  public static FloatNetworks on(Shape input, long seed) {
    return new FloatNetworks(input, seed, 1);
  }

  /** With all weights times {@code scale}. */
  public static FloatNetworks scaled(Shape input, long seed, double scale) {
    return new FloatNetworks(input, seed, scale);
  }

  public FloatNetworks conv(String from, String to, int channels, Window window) {
    int inChannels = shapes.get(from).channels();
    float[] weights = new float[channels * inChannels * window.taps()];
    float[] bias = new float[channels];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (scale * random.nextGaussian() / Math.sqrt(inChannels * window.taps()));
    }
    for (int i = 0; i < channels; i++) {
      bias[i] = (float) (scale * random.nextGaussian() * 0.1);
    }
    return node(
        new FloatOp.Conv(channels, inChannels, window, weights, bias),
        window.outputShape(shapes.get(from), channels),
        to,
        from);
  }

  public FloatNetworks relu(String from, String to) {
    return relu(from, to, Float.POSITIVE_INFINITY);
  }

  public FloatNetworks relu(String from, String to, float ceiling) {
    return node(new FloatOp.Relu(ceiling), shapes.get(from), to, from);
  }

  public FloatNetworks pool(String from, String to) {
    Window window = new Window(2, 2, 2, 2, 0, 0, 0, 0, 1, 1);
    Shape shape = shapes.get(from);
    return node(new FloatOp.MaxPool(window), window.outputShape(shape, shape.channels()), to, from);
  }

  public FloatNetworks mean(String from, String to) {
    Shape shape = new Shape(shapes.get(from).channels(), 1, 1);
    return node(new FloatOp.GlobalAveragePool(), shape, to, from);
  }

  public FloatNetworks add(String a, String b, String to) {
    return node(new FloatOp.Add(), shapes.get(a), to, a, b);
  }

  public FloatNetwork result(String output) {
    return new FloatNetwork("net", "x", input, nodes, output);
  }

  private FloatNetworks node(FloatOp op, Shape shape, String to, String... from) {
    nodes.add(new FloatNode("node_" + to, op, List.of(from), to, shape));
    shapes.put(to, shape);
    return this;
  }
}
