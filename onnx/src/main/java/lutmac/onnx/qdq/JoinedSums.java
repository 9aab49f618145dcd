package lutmac.onnx.qdq;

import java.util.Arrays;
import java.util.List;
import lutmac.network.floating.FloatOp;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Refusal;

/**
 * The sum of two convolutions without a quantization between, as one convolution: of the channels
 * of both maps, with the windows laid over each other.
 */
final class JoinedSums {
  private final QdqLayers layers;
  private final String name;

  private JoinedSums(QdqLayers layers, String name) {
    this.layers = layers;
    this.name = name;
  }

  /**
   * The sums of one convolution.
   *
   * @param name of the node that adds
   * @throws Refusal if the two do not slide over maps of one size in the same steps
   */
  static Operand.Sum of(QdqLayers layers, String name, Operand.Sum first, Operand.Sum second) {
    return new JoinedSums(layers, name).sum(first, second);
  }

  /** A convolution and the map that it reads. */
  private record Part(Tensor map, FloatOp.Conv conv, double[] bias) {}

  private Operand.Sum sum(Operand.Sum first, Operand.Sum second) {
    requireAlone(first);
    requireAlone(second);
    Part a = part(first.linear(), 1);
    Part b = part(second.linear(), 2);
    Window one = a.conv().window();
    Window other = b.conv().window();
    Shape map = a.map().shape();
    if (one.strideHeight() != other.strideHeight()
        || one.strideWidth() != other.strideWidth()
        || one.dilationHeight() * one.dilationWidth() != 1
        || other.dilationHeight() * other.dilationWidth() != 1
        || map.height() != b.map().shape().height()
        || map.width() != b.map().shape().width()) {
      throw refusal();
    }
    Shape made = first.linear().shape();
    Window both = over(one, other, map, made);
    boolean sameMap = a.map().equals(b.map());
    if (sameMap) {
      FloatOp.Conv conv = conv(a, b, both, 0);
      if (isWhole(conv, a.map())) {
        return sums(a.map(), conv, made, a, b);
      }
    }
    Tensor maps =
        layers.stored(
            new Operand.Joined(List.of(new Operand.Stored(a.map()), new Operand.Stored(b.map()))),
            name + ".inputs");
    FloatOp.Conv conv = conv(a, b, both, a.map().shape().channels());
    if (!isWhole(conv, maps)) {
      throw Refusal.ofQuantization(
          "it adds sums whose weights have other steps, and one layer's weights of both have more"
              + " than 8 bits; put QuantizeLinear and DequantizeLinear before one of its inputs");
    }
    return sums(maps, conv, made, a, b);
  }

  private Operand.Sum sums(Tensor map, FloatOp.Conv conv, Shape made, Part a, Part b) {
    QdqInput.requireZeroPadding(conv, map);
    double[] bias = a.bias().clone();
    Arrays.setAll(bias, o -> bias[o] + b.bias()[o]);
    return Operand.Sum.of(name, map, conv, made).withBias(bias);
  }

  private static void requireAlone(Operand.Sum sum) {
    if (!sum.bare() || sum.linear().sumPixels()) {
      throw refusal();
    }
  }

  private static Refusal refusal() {
    return Refusal.ofQuantization(
        "it adds sums that are not quantized to another map; put QuantizeLinear and"
            + " DequantizeLinear before all but one of its inputs");
  }

  /** A 1x1 convolution in steps reads only the pixels that it steps on. */
  private Part part(Operand.Linear linear, int number) {
    FloatOp.Conv conv = linear.conv();
    Window window = conv.window();
    boolean steps = window.strideHeight() * window.strideWidth() > 1;
    if (window.kernelArea() > 1 || window.padded() || !steps) {
      return new Part(linear.input(), conv, linear.bias());
    }
    Shape shape = window.outputShape(linear.input().shape(), linear.input().shape().channels());
    Tensor picked =
        layers.maxPool(
            layers.freshName(name + ".steps" + number),
            linear.input(),
            window,
            layers.freshName(linear.input().name() + ".steps"),
            shape);
    FloatOp.Conv pointwise =
        new FloatOp.Conv(
            conv.outChannels(),
            conv.inChannels(),
            conv.groups(),
            Window.pointwise(),
            conv.weights(),
            conv.bias());
    return new Part(picked, pointwise, linear.bias());
  }

  /** The window that covers both. */
  private static Window over(Window a, Window b, Shape map, Shape made) {
    int top = Math.max(a.padTop(), b.padTop());
    int left = Math.max(a.padLeft(), b.padLeft());
    int height = top + Math.max(a.kernelHeight() - a.padTop(), b.kernelHeight() - b.padTop());
    int width = left + Math.max(a.kernelWidth() - a.padLeft(), b.kernelWidth() - b.padLeft());
    int bottom = (made.height() - 1) * a.strideHeight() + height - map.height() - top;
    int right = (made.width() - 1) * a.strideWidth() + width - map.width() - left;
    return new Window(
        height,
        width,
        a.strideHeight(),
        a.strideWidth(),
        top,
        left,
        Math.max(0, bottom),
        Math.max(0, right),
        1,
        1);
  }

  /**
   * @param offset first channel of the second map
   */
  private static FloatOp.Conv conv(Part a, Part b, Window window, int offset) {
    int inputs = Math.max(a.conv().inChannels(), offset + b.conv().inChannels());
    int outputs = a.conv().outChannels();
    float[] weights = FloatOp.Conv.room(outputs, inputs, window.kernelArea());
    add(weights, a.conv(), window, inputs, 0);
    add(weights, b.conv(), window, inputs, offset);
    return new FloatOp.Conv(outputs, inputs, window, weights, new float[outputs]);
  }

  private static void add(
      float[] weights, FloatOp.Conv conv, Window window, int inputs, int offset) {
    Window own = conv.window();
    int groupInputs = conv.inChannels() / conv.groups();
    int groupOutputs = conv.outChannels() / conv.groups();
    int at = 0;
    for (int o = 0; o < conv.outChannels(); o++) {
      for (int i = 0; i < groupInputs; i++) {
        int channel = offset + o / groupOutputs * groupInputs + i;
        for (int y = 0; y < own.kernelHeight(); y++) {
          for (int x = 0; x < own.kernelWidth(); x++) {
            int row = y + window.padTop() - own.padTop();
            int column = x + window.padLeft() - own.padLeft();
            int position =
                ((o * inputs + channel) * window.kernelHeight() + row) * window.kernelWidth()
                    + column;
            weights[position] += conv.weights()[at++];
          }
        }
      }
    }
  }

  /** Whether the weights have integers of at most 8 bits. */
  private static boolean isWhole(FloatOp.Conv conv, Tensor map) {
    int taps = conv.weights().length / conv.outChannels();
    float[][] rows = new float[conv.outChannels()][];
    Arrays.setAll(rows, o -> Arrays.copyOfRange(conv.weights(), o * taps, (o + 1) * taps));
    return IntegerGrid.holds(rows, map.format().frac(0));
  }
}
