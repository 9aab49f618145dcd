package lutmac.generator.program;

import lutmac.generator.pe.StepCodes;
import lutmac.quant.format.Codebook;
import lutmac.quant.format.FixedFormat;

/**
 * Worst case of a segment's sums over all inputs that a format can express, for the actual weight
 * codes. Padding contributes zero, so both bounds include it.
 */
final class SumRange {
  private SumRange() {}

  /** Width of the two's complement numbers that hold every segment sum of every channel. */
  static int segmentBits(StepCodes codes, Codebook codebook, FixedFormat input, int segmentPhases) {
    long min = 0;
    long max = 0;
    for (int channel = 0; channel < codes.outChannels(); channel++) {
      for (int phase = 0; phase < codes.phases(); phase += segmentPhases) {
        long low = 0;
        long high = 0;
        int end = codes.firstStep(phase + segmentPhases);
        for (int step = codes.firstStep(phase); step < end; step++) {
          long level = codebook.level(codes.code(channel, step));
          long atMin = level * input.minCode();
          long atMax = level * input.maxCode();
          low += Math.min(atMin, atMax);
          high += Math.max(atMin, atMax);
        }
        min = Math.min(min, low);
        max = Math.max(max, high);
      }
    }
    return Long.SIZE + 1 - Long.numberOfLeadingZeros(Math.max(max, ~min));
  }
}
