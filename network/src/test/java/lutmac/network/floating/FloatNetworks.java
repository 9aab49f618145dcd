package lutmac.network.floating;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

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
    return conv(from, to, channels, 1, window);
  }

  /** A depthwise convolution: every channel reads only itself. */
  public FloatNetworks depthwise(String from, String to, Window window) {
    int channels = shapes.get(from).channels();
    return conv(from, to, channels, channels, window);
  }

  public FloatNetworks conv(String from, String to, int channels, int groups, Window window) {
    int inChannels = shapes.get(from).channels();
    int taps = inChannels / groups * window.kernelArea();
    float[] weights = new float[channels * taps];
    float[] bias = new float[channels];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (scale * random.nextGaussian() / Math.sqrt(taps));
    }
    for (int i = 0; i < channels; i++) {
      bias[i] = (float) (scale * random.nextGaussian() * 0.1);
    }
    return node(
        new FloatOp.Conv(channels, inChannels, groups, window, weights, bias),
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

  public FloatNetworks activation(String from, String to, ActivationFunction function) {
    return node(new FloatOp.Activation(function), shapes.get(from), to, from);
  }

  public FloatNetworks pool(String from, String to) {
    Window window = new Window(2, 2, 2, 2, 0, 0, 0, 0, 1, 1);
    Shape shape = shapes.get(from);
    return node(new FloatOp.MaxPool(window), window.outputShape(shape, shape.channels()), to, from);
  }

  /** Nearest-neighbour upsampling. */
  public FloatNetworks enlarge(String from, String to, int height, int width) {
    Window window = Window.repeating(height, width);
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

  public FloatNetworks concat(String to, String... from) {
    int channels = Arrays.stream(from).mapToInt(map -> shapes.get(map).channels()).sum();
    Shape first = shapes.get(from[0]);
    Shape shape = new Shape(channels, first.height(), first.width());
    return node(new FloatOp.Concat(), shape, to, from);
  }

  /** Shape of a map that is there. */
  public Shape shape(String map) {
    return shapes.get(map);
  }

  public FloatNetwork result(String... outputs) {
    return new FloatNetwork("net", "x", input, nodes, List.of(outputs));
  }

  /**
   * A network of convolutions, dense, grouped and depthwise, ReLUs with and without ceiling, pools,
   * additions and concatenations in any order. One seed always gives one network.
   */
  public static FloatNetwork random(Shape input, long seed) {
    return random(input, seed, 1);
  }

  /** The same with all weights times {@code scale}. */
  public static FloatNetwork random(Shape input, long seed, double scale) {
    FloatNetworks net = scaled(input, seed, scale);
    Random choice = new Random(seed * 31 + 7);
    List<String> maps = new ArrayList<>(List.of("x"));
    int steps = 3 + choice.nextInt(6);
    for (int i = 0; i < steps; i++) {
      String from = maps.get(Math.max(0, maps.size() - 1 - choice.nextInt(3)));
      String to = "m" + i;
      Shape shape = net.shape(from);
      List<String> alike =
          maps.stream()
              .filter(map -> !map.equals("x") && net.shape(map).pixels() == shape.pixels())
              .toList();
      int kind = choice.nextInt(7);
      if (kind == 0 && shape.height() >= 4 && !from.equals("x")) {
        net.pool(from, to);
      } else if (kind == 1 && alike.size() > 1) {
        net.concat(to, alike.get(0), alike.get(alike.size() - 1));
      } else if (kind == 2 && alike.size() > 1) {
        String other = alike.get(choice.nextInt(alike.size()));
        net.conv(from, to + "c", net.shape(other).channels(), SAME).add(to + "c", other, to + "s");
        net.rectified(to + "s", to, choice);
      } else if (kind == 3) {
        net.depthwise(from, to + "d", SAME).rectified(to + "d", to, choice);
      } else if (kind == 4 && shape.channels() % 2 == 0) {
        net.conv(from, to + "g", 6, 2, SAME).rectified(to + "g", to, choice);
      } else {
        net.conv(from, to + "c", 3 + choice.nextInt(6), SAME).rectified(to + "c", to, choice);
      }
      maps.add(to);
    }
    String last = maps.get(maps.size() - 1);
    return choice.nextBoolean()
        ? net.mean(last, "mean").conv("mean", "y", 5, Window.pointwise()).result("y")
        : net.conv(last, "y", 4, SAME).result("y");
  }

  private void rectified(String from, String to, Random choice) {
    switch (choice.nextInt(4)) {
      case 0 -> relu(from, to, 1.5f);
      case 1 -> conv(from, to, shapes.get(from).channels(), Window.pointwise());
      default -> relu(from, to);
    }
  }

  /** Any operator. */
  public FloatNetworks node(FloatOp op, Shape shape, String to, String... from) {
    nodes.add(new FloatNode("node_" + to, op, List.of(from), to, shape));
    shapes.put(to, shape);
    return this;
  }
}
