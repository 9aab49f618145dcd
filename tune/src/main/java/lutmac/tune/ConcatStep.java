package lutmac.tune;

import java.util.List;

/** Channels one after the other: in {@code [C, N, H, W]} whole maps one after the other. */
final class ConcatStep implements Step {
  private final List<Integer> inputs;
  private final int output;
  private final int outputSize;

  /**
   * @param inputs indices of the maps that it reads
   * @param output index of the map that it makes
   * @param outputSize elements of one image in it
   */
  ConcatStep(List<Integer> inputs, int output, int outputSize) {
    this.inputs = List.copyOf(inputs);
    this.output = output;
    this.outputSize = outputSize;
  }

  @Override
  public void forward(Pass pass) {
    float[] whole = pass.newMap(output, pass.images() * outputSize);
    int at = 0;
    for (int input : inputs) {
      float[] part = pass.map(input);
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
  }

  @Override
  public void backward(Pass pass, GradientSums sums) {
    float[] whole = pass.gradient(output);
    int at = 0;
    for (int input : inputs) {
      float[] part = pass.gradient(input);
      for (int i = 0; i < part.length; i++) {
        part[i] += whole[at + i];
      }
      at += part.length;
    }
  }
}
