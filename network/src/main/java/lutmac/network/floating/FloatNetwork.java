package lutmac.network.floating;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lutmac.network.shape.Shape;

/**
 * A float CNN in topological order: one input, one output.
 *
 * @param inputName name of the input feature map
 * @param inputShape its shape, {@code [C, H, W]}
 * @param nodes in an order in which every node comes after those it reads
 * @param outputName the feature map that is the network's result
 */
public record FloatNetwork(
    String name, String inputName, Shape inputShape, List<FloatNode> nodes, String outputName) {

  public FloatNetwork {
    nodes = List.copyOf(nodes);
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
    if (!known.containsKey(outputName)) {
      throw new IllegalArgumentException("nothing makes the output '%s'".formatted(outputName));
    }
  }

  /** Shape of every feature map by name, the input's included. */
  public Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new HashMap<>();
    shapes.put(inputName, inputShape);
    nodes.forEach(node -> shapes.put(node.output(), node.shape()));
    return shapes;
  }
}
