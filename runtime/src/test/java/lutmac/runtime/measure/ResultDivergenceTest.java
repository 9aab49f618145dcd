package lutmac.runtime.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import lutmac.network.shape.Shape;
import org.junit.jupiter.api.Test;

class ResultDivergenceTest {
  private static final Shape INPUT = new Shape(2, 4, 4);

  /** One class an image, a map, an image like the input. */
  private static final List<Shape> SHAPES = List.of(new Shape(5, 1, 1), new Shape(3, 2, 2), INPUT);

  private static float[][] random(long seed, double scale) {
    Random random = new Random(seed);
    float[][] results = new float[SHAPES.size()][];
    for (int o = 0; o < results.length; o++) {
      results[o] = new float[SHAPES.get(o).size()];
      for (int i = 0; i < results[o].length; i++) {
        results[o][i] = (float) (scale * random.nextGaussian());
      }
    }
    return results;
  }

  @Test
  void gradientsAreThoseOfFiniteDifferences() {
    float[][] wanted = random(1, 3);
    float[][] got = random(2, 3);
    ResultDivergence divergence = ResultDivergence.of(SHAPES, INPUT, new float[][][] {wanted});
    float[][] gradient = random(3, 1);
    assertEquals(
        divergence.of(wanted, got), divergence.of(wanted, got, gradient), "with and without");
    for (int o = 0; o < got.length; o++) {
      for (int i = 0; i < got[o].length; i++) {
        float step = 1f / 64;
        float before = got[o][i];
        got[o][i] = before + step;
        double above = divergence.of(wanted, got);
        got[o][i] = before - step;
        double below = divergence.of(wanted, got);
        got[o][i] = before;
        assertEquals((above - below) / (2 * step), gradient[o][i], 1e-4, o + " " + i);
      }
    }
  }

  @Test
  void equalResultsAreNotApart() {
    float[][] result = random(1, 100);
    ResultDivergence divergence = ResultDivergence.of(SHAPES, INPUT, new float[][][] {result});
    assertEquals(0, divergence.of(result, random(1, 100)), 1e-12);
  }

  @Test
  void classesCountByTheDivergenceOfTheirSoftmaxesAtTemperatureFour() {
    // p = (3/4, 1/4), q = (1/2, 1/2): KL = 3/4 ln(3/2) + 1/4 ln(1/2).
    float[] wanted = {(float) (4 * Math.log(3)), 0};
    double expected = 16 * (0.75 * Math.log(1.5) + 0.25 * Math.log(0.5));
    ResultDivergence divergence =
        ResultDivergence.of(
            List.of(new Shape(2, 1, 1)), INPUT, new float[][][] {new float[][] {wanted}});
    assertEquals(expected, divergence.of(new float[][] {wanted}, new float[1][2]), 1e-5);
  }

  /** The ratio is that of all images' values, so that dark images do not count more than others. */
  @Test
  void anyOtherOutputCountsByItsSquaredErrorInRelationToItsValues() {
    Shape two = new Shape(2, 2, 1);
    float[][][] results = {{{1, 1, 1, 1}}, {{3, 3, 3, 3}}};
    ResultDivergence divergence = ResultDivergence.of(List.of(two), INPUT, results);
    double one = divergence.of(results[0], new float[][] {{2, 1, 1, 1}});
    assertEquals(1.0 / 4 / 5, one, 1e-9);
    OutputDeviation deviation = new OutputDeviation(OutputKind.of(two, INPUT), two);
    float[][] got = {{1.5f, 1, 1, 0}, {3, 3, 2, 3}};
    double mean = 0;
    for (int n = 0; n < got.length; n++) {
      deviation.add(results[n][0], got[n]);
      mean += divergence.of(results[n], new float[][] {got[n]}) / got.length;
    }
    assertEquals(Math.pow(10, -deviation.sqnr().orElseThrow() / 10), mean, 1e-9);
  }

  @Test
  void whatIsAlwaysZeroCountsUnscaled() {
    float[][][] zero = {{{0}}};
    ResultDivergence divergence = ResultDivergence.of(List.of(new Shape(1, 1, 1)), INPUT, zero);
    assertEquals(0.25, divergence.of(zero[0], new float[][] {{0.5f}}));
  }
}
