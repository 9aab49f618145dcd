package lutmac.runtime.exec;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;

/**
 * Runs a float network over batches of images. Maps are {@code [N, C, H, W]}, row major.
 * Convolutions are matrix products over unrolled windows (im2col), depthwise ones plain loops. Not
 * safe for use by several threads.
 */
public final class FloatExecutor {
  /** Images that {@link #logits} holds in memory at a time: enough to fill the matrix products. */
  private static final int IMAGES_AT_A_TIME = 32;

  private final FloatNetwork network;
  private final Map<String, Shape> shapes;
  private final Map<String, FloatConvolution> convolutions = new HashMap<>();
  private final Map<String, MaxPooling> pools = new HashMap<>();
  private final LastReaders lastReaders;

  public FloatExecutor(FloatNetwork network) {
    this.network = network;
    this.shapes = network.shapes();
    this.lastReaders = new LastReaders(network.nodes().stream().map(FloatNode::inputs).toList());
    for (FloatNode node : network.nodes()) {
      Shape input = shapes.get(node.inputs().get(0));
      if (node.op() instanceof FloatOp.Conv conv) {
        convolutions.put(node.output(), FloatConvolution.of(conv, input, node.shape()));
      } else if (node.op() instanceof FloatOp.MaxPool pool) {
        pools.put(node.output(), new MaxPooling(input, pool.window()));
      }
    }
  }

  public FloatNetwork network() {
    return network;
  }

  /**
   * Every feature map of {@code images} images, the input's included, in the order of the nodes.
   *
   * @param batch {@code [N, C, H, W]}
   */
  public Map<String, float[]> run(float[] batch, int images) {
    return run(batch, images, shapes.keySet());
  }

  /**
   * The wanted feature maps; all others are dropped as soon as nobody reads them any more.
   *
   * @param batch {@code [N, C, H, W]}
   * @param wanted names of maps
   */
  public Map<String, float[]> run(float[] batch, int images, Set<String> wanted) {
    int size = network.inputShape().size();
    if (batch.length != (long) images * size) {
      throw new IllegalArgumentException(
          "%d images %s have %d values, got %d"
              .formatted(images, network.inputShape(), (long) images * size, batch.length));
    }
    if (!shapes.keySet().containsAll(wanted)) {
      Set<String> unknown = new HashSet<>(wanted);
      unknown.removeAll(shapes.keySet());
      throw new IllegalArgumentException("the network has no feature maps " + unknown);
    }
    List<FloatNode> nodes = network.nodes();
    Map<String, float[]> maps = new LinkedHashMap<>();
    maps.put(network.inputName(), batch);
    for (int i = 0; i < nodes.size(); i++) {
      FloatNode node = nodes.get(i);
      maps.put(node.output(), apply(node, maps, images));
      lastReaders.dropBehind(i, maps, wanted);
    }
    maps.keySet().retainAll(wanted);
    return maps;
  }

  /**
   * The network's outputs, {@code [N, C*H*W]}; memory stays bounded however large the batch is.
   *
   * @param batch {@code [N, C, H, W]}
   */
  public float[] logits(float[] batch, int images) {
    String output = network.outputName();
    int outputs = shapes.get(output).size();
    int inputs = network.inputShape().size();
    float[] logits = new float[Math.multiplyExact(images, outputs)];
    for (int first = 0; first < images; first += IMAGES_AT_A_TIME) {
      int count = Math.min(IMAGES_AT_A_TIME, images - first);
      float[] part = Arrays.copyOfRange(batch, first * inputs, (first + count) * inputs);
      float[] made = run(part, count, Set.of(output)).get(output);
      System.arraycopy(made, 0, logits, first * outputs, made.length);
    }
    return logits;
  }

  private float[] apply(FloatNode node, Map<String, float[]> maps, int images) {
    float[] in = maps.get(node.inputs().get(0));
    Shape inShape = shapes.get(node.inputs().get(0));
    FloatOp op = node.op();
    if (op instanceof FloatOp.Conv) {
      return convolutions.get(node.output()).apply(in, images);
    }
    if (op instanceof FloatOp.Relu relu) {
      float[] out = new float[in.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = Math.min(Math.max(in[i], 0f), relu.ceiling());
      }
      return out;
    }
    if (op instanceof FloatOp.MaxPool) {
      return pools.get(node.output()).apply(in);
    }
    if (op instanceof FloatOp.GlobalAveragePool) {
      return mean(in, inShape.pixels());
    }
    if (op instanceof FloatOp.Add) {
      float[] other = maps.get(node.inputs().get(1));
      float[] out = new float[in.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = in[i] + other[i];
      }
      return out;
    }
    if (op instanceof FloatOp.Concat) {
      return concatenated(node, maps, images);
    }
    throw new IllegalStateException("unknown operator " + op);
  }

  private float[] concatenated(FloatNode node, Map<String, float[]> maps, int images) {
    int size = node.shape().size();
    float[] out = new float[Math.multiplyExact(images, size)];
    int offset = 0;
    for (String input : node.inputs()) {
      int part = shapes.get(input).size();
      for (int n = 0; n < images; n++) {
        System.arraycopy(maps.get(input), n * part, out, n * size + offset, part);
      }
      offset += part;
    }
    return out;
  }

  private static float[] mean(float[] in, int pixels) {
    float[] out = new float[in.length / pixels];
    for (int c = 0; c < out.length; c++) {
      double sum = 0;
      for (int i = c * pixels; i < (c + 1) * pixels; i++) {
        sum += in[i];
      }
      out[c] = (float) (sum / pixels);
    }
    return out;
  }
}
