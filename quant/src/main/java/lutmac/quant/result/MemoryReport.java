package lutmac.quant.result;

/**
 * Bits that a network occupies, for one image; the float network's at 32 bits a number.
 *
 * @param weights codes and tables
 * @param tables of them
 * @param biases 32 bits each
 * @param activations every feature map once, the input included
 * @param peakActivations the most that is alive at one time: what a buffer must hold
 * @param floatWeights the float network's weights; likewise the rest
 */
public record MemoryReport(
    long weights,
    long tables,
    long biases,
    long activations,
    long peakActivations,
    long floatWeights,
    long floatBiases,
    long floatActivations,
    long floatPeakActivations) {

  /** Compression ratio of the weights: float bits over quantized bits. */
  public double weightsCompressionRatio() {
    return (double) floatWeights / weights;
  }

  /** Compression ratio of weights, biases and all feature maps together. */
  public double compressionRatio() {
    return (double) (floatWeights + floatBiases + floatActivations)
        / (weights + biases + activations);
  }

  /** Compression ratio of weights, biases and the peak of live feature maps. */
  public double peakCompressionRatio() {
    return (double) (floatWeights + floatBiases + floatPeakActivations)
        / (weights + biases + peakActivations);
  }
}
