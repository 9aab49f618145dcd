package lutmac.testbench.networks;

/**
 * How long and how fast a network is trained.
 *
 * @param batch images a step
 * @param steps of the optimizer
 * @param learningRate of the first step; it falls along half a cosine to zero
 */
record Schedule(int batch, int steps, double learningRate) {
  double learningRate(int step) {
    return learningRate * 0.5 * (1 + Math.cos(Math.PI * (step - 1) / steps));
  }
}
