package lutmac.quant.recipe;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.quant.exec.Accuracy;
import lutmac.quant.exec.IntegerExecutor;
import lutmac.quant.network.QuantizedNetwork;

/**
 * Calibration images that nothing was fitted to: what a quantized network loses is seen on them.
 */
final class HeldOut {
  private final CalibrationData data;
  private final Optional<int[]> right;
  private final int[] floating;

  /**
   * @param study of the float network
   * @param data the images
   * @param right index of the right output of every image, if that is known
   */
  HeldOut(Study study, CalibrationData data, Optional<int[]> right) {
    this.data = data;
    this.right = right;
    this.floating =
        IntStream.range(0, data.count())
            .parallel()
            .map(n -> largest(study, data.real(n)))
            .toArray();
  }

  int images() {
    return data.count();
  }

  /**
   * Points of top-1 that a network has less than the float one; without labels percent of images
   * whose class is another.
   */
  double lostPercent(QuantizedNetwork network) {
    InputPlan input = new InputPlan(network.input(), data);
    IntegerExecutor executor = new IntegerExecutor(network);
    int[] got =
        IntStream.range(0, data.count())
            .parallel()
            .map(n -> Accuracy.largest(network, executor.run(input.integers(n))))
            .toArray();
    int[] wanted = right.orElse(floating);
    return 100.0 * (alike(floating, wanted) - alike(got, wanted)) / data.count();
  }

  private static int alike(int[] some, int[] others) {
    return (int) IntStream.range(0, some.length).filter(n -> some[n] == others[n]).count();
  }

  private static int largest(Study study, float[] input) {
    Map<String, float[]> maps = new HashMap<>();
    maps.put(study.inputName(), input);
    study.run().run(0, study.layers().size(), maps);
    float[] outputs = maps.get(study.last().output());
    int best = 0;
    for (int o = 1; o < outputs.length; o++) {
      best = outputs[o] > outputs[best] ? o : best;
    }
    return best;
  }
}
