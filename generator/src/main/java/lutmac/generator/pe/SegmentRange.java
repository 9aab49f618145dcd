package lutmac.generator.pe;

import java.util.Arrays;
import java.util.List;
import lutmac.network.format.Codebook;
import lutmac.network.format.SignedDigits;
import lutmac.network.format.SignedDigits.Digit;

/**
 * What the bins and the drain accumulators of a {@link BinsStyle} must hold, whatever the
 * activations are: a bin the sum of the activations that meet its code, an accumulator the sum of
 * all bins weighed by the lower digits of their levels.
 */
final class SegmentRange {
  private final long minX;
  private final long maxX;

  /** Most negative and most positive value of a bin, and of an accumulator. */
  private long binLow;

  private long binHigh;
  private long drainLow;
  private long drainHigh;

  private SegmentRange(long minX, long maxX) {
    this.minX = minX;
    this.maxX = maxX;
  }

  /**
   * Bits of the narrowest bins that take all segments of a layer.
   *
   * @param segmentTaps taps of a segment
   * @param drainBits bits that an accumulator has beside those of a bin
   */
  static int binBits(
      List<Codebook> planes,
      StepCodes codes,
      int segmentTaps,
      long minX,
      long maxX,
      int drainBits) {
    SegmentRange range = new SegmentRange(minX, maxX);
    for (int plane = 0; plane < codes.planes(); plane++) {
      range.include(codes, plane, segmentTaps, lowerDigits(planes.get(plane)));
    }
    return Math.max(range.bitsOfBin(), range.bitsOfDrain() - drainBits);
  }

  /**
   * The digits of every level up to each position, as a multiple of the position's: {@code
   * [position] [code]}. So often is the code's bin in an accumulator when the next position comes.
   */
  private static double[][] lowerDigits(Codebook codebook) {
    double[][] shares = new double[BinsStyle.TOP_POSITION + 1][StepCodes.CODES];
    for (int code = 1; code < codebook.levels().size(); code++) {
      for (Digit digit : SignedDigits.of(codebook.level(code))) {
        double value = (digit.negative() ? -1.0 : 1.0) * (1 << digit.shift());
        for (int position = digit.shift(); position <= BinsStyle.TOP_POSITION; position++) {
          shares[position][code] += value / (1 << position);
        }
      }
    }
    return shares;
  }

  private void include(StepCodes codes, int plane, int segmentTaps, double[][] shares) {
    int[] counts = new int[StepCodes.CODES];
    for (int block = 0; block < codes.blocks(); block++) {
      for (int column = 0; column < codes.cols(); column++) {
        for (int tap = 0; tap < codes.taps(); tap += segmentTaps) {
          Arrays.fill(counts, 0);
          int end = codes.firstStep(tap + segmentTaps);
          for (int step = codes.firstStep(tap); step < end; step++) {
            counts[codes.code(plane, block, step, column)]++;
          }
          include(counts, shares);
        }
      }
    }
  }

  private void include(int[] counts, double[][] shares) {
    // Bin 0 is never read: it may overflow.
    for (int code = 1; code < counts.length; code++) {
      binLow = Math.min(binLow, counts[code] * minX);
      binHigh = Math.max(binHigh, counts[code] * maxX);
    }
    for (double[] share : shares) {
      // Multiples of 2^-7 below 2^40: exact.
      double low = 0;
      double high = 0;
      for (int code = 1; code < counts.length; code++) {
        double least = counts[code] * share[code] * (share[code] < 0 ? maxX : minX);
        double most = counts[code] * share[code] * (share[code] < 0 ? minX : maxX);
        low += least;
        high += most;
      }
      drainLow = Math.min(drainLow, (long) Math.floor(low));
      drainHigh = Math.max(drainHigh, (long) Math.floor(high));
    }
  }

  /** Bins of a layer without negative activations have no sign. */
  private int bitsOfBin() {
    return minX < 0 ? signedBits(binLow, binHigh) : signedBits(binLow, binHigh) - 1;
  }

  private int bitsOfDrain() {
    return signedBits(drainLow, drainHigh);
  }

  /** Bits of two's complement numbers that hold both. */
  private static int signedBits(long low, long high) {
    return 1 + Long.SIZE - Long.numberOfLeadingZeros(Math.max(high, ~low));
  }
}
