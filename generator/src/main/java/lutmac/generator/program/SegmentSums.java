package lutmac.generator.program;

import java.util.List;
import java.util.stream.IntStream;
import lutmac.generator.pe.StepCodes;
import lutmac.network.format.Codebook;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.SumRange;

/**
 * What the array's accumulators must hold: the sum of one segment. It can be narrower than the sum
 * of a whole output pixel ({@link lutmac.network.quantized.AccumulatorRange}), which the output
 * unit adds up in its own 32 bits.
 */
final class SegmentSums {
  private SegmentSums() {}

  /**
   * Width of the two's complement numbers that hold every segment's sum of every channel.
   *
   * @param planeSegments whether a segment ends with its plane; else it is all of a tile
   * @param segmentTaps taps of a segment
   */
  static int bits(
      StepCodes codes,
      List<Codebook> planes,
      TensorFormat input,
      boolean planeSegments,
      int segmentTaps) {
    SumRange range = SumRange.EMPTY;
    for (int block = 0; block < codes.blocks(); block++) {
      for (int column = 0; column < codes.cols(); column++) {
        SumRange sum = SumRange.EMPTY;
        for (int plane = 0; plane < codes.planes(); plane++) {
          SumRange[] terms = terms(planes.get(plane), input);
          for (int tap = 0; tap < codes.taps(); tap++) {
            if (planeSegments && tap % segmentTaps == 0) {
              sum = SumRange.EMPTY;
            }
            int end = codes.firstStep(tap + 1);
            for (int step = codes.firstStep(tap); step < end; step++) {
              sum = sum.plus(terms[codes.code(plane, block, step, column)]);
            }
            range = range.including(sum);
          }
        }
      }
    }
    return range.bits();
  }

  /** The range of a term of every code. */
  private static SumRange[] terms(Codebook codebook, TensorFormat input) {
    return IntStream.range(0, 1 << codebook.bits())
        .mapToObj(code -> SumRange.EMPTY.plus(codebook.level(code), input))
        .toArray(SumRange[]::new);
  }
}
