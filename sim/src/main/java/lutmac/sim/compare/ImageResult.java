package lutmac.sim.compare;

import java.util.List;
import java.util.Optional;

/**
 * One compared image.
 *
 * @param image its number
 * @param complete false if the run ended before the image was done
 * @param cycles in which the core was busy; 0 if not complete
 * @param layers in program order
 * @param strays writes that belong to no layer of the program
 * @param first the first mismatch in program order
 */
public record ImageResult(
    int image,
    boolean complete,
    long cycles,
    List<LayerResult> layers,
    long strays,
    Optional<Mismatch> first) {
  public ImageResult {
    layers = List.copyOf(layers);
  }

  /** Mismatches of any kind. */
  public long mismatches() {
    return strays + layers.stream().mapToLong(LayerResult::mismatches).sum();
  }
}
