package lutmac.testbench.networks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Upsampling;
import lutmac.network.shape.Window;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.api.OutAndGrad;
import org.nd4j.enums.WeightsFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Trains the weights of a float network by Adam (Kingma and Ba 2015), node for node. */
final class Trainer {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final FloatNetwork network;
  private final SameDiff graph = SameDiff.create();
  private final Map<String, SDVariable> maps = new HashMap<>();
  private final Map<String, INDArray> first = new HashMap<>();
  private final Map<String, INDArray> second = new HashMap<>();
  private final List<String> parameters = new ArrayList<>();
  private int step;

  /** The network as it is; every pixel of its first output is one class. */
  Trainer(FloatNetwork network) {
    this.network = network;
    maps.put(network.inputName(), placeholder("image", network.inputShape()));
    network.nodes().forEach(node -> maps.put(node.output(), of(node)));
    Shape shape = network.shapes().get(network.outputName());
    SDVariable wanted = placeholder("wanted", shape);
    SDVariable got = maps.get(network.outputName());
    graph.loss().softmaxCrossEntropy("loss", pixels(wanted, shape), pixels(got, shape), null);
    graph.setLossVariables("loss");
  }

  private SDVariable placeholder(String name, Shape shape) {
    return graph.placeHolder(
        name, DataType.FLOAT, -1, shape.channels(), shape.height(), shape.width());
  }

  /** A row of channels a pixel. */
  private static SDVariable pixels(SDVariable map, Shape shape) {
    return map.permute(0, 2, 3, 1).reshape(-1, shape.channels());
  }

  private SDVariable of(FloatNode node) {
    SDVariable x = maps.get(node.inputs().get(0));
    return node.op()
        .fold(
            conv -> convolution(node, conv, x),
            relu -> rectified(relu, x),
            activation -> activated(activation.function().toString(), x),
            pool -> pooled(pool.window(), x),
            mean -> x.mean(true, 2, 3),
            add -> x.add(maps.get(node.inputs().get(1))),
            concat ->
                graph.concat(1, node.inputs().stream().map(maps::get).toArray(SDVariable[]::new)));
  }

  private SDVariable rectified(FloatOp.Relu relu, SDVariable x) {
    return Float.isInfinite(relu.ceiling())
        ? graph.nn().relu(x, 0)
        : graph.math().clipByValue(x, 0, relu.ceiling());
  }

  private SDVariable activated(String function, SDVariable x) {
    return switch (function) {
      case "SiLU(x)" -> x.mul(graph.nn().sigmoid(x));
      // Its slope at the two ends does not matter.
      case "HardSwish(x)" -> x.mul(graph.nn().relu6(x.add(3), 0)).mul(1.0 / 6);
      case "LeakyRelu[0.1](x)" -> graph.nn().leakyRelu(x, 0.1);
      default -> throw new IllegalArgumentException("cannot train through " + function);
    };
  }

  private SDVariable convolution(FloatNode node, FloatOp.Conv conv, SDVariable x) {
    Window window = conv.window();
    int inputs = conv.inChannels() / conv.groups();
    String name = node.name();
    variable(
        name + ".weights",
        conv.weights(),
        conv.outChannels(),
        inputs,
        window.kernelHeight(),
        window.kernelWidth());
    variable(name + ".bias", conv.bias(), conv.outChannels());
    Conv2DConfig config =
        Conv2DConfig.builder()
            .kH(window.kernelHeight())
            .kW(window.kernelWidth())
            .pH(window.padTop())
            .pW(window.padLeft())
            .sH(window.strideHeight())
            .sW(window.strideWidth())
            .dH(1)
            .dW(1)
            .paddingMode(PaddingMode.VALID)
            .dataFormat(Conv2DConfig.NCHW)
            .weightsFormat(WeightsFormat.YXIO)
            .build();
    SDVariable weights = graph.getVariable(name + ".weights");
    SDVariable bias = graph.getVariable(name + ".bias");
    if (conv.groups() == 1) {
      return graph.cnn().conv2d(x, weights.permute(2, 3, 1, 0), bias, config);
    }
    if (inputs != 1 || conv.outChannels() != conv.groups()) {
      throw new IllegalArgumentException("cannot train groups of several channels: " + name);
    }
    return graph.cnn().depthWiseConv2d(x, weights.permute(2, 3, 0, 1), bias, config);
  }

  private SDVariable pooled(Window window, SDVariable x) {
    if (!window.repeats()) {
      return graph.cnn().maxPooling2d(x, pooling(window));
    }
    Upsampling factors = window.upsampling();
    return graph.cnn().upsampling2d(x, factors.height(), factors.width(), true);
  }

  private static Pooling2DConfig pooling(Window window) {
    return Pooling2DConfig.builder()
        .kH(window.kernelHeight())
        .kW(window.kernelWidth())
        .sH(window.strideHeight())
        .sW(window.strideWidth())
        .dH(1)
        .dW(1)
        .isNHWC(false)
        .build();
  }

  private void variable(String name, float[] values, long... shape) {
    INDArray array = Nd4j.createFromArray(values.clone()).reshape(shape);
    graph.var(name, array);
    parameters.add(name);
    first.put(name, array.like());
    second.put(name, array.like());
  }

  /**
   * One step of Adam.
   *
   * @return the batch's mean loss before the step
   */
  double train(Task.Batch batch, double learningRate) {
    Map<String, INDArray> inputs =
        Map.of(
            "image", array(batch.inputs(), network.inputShape()),
            "wanted", array(batch.targets(), network.shapes().get(network.outputName())));
    OutAndGrad result = graph.calculateGradientsAndOutputs(inputs, List.of("loss"), parameters);
    step++;
    double rate = learningRate * Math.sqrt(1 - Math.pow(BETA2, step)) / (1 - Math.pow(BETA1, step));
    for (String name : parameters) {
      INDArray gradient = result.getGradients().get(name);
      INDArray mean = first.get(name).muli(BETA1).addi(gradient.mul(1 - BETA1));
      INDArray square = second.get(name).muli(BETA2).addi(gradient.mul(gradient).muli(1 - BETA2));
      INDArray update = mean.mul(rate).divi(Transforms.sqrt(square, true).addi(EPSILON));
      graph.getVariable(name).getArr().subi(update);
    }
    return result.getOutputs().get("loss").getDouble(0);
  }

  private static INDArray array(float[][] values, Shape shape) {
    float[] all = new float[values.length * shape.size()];
    for (int n = 0; n < values.length; n++) {
      System.arraycopy(values[n], 0, all, n * shape.size(), shape.size());
    }
    return Nd4j.createFromArray(all)
        .reshape(values.length, shape.channels(), shape.height(), shape.width());
  }

  /** The network with the weights as they are now. */
  FloatNetwork trained() {
    List<FloatNode> nodes =
        network.nodes().stream()
            .map(
                node ->
                    new FloatNode(
                        node.name(),
                        node.op()
                            .conv()
                            .<FloatOp>map(conv -> trained(node, conv))
                            .orElse(node.op()),
                        node.inputs(),
                        node.output(),
                        node.shape()))
            .toList();
    return new FloatNetwork(
        network.name(), network.inputName(), network.inputShape(), nodes, network.outputNames());
  }

  private FloatOp.Conv trained(FloatNode node, FloatOp.Conv conv) {
    return new FloatOp.Conv(
        conv.outChannels(),
        conv.inChannels(),
        conv.groups(),
        conv.window(),
        values(node.name() + ".weights"),
        values(node.name() + ".bias"));
  }

  private float[] values(String name) {
    float[] all = graph.getVariable(name).getArr().dup('c').data().asFloat();
    return Arrays.copyOf(all, all.length);
  }
}
