package lutmac.generator.program;

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

  /** Share of the cycles in which the array takes a step, 0 to 1. */
  public double stepShare() {
    return (double) steps / cycles;
  }

  /** Useful multiply-accumulates over what {@code processingElements} could do, 0 to 1. */
  public double macShare(int processingElements) {
    return (double) macs / ((double) cycles * processingElements);
  }
}
