package lutmac.quant.sensitivity;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.quant.study.CalibrationData;
import lutmac.quant.study.InputPlan;
import lutmac.quant.study.Study;
import lutmac.runtime.exec.Accuracy;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.measure.OutputDeviation;
import lutmac.runtime.measure.OutputKind;

/**
 * Calibration images that nothing was fitted to: what a quantized network loses is seen on them.
 */
public final class HeldOut {
  private final CalibrationData data;
  private final Optional<int[]> right;

  /** The float network's results, {@code [N][output][O]}. */
  private final float[][][] floating;

  /**
   * Runs the float network on the images.
   *
   * @param study of the float network
   * @param data the images
   * @param right index of the right output of every image, if that is known
   */
  public HeldOut(Study study, CalibrationData data, Optional<int[]> right) {
    this.data = data;
    this.right = right;
    this.floating =
        IntStream.range(0, data.count())
            .parallel()
            .mapToObj(n -> results(study, data.real(n)))
            .toArray(float[][][]::new);
  }

  /** How many images there are. */
  public int images() {
    return data.count();
  }

  /**
   * What a network loses on its first output, in percent: points of top-1 that it has less than the
   * float one; without labels images whose class is another, of a map of classes pixels whose class
   * is another, and of an output without classes the squared error, of the squared values.
   */
  public double lostPercent(QuantizedNetwork network) {
    float[][][] got = results(network);
    Shape output = network.output().shape();
    OutputKind kind = OutputKind.of(output, network.input().tensor().shape());
    if (right.isEmpty() && kind != OutputKind.CLASSES) {
      OutputDeviation deviation = new OutputDeviation(kind, output);
      for (int n = 0; n < got.length; n++) {
        deviation.add(floating[n][0], got[n][0]);
      }
      return deviation.lostPercent();
    }
    int lost = 0;
    for (int n = 0; n < got.length; n++) {
      int wanted = right.isPresent() ? right.get()[n] : Accuracy.largest(floating[n][0]);
      lost += Accuracy.largest(floating[n][0]) == wanted ? 1 : 0;
      lost -= Accuracy.largest(got[n][0]) == wanted ? 1 : 0;
    }
    return 100.0 * lost / data.count();
  }

  /** Mean softened divergence of a network's class probabilities from the float network's. */
  public double divergence(QuantizedNetwork network) {
    float[][][] got = results(network);
    double sum = 0;
    for (int n = 0; n < got.length; n++) {
      sum += Divergence.softened(floating[n], got[n]);
    }
    return sum / got.length;
  }

  /** A quantized network's results in real units, {@code [N][output][O]}. */
  private float[][][] results(QuantizedNetwork network) {
    InputPlan input = new InputPlan(network.input(), data);
    IntegerExecutor executor = new IntegerExecutor(network);
    return IntStream.range(0, data.count())
        .parallel()
        .mapToObj(n -> RealResults.of(network, executor.outputs(input.integers(n))))
        .toArray(float[][][]::new);
  }

  private static float[][] results(Study study, float[] input) {
    Map<String, float[]> maps = new HashMap<>();
    maps.put(study.inputName(), input);
    study.run().run(0, study.layers().size(), maps);
    return study.results(maps);
  }
}
