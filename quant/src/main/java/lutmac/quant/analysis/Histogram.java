package lutmac.quant.analysis;

import java.util.Arrays;
import java.util.List;

/**
 * Counts of values in bins of equal width.
 *
 * @param low left end of the first bin
 * @param high right end of the last bin; values there belong to it
 * @param counts of every bin
 */
public record Histogram(double low, double high, List<Long> counts) {
  public Histogram {
    counts = List.copyOf(counts);
    if (!(low < high) || counts.isEmpty()) {
      throw new IllegalArgumentException(
          "%d bins between %s and %s".formatted(counts.size(), low, high));
    }
  }

  /** Of values, all between {@code low} and {@code high}. */
  static Histogram of(double[] values, double low, double high, int bins) {
    Long[] counts = new Long[bins];
    Arrays.fill(counts, 0L);
    for (double value : values) {
      int bin = (int) Math.floor((value - low) / (high - low) * bins);
      counts[Math.max(0, Math.min(bins - 1, bin))]++;
    }
    return new Histogram(low, high, List.of(counts));
  }

  /** Greatest count. */
  public long most() {
    return counts.stream().mapToLong(Long::longValue).max().orElseThrow();
  }
}
