package lutmac.quant.fit;

/** Looks at what a layer's weights are to achieve, before they are quantized. */
@FunctionalInterface
public interface WeightProbe {
  /**
   * Is shown one layer.
   *
   * @param goal what the layer's quantized weights are to come close to
   * @param scale of every tap's input, {@code [O][taps]}: the float layer's weight is the task's
   *     times this
   */
  void layer(LinearQuantizer.Task task, LinearQuantizer.Goal goal, double[][] scale);
}
