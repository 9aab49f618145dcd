package lutmac.generator.program;

import java.util.List;
import java.util.Map;
import lutmac.network.quantized.QuantizedNetwork;

/**
 * A network whose layers are lowered, but have no places in the buffers yet.
 *
 * @param layers in execution order
 * @param layouts of all maps and copies by name
 * @param places which maps are pieces of others
 */
record UnplacedNetwork(
    QuantizedNetwork network,
    List<Layer> layers,
    Map<String, MapLayout> layouts,
    MapPlaces places) {
  /**
   * A layer.
   *
   * @param whole descriptors that make all rows, of maps that lie in the buffer whole
   * @param strips makes those of other rows
   */
  record Layer(List<LoweredLayer> whole, StripLowering strips) {
    HardwareLayer layer() {
      return whole.get(0).layer();
    }

    Arrangement input() {
      return whole.get(0).arrangement();
    }

    /** The layout of the map that it writes. */
    MapLayout output() {
      return whole.get(0).output();
    }
  }
}
