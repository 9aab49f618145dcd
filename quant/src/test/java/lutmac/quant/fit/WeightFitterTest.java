package lutmac.quant.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import lutmac.network.quantized.WeightPlane;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.LayerPlan;
import lutmac.quant.plan.WeightFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Table, exponent, channel shifts and levels of one layer's weights. */
class WeightFitterTest {
  private static final ActivationFormat BYTE = ActivationFormat.Fixed.of(8);

  /** Every pair of levels {0, L} of one digit at every exponent that is near. */
  @Property(tries = 30)
  void tableOfTwoLevelsIsTheBestOfAll(@ForAll long seed) {
    Random random = new Random(seed);
    double[] weights = random.doubles(12, -1, 1).toArray();
    double[] importance = random.doubles(12, 0.5, 2).toArray();
    WeightFit fit =
        fit(
            new double[][] {weights},
            new double[][] {importance},
            LayerPlan.of(new WeightFormat.Table(1, 1), false, BYTE),
            -100,
            100);
    double most = Arrays.stream(weights).map(Math::abs).max().orElseThrow();
    int full = (int) Math.floor(Math.log(127 / most) / Math.log(2));
    double least = Double.POSITIVE_INFINITY;
    for (int exponent = full - 2; exponent <= full + 3; exponent++) {
      for (int level = -128; level <= 127; level++) {
        if (SignedDigits.count(level) == 1) {
          double value = Math.scalb((double) level, -exponent);
          double error = 0;
          for (int k = 0; k < weights.length; k++) {
            double toLevel = weights[k] - value;
            error += importance[k] * Math.min(weights[k] * weights[k], toLevel * toLevel);
          }
          least = Math.min(least, error);
        }
      }
    }
    assertEquals(least, fit.totalLoss(), 1e-9 * least);
  }

  @Test
  void weightsThatAreIntegersOfAPowerOfTwoStayExact() {
    double[][] weights = {{-8 / 32.0, 7 / 32.0, 1 / 32.0}, {3 / 32.0, -5 / 32.0, 0}};
    WeightFit fit = fit(weights, LayerPlan.of(new WeightFormat.FixedPoint(4), false, BYTE));
    assertEquals(0, fit.totalLoss());
    assertEquals(5, fit.exponent());
    assertArrayEquals(new int[][] {{-8, 7, 1}, {3, -5, 0}}, fit.levels());
    assertEquals(Optional.empty(), fit.sqnr(weights));
  }

  @Test
  void channelsThatAreSmallerByAPowerOfTwoGetItAsTheirShift() {
    double[][] weights = {{0.8, -0.37, 0.55, -0.71}, new double[4], new double[4]};
    for (int k = 0; k < 4; k++) {
      weights[1][k] = weights[0][k] / 8;
      weights[2][k] = weights[0][k] * 2;
    }
    WeightFit fit = fit(weights, LayerPlan.of(new WeightFormat.FixedPoint(4), true, BYTE));
    assertEquals(3, fit.shifts()[1] - fit.shifts()[0]);
    assertEquals(-1, fit.shifts()[2] - fit.shifts()[0]);
    assertArrayEquals(fit.levels()[0], fit.levels()[1]);
    assertArrayEquals(fit.levels()[0], fit.levels()[2]);
  }

  /** 300 times smaller than the median channel is nothing, 200 times is something. */
  @Test
  void channelsOfNextToNothingBecomeZero() {
    double[][] weights = {{1, -1}, {1, 1}, {1.0 / 300, 1.0 / 300}, {1.0 / 200, 1.0 / 200}};
    WeightFit fit = fit(weights, LayerPlan.of(new WeightFormat.FixedPoint(4), true, BYTE));
    assertArrayEquals(new int[2], fit.levels()[2]);
    assertTrue(fit.levels()[3][0] > 0, Arrays.toString(fit.levels()[3]));
    assertEquals(0, fit.loss()[2]);
  }

  @Test
  void exponentsStayWithinTheirLimits() {
    double[][] weights = {{0.8, -0.37, 0.55}, {0.08, -0.03, 0.055}};
    for (LayerPlan plan :
        List.of(
            LayerPlan.of(new WeightFormat.Table(4, 2), true, BYTE),
            LayerPlan.of(new WeightFormat.FixedPoint(8), false, BYTE),
            pinned(Optional.of(20), Optional.of(List.of(0, 9))))) {
      WeightFit fit = fit(weights, ones(2, 3), plan, 2, 4);
      for (int shift : fit.shifts()) {
        int exponent = fit.exponent() + shift;
        assertTrue(exponent >= 2 && exponent <= 4, plan + ": " + exponent);
      }
    }
  }

  @Test
  void pinsAreKept() {
    WeightFit fit =
        fit(
            new double[][] {{0.8, -0.37, 0.55}, {0.08, -0.03, 0.055}},
            pinned(Optional.of(3), Optional.of(List.of(1, 2))));
    assertEquals(3, fit.exponent());
    assertArrayEquals(new int[] {1, 2}, fit.shifts());
    Codebook table = new Codebook(List.of(0, 64, -64, 16));
    LayerPlan withTable =
        new LayerPlan(
            new WeightFormat.Table(2, 1),
            false,
            Optional.of(6),
            Optional.of(table),
            Optional.empty(),
            BYTE);
    WeightFit tabled = fit(new double[][] {{1.1, -0.7, 0.3, 0.1}}, withTable);
    assertEquals(Optional.of(table), tabled.table());
    assertArrayEquals(new int[] {64, -64, 16, 0}, tabled.levels()[0]);
    WeightPlane plane = tabled.planes(withTable.weights()).get(0);
    assertArrayEquals(new byte[] {1, 2, 3, 0}, plane.codes());
  }

  @Test
  void levelsStandForTheWeights() {
    WeightFit fit =
        new WeightFit(
            Optional.empty(), 3, new int[] {1, -1}, new int[][] {{5}, {-6}}, new double[2]);
    assertEquals(5 / 16.0, fit.weight(0, 0));
    assertEquals(-6 / 4.0, fit.weight(1, 0));
    assertArrayEquals(new int[] {6, 4}, fit.fractions(2));
    double ratio = (0.25 * 0.25 + 1.5 * 1.5) / (0.0625 * 0.0625);
    assertEquals(
        10 * Math.log10(ratio), fit.sqnr(new double[][] {{0.25}, {-1.5}}).orElseThrow(), 1e-9);
  }

  private static LayerPlan pinned(Optional<Integer> exponent, Optional<List<Integer>> shifts) {
    return new LayerPlan(
        new WeightFormat.FixedPoint(6), true, exponent, Optional.empty(), shifts, BYTE);
  }

  private static double[][] ones(int rows, int taps) {
    double[][] ones = new double[rows][taps];
    Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
    return ones;
  }

  private static WeightFit fit(double[][] weights, LayerPlan plan) {
    return fit(weights, ones(1, weights[0].length), plan, -100, 100);
  }

  private static WeightFit fit(
      double[][] weights, double[][] importance, LayerPlan plan, int least, int most) {
    return WeightFitter.fit(
        new WeightFitter.Task(weights, importance, List.of(), plan, true, false, least, most));
  }
}
