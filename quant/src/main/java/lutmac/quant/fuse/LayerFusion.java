package lutmac.quant.fuse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.network.floating.ActivationFunction;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * Rewrites a float network into layers that one hardware layer computes each.
 *
 * <ul>
 *   <li>Nodes that no output depends on are dropped.
 *   <li>A ReLU behind a max-pool moves before it, where a convolution can take it along: the two
 *       commute.
 *   <li>A convolution takes along the addition and the activation behind it, if nothing else reads
 *       what lies between. Of an addition's two operands the one computed last is the convolution,
 *       the other its skip connection.
 *   <li>A global average pool before linear layers becomes a sum in those layers, {@code 1/n} in
 *       their weights.
 *   <li>What is left (an addition without a convolution of its own, a lone activation, a global
 *       average pool) becomes a depthwise 1x1 layer that copies channels. So does the input, where
 *       the network returns it, and its first output, where there is no linear layer at all.
 * </ul>
 */
public final class LayerFusion {
  private static final Optional<String> NO_SKIP = Optional.empty();

  private final FloatNetwork network;
  private final Map<String, Shape> shapes;
  private final List<FloatNode> nodes;
  private final Map<String, FloatNode> maker = new HashMap<>();
  private final Map<String, List<FloatNode>> readers = new HashMap<>();

  private LayerFusion(FloatNetwork network) {
    this.network = network;
    shapes = network.shapes();
    nodes = poolsBehindRelus(alive(network), network.outputNames());
    for (FloatNode node : nodes) {
      shapes.put(node.output(), node.shape());
      maker.put(node.output(), node);
      node.inputs().forEach(i -> readers.computeIfAbsent(i, k -> new ArrayList<>()).add(node));
    }
  }

  /** The layers of a network. */
  public static FusedNetwork fuse(FloatNetwork network) {
    return new LayerFusion(network).fused();
  }

  private static List<FloatNode> alive(FloatNetwork network) {
    Set<String> needed = new HashSet<>(network.outputNames());
    List<FloatNode> alive = new ArrayList<>();
    for (int i = network.nodes().size() - 1; i >= 0; i--) {
      FloatNode node = network.nodes().get(i);
      if (needed.contains(node.output())) {
        needed.addAll(node.inputs());
        alive.add(0, node);
      }
    }
    return alive;
  }

  private static List<FloatNode> poolsBehindRelus(List<FloatNode> nodes, List<String> outputs) {
    List<FloatNode> rewritten = new ArrayList<>(nodes);
    for (int p = 0; p < rewritten.size(); p++) {
      FloatNode pool = rewritten.get(p);
      if (!is(FloatOp.MaxPool.class, pool) || outputs.contains(pool.output())) {
        continue;
      }
      List<FloatNode> behind =
          rewritten.stream().filter(node -> node.inputs().contains(pool.output())).toList();
      String source = pool.inputs().get(0);
      Optional<FloatNode> before =
          rewritten.stream().filter(node -> node.output().equals(source)).findFirst();
      if (behind.size() != 1 || !is(FloatOp.Relu.class, behind.get(0)) || before.isEmpty()) {
        continue;
      }
      FloatNode relu = behind.get(0);
      rewritten.remove(relu);
      rewritten.set(
          p,
          new FloatNode(
              relu.name(), relu.op(), List.of(source), pool.output(), before.get().shape()));
      rewritten.add(
          p + 1,
          new FloatNode(
              pool.name(), pool.op(), List.of(pool.output()), relu.output(), pool.shape()));
    }
    return rewritten;
  }

  private FusedNetwork fused() {
    List<FusedLayer> layers = layers();
    List<String> outputs = new ArrayList<>(network.outputNames());
    if (layers.stream().noneMatch(layer -> layer.linear().isPresent())
        && !network.outputName().equals(network.inputName())) {
      layers.add(returnedCopy(network.outputName()));
      outputs.set(0, layers.get(layers.size() - 1).output());
    }
    int input = outputs.indexOf(network.inputName());
    if (input >= 0) {
      layers.add(returnedCopy(network.inputName()));
      outputs.set(input, layers.get(layers.size() - 1).output());
    }
    return new FusedNetwork(layers, outputs);
  }

  private List<FusedLayer> layers() {
    List<FusedLayer> layers = new ArrayList<>();
    Set<FloatNode> taken = new HashSet<>();
    Map<FloatNode, FusedLayer> atLastNode = new HashMap<>();
    for (FloatNode node : nodes) {
      if (taken.contains(node) || foldsIntoReaders(node)) {
        continue;
      }
      List<FloatNode> chain = chain(node);
      taken.addAll(chain);
      atLastNode.put(chain.get(chain.size() - 1), layer(chain));
    }
    // At the place of its last node everything that a layer reads has been made.
    for (FloatNode node : nodes) {
      if (atLastNode.containsKey(node)) {
        layers.add(atLastNode.get(node));
      }
    }
    return layers;
  }

  /** The node with the addition and the activation that its layer takes along. */
  private List<FloatNode> chain(FloatNode first) {
    List<FloatNode> chain = new ArrayList<>(List.of(first));
    boolean linear = is(FloatOp.Conv.class, first) || is(FloatOp.GlobalAveragePool.class, first);
    if (linear && is(FloatOp.Conv.class, first) && !sumsPixels(first)) {
      onlyReader(first)
          .filter(node -> is(FloatOp.Add.class, node) && takesAddition(first, node))
          .ifPresent(chain::add);
    }
    boolean mayClamp = linear || is(FloatOp.Add.class, first);
    if (mayClamp) {
      onlyReader(chain.get(chain.size() - 1))
          .filter(node -> is(FloatOp.Relu.class, node) || is(FloatOp.Activation.class, node))
          .ifPresent(chain::add);
    }
    return chain;
  }

  private Optional<FloatNode> onlyReader(FloatNode node) {
    List<FloatNode> all = readers.getOrDefault(node.output(), List.of());
    boolean only = all.size() == 1 && !network.outputNames().contains(node.output());
    return only ? Optional.of(all.get(0)) : Optional.empty();
  }

  /**
   * Whether of the addition's operands this convolution's is the one that is computed last; one
   * that only copies leaves it to another.
   */
  private boolean takesAddition(FloatNode conv, FloatNode add) {
    String other = other(add, conv.output());
    FloatNode otherMaker = maker.get(other);
    if (spaced(conv)) {
      return false;
    }
    if (other.equals(conv.output()) || otherMaker == null) {
      return !other.equals(conv.output());
    }
    boolean otherCould =
        is(FloatOp.Conv.class, otherMaker)
            && !sumsPixels(otherMaker)
            && !spaced(otherMaker)
            && onlyReader(otherMaker).isPresent();
    if (otherCould && copies(conv) != copies(otherMaker)) {
      return copies(otherMaker);
    }
    return !otherCould || nodes.indexOf(otherMaker) < nodes.indexOf(conv);
  }

  /** The pixels of a transposed convolution come out of order: nothing is added to them. */
  private static boolean spaced(FloatNode conv) {
    return conv.op().conv().filter(op -> op.window().insertsZeros()).isPresent();
  }

  private static boolean copies(FloatNode conv) {
    return conv.op().conv().filter(FloatOp.Conv::copies).isPresent();
  }

  private static String other(FloatNode add, String operand) {
    return add.inputs().get(0).equals(operand) ? add.inputs().get(1) : add.inputs().get(0);
  }

  /** A global average pool that only linear layers read is a sum in those layers. */
  private boolean foldsIntoReaders(FloatNode node) {
    return is(FloatOp.GlobalAveragePool.class, node)
        && !network.outputNames().contains(node.output())
        && readers.getOrDefault(node.output(), List.of()).stream()
            .allMatch(
                reader ->
                    reader
                        .op()
                        .conv()
                        .filter(conv -> conv.window().equals(Window.pointwise()))
                        .isPresent());
  }

  private boolean sumsPixels(FloatNode conv) {
    FloatNode source = maker.get(conv.inputs().get(0));
    return source != null && foldsIntoReaders(source);
  }

  private FusedLayer layer(List<FloatNode> chain) {
    FusedLayer layer = clampedLayer(chain);
    Optional<ActivationFunction> function = function(chain.get(chain.size() - 1));
    return layer.linear().<FusedLayer>map(linear -> linear.withFunction(function)).orElse(layer);
  }

  private FusedLayer clampedLayer(List<FloatNode> chain) {
    FloatNode first = chain.get(0);
    FloatNode last = chain.get(chain.size() - 1);
    String input = first.inputs().get(0);
    Shape inputShape = shapes.get(input);
    Optional<Float> ceiling = ceiling(last);
    return first
        .op()
        .fold(
            conv -> linear(chain, conv, ceiling),
            relu -> copy(first.name(), input, inputShape, NO_SKIP, last.output(), false, ceiling),
            activation ->
                copy(first.name(), input, inputShape, NO_SKIP, last.output(), false, ceiling),
            pool ->
                new FusedLayer.Pool(
                    first.name(), input, inputShape, last.output(), last.shape(), pool.window()),
            mean -> copy(first.name(), input, inputShape, NO_SKIP, last.output(), true, ceiling),
            add ->
                copy(
                    first.name(),
                    input,
                    inputShape,
                    Optional.of(first.inputs().get(1)),
                    last.output(),
                    false,
                    ceiling),
            concat ->
                new FusedLayer.Concat(first.name(), first.inputs(), last.output(), last.shape()));
  }

  private FusedLayer.Linear linear(
      List<FloatNode> chain, FloatOp.Conv conv, Optional<Float> ceiling) {
    FloatNode first = chain.get(0);
    FloatNode last = chain.get(chain.size() - 1);
    String input = first.inputs().get(0);
    Optional<String> skip =
        chain.stream()
            .filter(node -> is(FloatOp.Add.class, node))
            .findFirst()
            .map(add -> other(add, first.output()));
    float[] weights = conv.weights();
    boolean sum = sumsPixels(first);
    if (sum) {
      input = maker.get(input).inputs().get(0);
      float pixels = shapes.get(input).pixels();
      weights = weights.clone();
      for (int i = 0; i < weights.length; i++) {
        weights[i] /= pixels;
      }
    }
    return new FusedLayer.Linear(
        first.name(),
        input,
        shapes.get(input),
        skip,
        last.output(),
        last.shape(),
        conv.window(),
        conv.groups(),
        sum,
        !sum && conv.copies(),
        weights,
        conv.bias(),
        ceiling);
  }

  /** Of the ReLU that ends a chain, if one does. */
  private static Optional<Float> ceiling(FloatNode node) {
    return node.op() instanceof FloatOp.Relu relu ? Optional.of(relu.ceiling()) : Optional.empty();
  }

  /** Of the activation that ends a chain, if it is another one. */
  private static Optional<ActivationFunction> function(FloatNode node) {
    return node.op() instanceof FloatOp.Activation activation
        ? Optional.of(activation.function())
        : Optional.empty();
  }

  /** The patterns that fuse are about single operators: any other one just does not match. */
  private static boolean is(Class<? extends FloatOp> operator, FloatNode node) {
    return operator.isInstance(node.op());
  }

  private static FusedLayer.Linear copy(
      String name,
      String input,
      Shape inputShape,
      Optional<String> skip,
      String output,
      boolean sum,
      Optional<Float> ceiling) {
    int channels = inputShape.channels();
    float[] weights = new float[channels];
    Arrays.fill(weights, sum ? 1f / inputShape.pixels() : 1f);
    return new FusedLayer.Linear(
        name,
        input,
        inputShape,
        skip,
        output,
        sum ? new Shape(channels, 1, 1) : inputShape,
        Window.pointwise(),
        channels,
        sum,
        true,
        weights,
        new float[channels],
        ceiling);
  }

  /** The network's own name of a map is that of what it copies. */
  private FusedLayer returnedCopy(String map) {
    return copy(
        map + "/copy", map, shapes.get(map), NO_SKIP, map + "/result", false, Optional.empty());
  }
}
