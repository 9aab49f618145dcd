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
import lutmac.runtime.measure.ResultDivergence;

/**
 * Calibration images that nothing was fitted to: what a quantized network loses is seen on them.
 */
public final class HeldOut {
  private final CalibrationData data;
  private final Optional<int[]> right;
  private final ResultDivergence measure;

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
    this.measure = study.divergence();
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
   * What a network loses, in percent: points of top-1 that it has less than the float one; without
   * labels images whose class is another, of a map of classes pixels whose class is another, and of
   * an output without classes the squared error, of the squared values. Of several outputs it is
   * that of the one that loses most; labels are those of the first.
   */
  public double lostPercent(QuantizedNetwork network) {
    float[][][] got = results(network);
    double most = Double.NEGATIVE_INFINITY;
    for (int output = 0; output < network.outputs().size(); output++) {
      most =
          Math.max(
              most,
              output == 0 && right.isPresent()
                  ? points(right.get(), got)
                  : deviation(network, output, got).lostPercent());
    }
    return most;
  }

  private OutputDeviation deviation(QuantizedNetwork network, int output, float[][][] got) {
    Shape shape = network.outputs().get(output).shape();
    OutputDeviation deviation =
        new OutputDeviation(
            OutputKind.judged(output, shape, network.input().tensor().shape()), shape);
    for (int n = 0; n < got.length; n++) {
      deviation.add(floating[n][output], got[n][output]);
    }
    return deviation;
  }

  /** Points of top-1. */
  private double points(int[] wanted, float[][][] got) {
    int lost = 0;
    for (int n = 0; n < got.length; n++) {
      lost += Accuracy.largest(floating[n][0]) == wanted[n] ? 1 : 0;
      lost -= Accuracy.largest(got[n][0]) == wanted[n] ? 1 : 0;
    }
    return 100.0 * lost / data.count();
  }

  /** Mean divergence of a network's results from the float network's. */
  public double divergence(QuantizedNetwork network) {
    float[][][] got = results(network);
    double sum = 0;
    for (int n = 0; n < got.length; n++) {
      sum += measure.of(floating[n], got[n]);
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
