package lutmac.quant.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.quant.calib.ActivationCodes;
import lutmac.quant.recipe.Techniques;
import org.junit.jupiter.api.Test;

/** What weights are fitted to. */
class TargetEstimatorTest {
  private static final double[][] WEIGHTS = {{1, -0.5, 0.25}, {0.75, 0.125, -1}};
  private static final double[][] TRUE_WEIGHTS = {{0.5, -0.75, 0.5}, {0.25, 1, -1}};
  private static final double[] BIAS = {0.5, -2};

  /** The float network's sums are those of other weights: the errors of the layers before. */
  @Test
  void weightsMoveToThoseThatMakeTheFloatSums() {
    PointwiseLayer layer = PointwiseLayer.random(WEIGHTS, BIAS, 300, 1);
    WeightTarget target =
        estimate(Techniques.all(), layer, Optional.empty(), layer.sums(TRUE_WEIGHTS));
    for (int o = 0; o < 2; o++) {
      for (int k = 0; k < 3; k++) {
        double way = TRUE_WEIGHTS[o][k] - WEIGHTS[o][k];
        // Damped by 3 % of the variance, and inputs that differ by chance.
        assertEquals(TRUE_WEIGHTS[o][k], target.weights()[o][k], 0.05 * Math.abs(way) + 0.02);
      }
    }
  }

  @Test
  void withoutRetargetingWeightsStay() {
    PointwiseLayer layer = PointwiseLayer.random(WEIGHTS, BIAS, 20, 1);
    WeightTarget target =
        estimate(
            new Techniques(true, true, true, true, false, true),
            layer,
            Optional.empty(),
            layer.sums(TRUE_WEIGHTS));
    assertArrayEquals(WEIGHTS, target.weights());
    assertEquals(1, target.roundings().size());
  }

  @Test
  void withoutCompensationEveryWeightGoesToTheNearestLevel() {
    PointwiseLayer layer = PointwiseLayer.random(WEIGHTS, BIAS, 20, 1);
    WeightTarget target =
        estimate(Techniques.nearest(), layer, Optional.empty(), layer.sums(WEIGHTS));
    assertTrue(target.roundings().isEmpty());
  }

  @Test
  void whatTheSkipConnectionAddsIsNotForTheWeights() {
    PointwiseLayer layer = PointwiseLayer.random(WEIGHTS, BIAS, 300, 1);
    byte[][] added = PointwiseLayer.random(WEIGHTS, BIAS, 300, 2).codes();
    Tensor tensor = Tensor.zeroPadded("s", new Shape(3, 1, 4), new FixedFormat(8, 2, false));
    ActivationCodes skip = new ActivationCodes(tensor, added);
    float[][] sums = layer.sums(WEIGHTS);
    for (int n = 0; n < sums.length; n++) {
      for (int i = 0; i < sums[n].length; i++) {
        sums[n][i] += (added[n][i] & 0xFF) / 4f;
      }
    }
    WeightTarget target = estimate(Techniques.all(), layer, Optional.of(skip), sums);
    for (int o = 0; o < 2; o++) {
      assertArrayEquals(WEIGHTS[o], target.weights()[o], 1e-4);
    }
  }

  /** Tap 0 reads 1 and 3 in turn, tap 1 always 2: variances 1 and 0, one damping for both. */
  @Test
  void errorsCountByTheVarianceOfWhatTheirTapReads() {
    byte[][] codes = {{16, 48, 32, 32}, {48, 16, 32, 32}};
    PointwiseLayer layer = new PointwiseLayer(new double[][] {{1, 1}}, new double[1], codes, 4);
    WeightTarget target =
        estimate(Techniques.all(), layer, Optional.empty(), layer.sums(layer.weights()));
    assertArrayEquals(new double[] {2, 2}, target.mean()[0], 1e-9);
    double[] importance = target.importance()[0];
    assertEquals(1, importance[0] - importance[1], 1e-9);
    assertTrue(importance[1] > 0 && importance[1] < 0.5, "damping " + importance[1]);
  }

  @Test
  void reductionTooLongForACovarianceIsRoundedToNearestAndSaysSo() {
    double[][] weights = new double[1][6145];
    PointwiseLayer layer =
        new PointwiseLayer(weights, new double[1], new byte[1][weights[0].length], 4);
    WeightTarget target = estimate(Techniques.all(), layer, Optional.empty(), new float[1][1]);
    assertSame(weights, target.weights());
    assertTrue(target.roundings().isEmpty());
    assertTrue(target.notes().get(0).contains("6145"), target.notes().toString());
  }

  private static WeightTarget estimate(
      Techniques techniques, PointwiseLayer layer, Optional<ActivationCodes> skip, float[][] sums) {
    return new TargetEstimator(techniques, 1)
        .estimate(layer.task(PointwiseLayer.FIXED8, Optional.empty(), skip, sums));
  }
}
