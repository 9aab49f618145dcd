package lutmac.generator.program;

import java.util.BitSet;
import java.util.function.Predicate;
import lutmac.network.quantized.MacLayer;

/**
 * Which input channels have a weight that is not zero in which output channels: layers of groups,
 * and those that take some channels only, leave out most.
 */
final class Connections {
  /** Taps of a kernel. */
  @FunctionalInterface
  interface Taps {
    boolean holds(int ky, int kx);
  }

  /** An output channel, and an input channel of its group. */
  private record Pair(int output, int input) {}

  private final int inputs;
  private final BitSet connected;

  private Connections(MacLayer layer, Predicate<Pair> hasWeight) {
    inputs = layer.inChannels();
    int outputs = layer.outChannels();
    connected = new BitSet(outputs * inputs);
    for (int o = 0; o < outputs; o++) {
      int first = layer.firstChannel(o);
      for (int i = 0; i < layer.groupChannels(); i++) {
        connected.set(o * inputs + first + i, hasWeight.test(new Pair(o, i)));
      }
    }
  }

  /** All that the layer's groups allow. */
  static Connections ofGroups(MacLayer layer) {
    return new Connections(layer, pair -> true);
  }

  /** Those that its kernel's weights make. */
  static Connections of(MacLayer layer) {
    return of(layer, (ky, kx) -> true);
  }

  /** Those that its kernel's weights at some taps make. */
  static Connections of(MacLayer layer, Taps taps) {
    return new Connections(layer, pair -> hasWeight(layer, pair.output(), pair.input(), taps));
  }

  private static boolean hasWeight(MacLayer layer, int o, int i, Taps taps) {
    for (int ky = 0; ky < layer.window().kernelHeight(); ky++) {
      for (int kx = 0; kx < layer.window().kernelWidth(); kx++) {
        if (taps.holds(ky, kx) && layer.weight(o, i, ky, kx) != 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** How many there are. */
  int count() {
    return connected.cardinality();
  }

  /** Whether an output channel reads an input channel. */
  boolean between(int input, int output) {
    return connected.get(output * inputs + input);
  }
}
