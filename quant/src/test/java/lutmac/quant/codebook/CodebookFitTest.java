package lutmac.quant.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import lutmac.network.format.SignedDigits;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CodebookFitTest {

  @Test
  void candidateCountsPerDigitAreThoseOfTheNonAdjacentForm() {
    assertEquals(16, LevelCandidates.withDigits(1).length);
    assertEquals(88, LevelCandidates.withDigits(2).length);
    assertEquals(208, LevelCandidates.withDigits(3).length);
    assertEquals(256, LevelCandidates.withDigits(4).length);
  }

  /** Every subset of four levels that contains zero, priced value by value. */
  @Property(tries = 100)
  void noTableOfFourWithZeroBeatsTheFit(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int count) {
    Random random = new Random(seed);
    double[] values = random.doubles(count, -9, 9).toArray();
    double[] weights = random.doubles(count, 0, 2).toArray();
    int[] candidates = {-8, -5, -4, -1, 0, 1, 2, 3, 6, 8};

    CodebookFit fit = CodebookFit.at(new WeightedSamples(values, weights), candidates, 2, 0);

    double least = Double.POSITIVE_INFINITY;
    for (int a = 0; a < candidates.length; a++) {
      for (int b = a + 1; b < candidates.length; b++) {
        for (int c = b + 1; c < candidates.length; c++) {
          int[] table = {0, candidates[a], candidates[b], candidates[c]};
          if (Arrays.stream(table).distinct().count() == 4) {
            least = Math.min(least, error(values, weights, table, 1));
          }
        }
      }
    }
    assertEquals(least, fit.error(), 1e-9);
    int[] chosen = fit.codebook().levels().stream().mapToInt(Integer::intValue).toArray();
    assertEquals(least, error(values, weights, chosen, 1), 1e-9, "the table is the priced one");
  }

  @Test
  void tableHoldsZeroFirstAndTheOtherLevelsAscending() {
    Random random = new Random(1);
    double[] values = random.doubles(500, 3, 9).toArray();
    List<Integer> levels = fit(values, 2, 16).codebook().levels();
    assertEquals(16, levels.size());
    assertEquals(0, levels.get(0));
    int[] others = levels.stream().skip(1).mapToInt(Integer::intValue).toArray();
    assertArrayEquals(Arrays.stream(others).sorted().distinct().toArray(), others);
    assertTrue(Arrays.stream(others).allMatch(level -> SignedDigits.count(level) <= 2));
  }

  @Test
  void valuesThatATableHoldsAreFittedExactlyAtTheSmallestExponent() {
    double[] values = {-0.5, 0.25, 1, 0, 0.75};
    CodebookFit fit = fit(values, 2, 16);
    assertEquals(0, fit.error());
    assertEquals(2, fit.exponent());
  }

  /**
   * Signal-to-noise ratios of an independent (numpy) implementation, mean over sub-octave scales.
   */
  @Test
  void gaussianAndLaplacianReachTheKnownSignalToNoiseRatio() {
    Random random = new Random(7);
    double[] gaussian =
        IntStream.range(0, 100_000).mapToDouble(i -> random.nextGaussian()).toArray();
    assertEquals(20.01, meanRatio(gaussian), 0.1);
    assertEquals(18.03, meanRatio(laplacianQuantiles()), 0.1);
  }

  @Test
  void rejectsValuesThatAreNotNumbers() {
    double[] bad = {1, Double.NaN};
    assertThrows(
        IllegalArgumentException.class, () -> new WeightedSamples(bad, new double[] {1, 1}));
  }

  private static CodebookFit fit(double[] values, int digits, int size) {
    double[] ones = new double[values.length];
    Arrays.fill(ones, 1);
    WeightedSamples samples = new WeightedSamples(values, ones);
    int full = CodebookFit.fullScaleExponent(samples.maxMagnitude(), 127);
    int bits = Integer.numberOfTrailingZeros(size);
    return IntStream.rangeClosed(full - 4, full + 3)
        .mapToObj(g -> CodebookFit.at(samples, LevelCandidates.withDigits(digits), bits, g))
        .min(Comparator.comparingDouble(CodebookFit::error))
        .orElseThrow();
  }

  private static double meanRatio(double[] base) {
    double sum = 0;
    int scales = 4;
    for (int k = 0; k < scales; k++) {
      double scale = Math.pow(2, (double) k / scales);
      double[] values = Arrays.stream(base).map(v -> v * scale).toArray();
      double energy = Arrays.stream(values).map(v -> v * v).sum();
      sum += 10 * Math.log10(energy / fit(values, 2, 16).error());
    }
    return sum / scales;
  }

  private static double[] laplacianQuantiles() {
    int count = 200_000;
    return IntStream.range(0, count)
        .mapToDouble(i -> (i + 0.5) / count - 0.5)
        .map(u -> -Math.signum(u) * Math.log(1 - 2 * Math.abs(u)))
        .toArray();
  }

  private static double error(double[] values, double[] weights, int[] table, double step) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      double least = Double.POSITIVE_INFINITY;
      for (int level : table) {
        double d = values[i] - level * step;
        least = Math.min(least, d * d);
      }
      sum += weights[i] * least;
    }
    return sum;
  }
}
