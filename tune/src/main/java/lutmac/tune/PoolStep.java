package lutmac.tune;

import lutmac.network.quantized.MaxPoolLayer;
import lutmac.runtime.exec.MaxPooling;

/** A max-pool: a gradient goes to where the maximum came from. */
final class PoolStep implements Step {
  private final MaxPooling pooling;
  private final int input;
  private final int output;
  private final int outputSize;

  /**
   * @param input index of the map that it reads
   * @param output index of the map that it makes
   */
  PoolStep(MaxPoolLayer layer, int input, int output) {
    this.pooling = new MaxPooling(layer.input().shape(), layer.window());
    this.input = input;
    this.output = output;
    this.outputSize = layer.output().shape().size();
  }

  @Override
  public void forward(Pass pass) {
    float[] pooled = pooling.apply(pass.map(input));
    System.arraycopy(pooled, 0, pass.newMap(output, pass.images() * outputSize), 0, pooled.length);
  }

  @Override
  public void backward(Pass pass, GradientSums sums) {
    int[] positions = pooling.positions(pass.map(input));
    float[] from = pass.gradient(output);
    float[] to = pass.gradient(input);
    for (int i = 0; i < positions.length; i++) {
      to[positions[i]] += from[i];
    }
  }
}
