package lutmac.quant.equalize;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lutmac.network.shape.Shape;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.fuse.FusedNetwork;

/**
 * Which channels of which feature maps must be scaled alike. A linear layer separates its input's
 * scales from its output's; a skip connection, a pool, a concatenation and a layer that only copies
 * tie them; an activation function that does not scale keeps its feature map's scale; a ReLU with a
 * finite ceiling ties all channels of its feature map, because the ceiling is one number for all.
 * The network's input and outputs keep their scale.
 */
final class ChannelTies {
  private final Map<String, Integer> base = new HashMap<>();
  private final Map<String, Integer> channels = new HashMap<>();
  private final int[] parent;
  private final int fixedNode;

  ChannelTies(String inputName, Shape inputShape, FusedNetwork network) {
    List<FusedLayer> layers = network.layers();
    int next = 0;
    base.put(inputName, next);
    channels.put(inputName, inputShape.channels());
    next += inputShape.channels();
    for (FusedLayer layer : layers) {
      base.put(layer.output(), next);
      channels.put(layer.output(), layer.outputShape().channels());
      next += layer.outputShape().channels();
    }
    fixedNode = next;
    parent = new int[next + 1];
    for (int i = 0; i < parent.length; i++) {
      parent[i] = i;
    }
    fix(inputName);
    network.outputs().forEach(this::fix);
    for (FusedLayer layer : layers) {
      tie(layer);
    }
  }

  private void tie(FusedLayer layer) {
    layer
        .<Runnable>fold(
            linear -> () -> tie(linear), pool -> () -> tie(pool), concat -> () -> tie(concat))
        .run();
  }

  private void tie(FusedLayer.Linear linear) {
    String output = linear.output();
    linear.skip().ifPresent(skip -> tie(skip, 0, output, 0, linear.outChannels()));
    if (linear.identity()) {
      int taps = linear.taps();
      for (int o = 0; o < linear.outChannels(); o++) {
        for (int k = 0; k < taps; k++) {
          if (linear.weights()[o * taps + k] != 0) {
            union(node(linear.input(), linear.inChannel(o, k)), node(output, o));
          }
        }
      }
    }
    if (linear.function().filter(function -> !function.scales()).isPresent()) {
      fix(output);
    }
    if (linear.ceiling().isPresent() && !Float.isInfinite(linear.ceiling().get())) {
      for (int c = 1; c < linear.outChannels(); c++) {
        union(node(output, 0), node(output, c));
      }
    }
  }

  private void tie(FusedLayer.Pool pool) {
    tie(pool.input(), 0, pool.output(), 0, pool.outputShape().channels());
  }

  private void tie(FusedLayer.Concat concat) {
    int at = 0;
    for (String input : concat.inputs()) {
      tie(input, 0, concat.output(), at, channels.get(input));
      at += channels.get(input);
    }
  }

  private void tie(String a, int fromA, String b, int fromB, int count) {
    for (int c = 0; c < count; c++) {
      union(node(a, fromA + c), node(b, fromB + c));
    }
  }

  private void fix(String map) {
    for (int c = 0; c < channels.get(map); c++) {
      union(node(map, c), fixedNode);
    }
  }

  private int node(String map, int channel) {
    return base.get(map) + channel;
  }

  private void union(int a, int b) {
    parent[find(a)] = find(b);
  }

  private int find(int node) {
    int root = node;
    while (parent[root] != root) {
      root = parent[root];
    }
    for (int at = node; parent[at] != root; ) {
      int up = parent[at];
      parent[at] = root;
      at = up;
    }
    return root;
  }

  /** Number of the tie of a channel, below {@link #count()}. */
  int of(String map, int channel) {
    return find(node(map, channel));
  }

  /** Bound of the numbers of ties. */
  int count() {
    return parent.length;
  }

  /** Whether the tie may not be scaled. */
  boolean fixed(int tie) {
    return tie == find(fixedNode);
  }

  /** All ties of a feature map, one a channel. */
  int[] ofMap(String map) {
    int[] ties = new int[channels.get(map)];
    for (int c = 0; c < ties.length; c++) {
      ties[c] = of(map, c);
    }
    return ties;
  }

  /** Names of all feature maps. */
  List<String> maps() {
    return new ArrayList<>(base.keySet());
  }
}
