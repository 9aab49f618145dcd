package lutmac.sim;

import java.util.List;

/** Is told what the hardware answered. Several threads may tell it, each of other images. */
@FunctionalInterface
public interface OutputListener {
  /**
   * An image ran to its end.
   *
   * @param image its number in the simulation, from 0
   * @param outputs integers of the network's outputs as the hardware wrote them, in the network's
   *     order, {@code [C, H, W]} each; 0 for what it did not write
   */
  void outputs(int image, List<int[]> outputs);
}
