package lutmac.testbench.networks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.TestGraph;

/** A float network as the ONNX file that it would have been read from, one node for one. */
public final class FloatOnnx {
  private static final int OPSET = 13;

  private FloatOnnx() {}

  /**
   * The graph of a network whose input is named {@code x} and whose first output is named {@code
   * y}.
   */
  public static TestGraph of(FloatNetwork network) {
    Shape in = network.inputShape();
    TestGraph graph = new TestGraph(OPSET, in.channels(), in.height(), in.width());
    network.outputNames().stream().skip(1).forEach(graph::output);
    network.nodes().forEach(node -> add(graph, node));
    return graph;
  }

  private static void add(TestGraph graph, FloatNode node) {
    String inputs = String.join(" ", node.inputs());
    node.op()
        .<Runnable>fold(
            conv -> () -> convolution(graph, node, conv),
            relu -> () -> rectifier(graph, node, relu),
            activation -> () -> activation(graph, node, activation.function().toString()),
            pool -> () -> pool(graph, node, pool.window()),
            mean -> () -> graph.node("GlobalAveragePool", node.name(), inputs, node.output()),
            add -> () -> graph.node("Add", node.name(), inputs, node.output()),
            concat -> () -> graph.node("Concat", node.name(), inputs, node.output(), "axis", 1L))
        .run();
  }

  private static final Pattern LEAKY = Pattern.compile("LeakyRelu\\[(.*)\\]\\(x\\)");

  /** As exporters spell it: two of three in two nodes. */
  private static void activation(TestGraph graph, FloatNode node, String function) {
    String input = node.inputs().get(0);
    Matcher leaky = LEAKY.matcher(function);
    if (leaky.matches()) {
      float alpha = Float.parseFloat(leaky.group(1));
      graph.node("LeakyRelu", node.name(), input, node.output(), "alpha", alpha);
      return;
    }
    String gate = node.output() + ".gate";
    switch (function) {
      case "HardSwish(x)" ->
          graph.node("HardSigmoid", node.name() + ".gate", input, gate, "alpha", 1f / 6);
      case "SiLU(x)" -> graph.node("Sigmoid", node.name() + ".gate", input, gate);
      default -> throw new IllegalArgumentException("no ONNX of " + function);
    }
    graph.node("Mul", node.name(), input + " " + gate, node.output());
  }

  private static void pool(TestGraph graph, FloatNode node, Window window) {
    String input = node.inputs().get(0);
    if (!window.repeats()) {
      graph.node("MaxPool", node.name(), input, node.output(), window(window));
      return;
    }
    String scales = node.name() + ".scales";
    graph.floats(
        scales, new float[] {1, 1, window.upsampling().height(), window.upsampling().width()}, 4);
    // As PyTorch's exporter writes it.
    graph.node(
        "Resize",
        node.name(),
        input + " - " + scales,
        node.output(),
        "coordinate_transformation_mode",
        "asymmetric",
        "mode",
        "nearest",
        "nearest_mode",
        "floor");
  }

  /** A convolution over zeros between the pixels, as exporters spell it. */
  private static void transposed(TestGraph graph, FloatNode node, FloatOp.Conv conv) {
    Window window = conv.window();
    int rows = window.kernelHeight();
    int columns = window.kernelWidth();
    int inputs = conv.inChannels();
    int outputs = conv.outChannels();
    if (conv.groups() > 1 || window.dilationHeight() > 1 || window.dilationWidth() > 1) {
      throw new IllegalArgumentException("groups and dilations are not spelled");
    }
    float[] turned = new float[conv.weights().length];
    for (int at = 0; at < turned.length; at++) {
      int kx = at % columns;
      int ky = at / columns % rows;
      int i = at / columns / rows % inputs;
      int o = at / columns / rows / inputs;
      turned[((i * outputs + o) * rows + rows - 1 - ky) * columns + columns - 1 - kx] =
          conv.weights()[at];
    }
    String weights = node.name() + ".weights";
    String bias = node.name() + ".bias";
    graph.floats(weights, turned, inputs, outputs, rows, columns);
    graph.floats(bias, conv.bias(), outputs);
    graph.node(
        "ConvTranspose",
        node.name(),
        String.join(" ", node.inputs().get(0), weights, bias),
        node.output(),
        "strides",
        new long[] {window.upsampling().height(), window.upsampling().width()},
        "pads",
        new long[] {
          rows - 1 - window.padTop(),
          columns - 1 - window.padLeft(),
          rows - 1 - window.padBottom(),
          columns - 1 - window.padRight()
        });
  }

  private static void convolution(TestGraph graph, FloatNode node, FloatOp.Conv conv) {
    Window window = conv.window();
    if (window.insertsZeros()) {
      transposed(graph, node, conv);
      return;
    }
    String weights = node.name() + ".weights";
    String bias = node.name() + ".bias";
    graph.floats(
        weights,
        conv.weights(),
        conv.outChannels(),
        conv.inChannels() / conv.groups(),
        window.kernelHeight(),
        window.kernelWidth());
    graph.floats(bias, conv.bias(), conv.outChannels());
    Object[] shape = window(window);
    Object[] attributes = java.util.Arrays.copyOf(shape, shape.length + 4);
    attributes[shape.length] = "group";
    attributes[shape.length + 1] = (long) conv.groups();
    attributes[shape.length + 2] = "dilations";
    attributes[shape.length + 3] = new long[] {window.dilationHeight(), window.dilationWidth()};
    graph.node(
        "Conv",
        node.name(),
        String.join(" ", node.inputs().get(0), weights, bias),
        node.output(),
        attributes);
  }

  private static Object[] window(Window window) {
    return new Object[] {
      "kernel_shape", new long[] {window.kernelHeight(), window.kernelWidth()},
      "strides", new long[] {window.strideHeight(), window.strideWidth()},
      "pads", new long[] {window.padTop(), window.padLeft(), window.padBottom(), window.padRight()}
    };
  }

  private static void rectifier(TestGraph graph, FloatNode node, FloatOp.Relu relu) {
    String input = node.inputs().get(0);
    if (Float.isInfinite(relu.ceiling())) {
      graph.node("Relu", node.name(), input, node.output());
    } else {
      graph.floats(node.name() + ".lo", new float[] {0});
      graph.floats(node.name() + ".hi", new float[] {relu.ceiling()});
      graph.node(
          "Clip",
          node.name(),
          String.join(" ", input, node.name() + ".lo", node.name() + ".hi"),
          node.output());
    }
  }
}
