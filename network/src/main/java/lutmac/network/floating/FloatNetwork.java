package lutmac.network.floating;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import lutmac.network.shape.Shape;

/**
 * A float CNN in topological order: one input, one or more outputs.
 *
 * @param inputName name of the input feature map
 * @param inputShape its shape, {@code [C, H, W]}
 * @param nodes in an order in which every node comes after those it reads
 * @param outputNames the feature maps that the network returns, in the order of the model
 */
public record FloatNetwork(
    String name,
    String inputName,
    Shape inputShape,
    List<FloatNode> nodes,
    List<String> outputNames) {

  public FloatNetwork {
    nodes = List.copyOf(nodes);
    outputNames = List.copyOf(outputNames);
    Map<String, Shape> known = new HashMap<>();
    known.put(inputName, inputShape);
    for (FloatNode node : nodes) {
      for (String input : node.inputs()) {
        if (!known.containsKey(input)) {
          throw new IllegalArgumentException(
              "node '%s' reads '%s' before anything makes it".formatted(node.name(), input));
        }
      }
      if (known.put(node.output(), node.shape()) != null) {
        throw new IllegalArgumentException("two nodes make '%s'".formatted(node.output()));
      }
    }
    if (outputNames.isEmpty()) {
      throw new IllegalArgumentException("network '%s' has no outputs".formatted(name));
    }
    if (new HashSet<>(outputNames).size() < outputNames.size()) {
      throw new IllegalArgumentException(
          "network '%s' returns a feature map twice: %s".formatted(name, outputNames));
    }
    for (String output : outputNames) {
      if (!known.containsKey(output)) {
        throw new IllegalArgumentException("nothing makes the output '%s'".formatted(output));
      }
    }
  }

  /** A network of one output. */
  public FloatNetwork(
      String name, String inputName, Shape inputShape, List<FloatNode> nodes, String outputName) {
    this(name, inputName, inputShape, nodes, List.of(outputName));
  }

  /** The first output: the only one of most networks, the class of a classifier. */
  public String outputName() {
    return outputNames.get(0);
  }

  /** Shape of every feature map by name, the input's included. */
  public Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new HashMap<>();
    shapes.put(inputName, inputShape);
    nodes.forEach(node -> shapes.put(node.output(), node.shape()));
    return shapes;
  }
}
