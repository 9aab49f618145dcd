package lutmac.tune;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.runtime.exec.MaxPooling;
import lutmac.tune.kernel.ChannelMajor;
import lutmac.tune.kernel.Convolution;
import lutmac.tune.kernel.PixelSums;

/**
 * The float network whose outputs training imitates. It runs on training's own convolutions, whose
 * sums do not depend on the number of threads. Safe for use by several threads.
 */
final class Teacher {
  private final FloatNetwork network;
  private final Map<String, Shape> shapes;
  private final Map<FloatNode, Convolution> convolutions = new HashMap<>();

  /** Maps that nobody reads behind a node. */
  private final Map<FloatNode, List<String>> readLast = new HashMap<>();

  Teacher(FloatNetwork network) {
    this.network = network;
    shapes = network.shapes();
    Map<String, FloatNode> lastReader = new HashMap<>();
    for (FloatNode node : network.nodes()) {
      node.inputs().forEach(input -> lastReader.put(input, node));
      if (node.op() instanceof FloatOp.Conv conv) {
        Shape from = shapes.get(node.inputs().get(0));
        convolutions.put(
            node,
            Convolution.of(
                from, node.shape(), conv.window(), conv.groups(), new float[from.channels()]));
      }
    }
    lastReader.remove(network.outputName());
    lastReader.forEach(
        (map, node) -> readLast.computeIfAbsent(node, key -> new ArrayList<>()).add(map));
  }

  /**
   * Logits of a few images, {@code [N][O]}.
   *
   * @param inputs {@code [C, N, H, W]}
   */
  float[][] logits(float[] inputs, int images) {
    Map<String, float[]> maps = new HashMap<>();
    maps.put(network.inputName(), inputs);
    for (FloatNode node : network.nodes()) {
      List<float[]> read = node.inputs().stream().map(maps::get).toList();
      maps.put(node.output(), apply(node, read, images));
      readLast.getOrDefault(node, List.of()).forEach(maps::remove);
    }
    Shape shape = shapes.get(network.outputName());
    return ChannelMajor.perImage(maps.get(network.outputName()), shape, images);
  }

  private float[] apply(FloatNode node, List<float[]> read, int images) {
    float[] in = read.get(0);
    Shape from = shapes.get(node.inputs().get(0));
    FloatOp op = node.op();
    if (op instanceof FloatOp.Conv conv) {
      return convolve(convolutions.get(node), conv, in, images, node.shape());
    }
    if (op instanceof FloatOp.Relu relu) {
      float[] out = new float[in.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = Math.min(relu.ceiling(), Math.max(0, in[i]));
      }
      return out;
    }
    if (op instanceof FloatOp.MaxPool pool) {
      return new MaxPooling(from, pool.window()).apply(in);
    }
    if (op instanceof FloatOp.GlobalAveragePool) {
      float[] mean = PixelSums.of(in, from.pixels());
      for (int i = 0; i < mean.length; i++) {
        mean[i] /= from.pixels();
      }
      return mean;
    }
    if (op instanceof FloatOp.Add) {
      float[] out = in.clone();
      float[] other = read.get(1);
      for (int i = 0; i < out.length; i++) {
        out[i] += other[i];
      }
      return out;
    }
    if (op instanceof FloatOp.Concat) {
      int size = read.stream().mapToInt(part -> part.length).sum();
      float[] out = new float[size];
      int at = 0;
      for (float[] part : read) {
        System.arraycopy(part, 0, out, at, part.length);
        at += part.length;
      }
      return out;
    }
    throw new IllegalStateException("unknown operator " + op);
  }

  private static float[] convolve(
      Convolution convolution, FloatOp.Conv conv, float[] in, int images, Shape to) {
    float[] out = new float[images * to.size()];
    convolution.forward(conv.weights(), in, images, out);
    int perChannel = images * to.pixels();
    for (int o = 0; o < conv.outChannels(); o++) {
      float bias = conv.bias()[o];
      for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
        out[i] += bias;
      }
    }
    return out;
  }
}
