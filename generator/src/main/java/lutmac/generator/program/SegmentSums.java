package lutmac.generator.program;

import lutmac.generator.pe.StepCodes;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.SumRange;

/**
 * What the array's accumulators must hold: the sum of one segment. It can be narrower than the sum
 * of a whole output pixel ({@link lutmac.network.quantized.AccumulatorRange}), which the output
 * unit adds up in its own 32 bits.
 */
final class SegmentSums {
  private SegmentSums() {}

  /** Width of the two's complement numbers that hold every segment's sum of every channel. */
  static int bits(StepCodes codes, Codebook codebook, FixedFormat input, int segmentPhases) {
    SumRange range = SumRange.EMPTY;
    for (int channel = 0; channel < codes.outChannels(); channel++) {
      for (int phase = 0; phase < codes.phases(); phase += segmentPhases) {
        SumRange sum = SumRange.EMPTY;
        int end = codes.firstStep(phase + segmentPhases);
        for (int step = codes.firstStep(phase); step < end; step++) {
          sum = sum.plus(codebook.level(codes.code(channel, step)), input);
        }
        range = range.including(sum);
      }
    }
    return range.bits();
  }
}
