package lutmac.generator.program;

import java.util.ArrayList;
import java.util.List;

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

  /** The layers, strips and parts of one together, which follow each other. */
  public static List<LayerCycles> joined(List<LayerCycles> descriptors) {
    List<LayerCycles> layers = new ArrayList<>();
    for (LayerCycles next : descriptors) {
      LayerCycles last = layers.isEmpty() ? null : layers.get(layers.size() - 1);
      if (last != null && last.name().equals(next.name())) {
        layers.set(
            layers.size() - 1,
            new LayerCycles(
                next.name(),
                last.cycles() + next.cycles(),
                last.steps() + next.steps(),
                last.macs() + next.macs()));
      } else {
        layers.add(next);
      }
    }
    return layers;
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
