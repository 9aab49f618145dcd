package lutmac.quant.sensitivity;

import java.util.List;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;

/** What a quantized network's outputs mean. */
public final class RealResults {
  private RealResults() {}

  /**
   * The outputs in real units, {@code [output][O]}.
   *
   * @param outputs integers of every output, in the network's order
   */
  public static float[][] of(QuantizedNetwork network, List<int[]> outputs) {
    float[][] reals = new float[outputs.size()][];
    for (int n = 0; n < reals.length; n++) {
      reals[n] = reals(network.outputs().get(n), outputs.get(n));
    }
    return reals;
  }

  private static float[] reals(Tensor output, int[] integers) {
    float[] reals = new float[integers.length];
    for (int i = 0; i < integers.length; i++) {
      reals[i] = (float) output.real(i, integers[i]);
    }
    return reals;
  }
}
