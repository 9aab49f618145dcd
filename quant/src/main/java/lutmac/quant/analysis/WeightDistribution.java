package lutmac.quant.analysis;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import lutmac.network.quantized.MacLayer;

/**
 * A layer's float weights and the integers that they became. The unit is that of the integers: in
 * output channel o it is worth {@code 2^-(g + d_o)}.
 *
 * @param leastExponent least {@code g + d_o} of all channels
 * @param mostExponent greatest
 * @param wanted the float weights
 * @param levels the integers that a weight can be, ascending, and how many weights became each;
 *     empty if there are more than 32
 */
public record WeightDistribution(
    int leastExponent, int mostExponent, Histogram wanted, List<Level> levels) {
  private static final int BINS = 96;
  private static final int MOST_LEVELS = 32;

  public WeightDistribution {
    levels = List.copyOf(levels);
  }

  /** An integer weight and how many weights are it. */
  public record Level(int value, long weights) {}

  static WeightDistribution of(MacLayer layer, BuiltWeights built) {
    double[] wanted = built.wanted();
    int[] exponents = new int[layer.outChannels()];
    Arrays.setAll(exponents, built::exponent);
    Map<Integer, Long> used = new TreeMap<>();
    possible(layer).forEach(level -> used.put(level, 0L));
    for (int i = 0; i < wanted.length; i++) {
      used.merge(layer.weight(i), 1L, Long::sum);
    }
    double low = Math.min(-1, used.keySet().stream().min(Comparator.naturalOrder()).orElseThrow());
    double high = Math.max(1, used.keySet().stream().max(Comparator.naturalOrder()).orElseThrow());
    for (double weight : wanted) {
      low = Math.min(low, weight);
      high = Math.max(high, weight);
    }
    List<Level> levels =
        used.size() > MOST_LEVELS
            ? List.of()
            : used.entrySet().stream().map(e -> new Level(e.getKey(), e.getValue())).toList();
    return new WeightDistribution(
        Arrays.stream(exponents).min().orElseThrow(),
        Arrays.stream(exponents).max().orElseThrow(),
        Histogram.of(wanted, low, high, BINS),
        levels);
  }

  /** Every sum of one level a plane. */
  private static List<Integer> possible(MacLayer layer) {
    List<Integer> sums = List.of(0);
    for (var plane : layer.planes()) {
      sums =
          sums.stream()
              .flatMap(sum -> plane.codebook().levels().stream().map(level -> sum + level))
              .distinct()
              .toList();
    }
    return sums;
  }
}
