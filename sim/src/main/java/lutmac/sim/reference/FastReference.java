package lutmac.sim.reference;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.QuantizedNetwork;

/**
 * A faster model that stands in for the golden one where plain loops take too long. The first image
 * and every {@value #PERIOD}th after it run on both, and any difference ends the simulation.
 */
public final class FastReference implements Reference {
  /** One image in so many is checked against the golden model. */
  static final int PERIOD = 16;

  private final QuantizedNetwork network;
  private final Function<int[], Map<String, int[]>> fast;

  /**
   * @param fast all feature maps by tensor name, from input codes; called from several threads
   */
  public FastReference(QuantizedNetwork network, Function<int[], Map<String, int[]>> fast) {
    this.network = network;
    this.fast = fast;
  }

  @Override
  public Map<String, int[]> maps(int image, int[] codes) {
    Map<String, int[]> maps = fast.apply(codes);
    if (golden(image)) {
      GoldenModel.run(network, codes).forEach((name, map) -> check(image, name, map, maps));
    }
    return maps;
  }

  private static void check(int image, String name, int[] golden, Map<String, int[]> maps) {
    int[] map = maps.get(name);
    if (map == null) {
      throw new ReferenceMismatchException(
          "the fast reference has no feature map '%s' (image %d)".formatted(name, image));
    }
    int at = Arrays.mismatch(golden, map);
    if (at >= 0) {
      throw new ReferenceMismatchException(
          "the fast reference differs from the golden model: image %d, feature map '%s', element %d"
              .formatted(image, name, at));
    }
  }

  @Override
  public boolean golden(int image) {
    return image % PERIOD == 0;
  }

  @Override
  public String title() {
    return "fast reference";
  }
}
