package lutmac.generator.program;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Predicted time of one layer.
 *
 * @param name as in {@link LayerPlacement}
 * @param cycles predicted clock cycles from the last write of the layer before, or the run's begin,
 *     to its own; of the last layer to the run's end
 * @param steps cycles in which the array takes a step; 0 for a pool
 * @param macs useful multiply-accumulates
 */
public record LayerCycles(String name, long cycles, long steps, long macs) {

  /**
   * Those of the layers of a network in the order of execution: all strips and parts of one
   * together.
   *
   * @param descriptors of all descriptors
   */
  static List<LayerCycles> ofLayers(CompiledNetwork compiled, List<LayerCycles> descriptors) {
    Map<String, Long> macs = compiled.layerMacs();
    Map<String, LayerCycles> layers = new LinkedHashMap<>();
    for (LayerCycles next : descriptors) {
      layers.merge(
          next.name(),
          new LayerCycles(next.name(), next.cycles(), next.steps(), macs.get(next.name())),
          (all, more) ->
              new LayerCycles(
                  all.name(),
                  all.cycles() + more.cycles(),
                  all.steps() + more.steps(),
                  all.macs()));
    }
    return List.copyOf(layers.values());
  }

  /** Share of the cycles in which the array takes a step, 0 to 1. */
  public double stepShare() {
    return (double) steps / cycles;
  }

  /** Useful multiply-accumulates over what {@code processingElements} could do, 0 to 1. */
  public double macShare(int processingElements) {
    return (double) macs / ((double) cycles * processingElements);
  }
}
