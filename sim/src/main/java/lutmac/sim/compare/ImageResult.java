package lutmac.sim.compare;

import java.util.List;
import java.util.Optional;

/**
 * One compared image.
 *
 * @param image its number
 * @param complete false if the run ended before the image was done
 * @param cycles from the first one in which the core was busy to the last one; 0 if not complete
 * @param runCycles of these: in which it was busy
 * @param busCycles from a driver's start to the interrupt, without loading the memory image; 0 if
 *     there is no bus
 * @param layers in program order
 * @param strays writes that belong to no layer of the program
 * @param first the first mismatch in program order
 */
public record ImageResult(
    int image,
    boolean complete,
    long cycles,
    long runCycles,
    long busCycles,
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
