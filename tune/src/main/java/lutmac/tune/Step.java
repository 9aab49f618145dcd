package lutmac.tune;

/** One layer of a network in training. */
sealed interface Step permits MacStep, PoolStep, ConcatStep {
  /** Makes the layer's map from those that it reads. */
  void forward(Pass pass);

  /** Adds to the gradients of the maps that it reads and, in {@code sums}, of its parameters. */
  void backward(Pass pass, GradientSums sums);
}
