package lutmac.tune.student;

import java.util.List;
import java.util.Optional;

/**
 * Which feature maps a layer is connected to, by index: 0 is the network's input, then comes every
 * layer's output.
 *
 * @param inputs what it reads, a skip connection's source apart
 * @param skip what it adds to its sums
 * @param output what it makes
 */
record LayerWiring(List<Integer> inputs, Optional<Integer> skip, int output) {
  /** Index of the network's input. */
  static final int NETWORK_INPUT = 0;

  LayerWiring {
    inputs = List.copyOf(inputs);
  }

  /** The only or the first feature map that it reads. */
  int input() {
    return inputs.get(0);
  }

  /** Whether it reads the network's input, whose gradient nobody needs. */
  boolean readsNetworkInput() {
    return input() == NETWORK_INPUT;
  }
}
