package lutmac.quant.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Window;

/**
 * A float network whose first layer is no normalization of its input: where it begins with a scale
 * and a shift of each channel, those have become part of how images are prepared. The function of
 * an image is the same, but the normalized values are neither rounded nor computed by a layer: mean
 * and std go into the first layer's weights, and its padding is right.
 *
 * @param note what was done, for the user
 */
public record PreparedNetwork(
    FloatNetwork network, Preprocessing preprocessing, Optional<String> note) {

  /** The network, if it begins with a normalization, without that. */
  public static PreparedNetwork of(FloatNetwork network, Preprocessing preprocessing) {
    String input = network.inputName();
    List<FloatNode> readers =
        network.nodes().stream().filter(node -> node.inputs().contains(input)).toList();
    boolean free = readers.size() == 1 && !network.outputNames().contains(input);
    Optional<FloatOp.Conv> scales =
        free && !network.outputNames().contains(readers.get(0).output())
            ? readers.get(0).op().conv().filter(PreparedNetwork::normalizes)
            : Optional.empty();
    return scales
        .map(conv -> without(network, readers.get(0), conv, preprocessing))
        .orElseGet(() -> new PreparedNetwork(network, preprocessing, Optional.empty()));
  }

  /** Whether it scales every channel by a positive number and shifts it. */
  private static boolean normalizes(FloatOp.Conv conv) {
    boolean positive = true;
    for (float weight : conv.weights()) {
      positive &= weight > 0;
    }
    return positive
        && conv.window().equals(Window.pointwise())
        && conv.groups() == conv.inChannels()
        && conv.outChannels() == conv.inChannels();
  }

  private static PreparedNetwork without(
      FloatNetwork network, FloatNode first, FloatOp.Conv conv, Preprocessing preprocessing) {
    List<FloatNode> nodes = new ArrayList<>();
    for (FloatNode node : network.nodes()) {
      if (node != first) {
        List<String> inputs =
            node.inputs().stream()
                .map(name -> name.equals(first.output()) ? network.inputName() : name)
                .toList();
        nodes.add(new FloatNode(node.name(), node.op(), inputs, node.output(), node.shape()));
      }
    }
    List<Double> mean = new ArrayList<>();
    List<Double> std = new ArrayList<>();
    for (int c = 0; c < conv.outChannels(); c++) {
      double scale = preprocessing.std(c) / conv.weights()[c];
      std.add(scale);
      mean.add(preprocessing.mean(c) - conv.bias()[c] * scale);
    }
    FloatNetwork rest =
        new FloatNetwork(
            network.name(),
            network.inputName(),
            network.inputShape(),
            nodes,
            network.outputNames());
    return new PreparedNetwork(
        rest,
        new Preprocessing(
            mean, std, preprocessing.bgr(), preprocessing.crop(), preprocessing.labelOffset()),
        Optional.of(
            "node '%s' scales and shifts the channels of the input: this is part of the preprocessing now, as --mean and --std are"
                .formatted(first.name())));
  }
}
