package lutmac.generator.program;

import lutmac.generator.pe.StepCodes;
import lutmac.quant.BadInputException;
import lutmac.quant.format.Codebook;
import lutmac.quant.format.FixedFormat;
import lutmac.quant.network.MacLayer;
import lutmac.quant.network.Skip;

/**
 * Worst case of sums of products over all inputs that a format can express, for the actual weight
 * codes. Padding contributes zero, so both bounds include it.
 */
record SumRange(long min, long max) {
  private static final SumRange ZERO = new SumRange(0, 0);

  /** Sum over steps {@code from} (inclusive) to {@code to} (exclusive) of one output channel. */
  static SumRange of(
      StepCodes codes, Codebook codebook, FixedFormat input, int channel, int from, int to) {
    long min = 0;
    long max = 0;
    for (int step = from; step < to; step++) {
      long level = codebook.level(codes.code(channel, step));
      long low = level * input.minCode();
      long high = level * input.maxCode();
      min += Math.min(0, Math.min(low, high));
      max += Math.max(0, Math.max(low, high));
    }
    return new SumRange(min, max);
  }

  SumRange plus(SumRange other) {
    return new SumRange(min + other.min, max + other.max);
  }

  SumRange times(long factor) {
    return new SumRange(min * factor, max * factor);
  }

  /** Width of the two's complement numbers that hold the range. */
  int bits() {
    return Math.max(bits(min), bits(max));
  }

  private static int bits(long value) {
    return 65 - Long.numberOfLeadingZeros(value < 0 ? ~value : value);
  }

  /** Width that every segment sum of every output channel fits. */
  static int segmentBits(StepCodes codes, Codebook codebook, FixedFormat input, int segmentPhases) {
    int bits = 1;
    for (int channel = 0; channel < codes.outChannels(); channel++) {
      for (int phase = 0; phase < codes.phases(); phase += segmentPhases) {
        int from = codes.firstStep(phase);
        int to = codes.firstStep(phase + segmentPhases);
        bits = Math.max(bits, of(codes, codebook, input, channel, from, to).bits());
      }
    }
    return bits;
  }

  /**
   * Checks that {@code acc + bias + (skip << t)} fits the 32 bits of the output unit.
   *
   * @throws BadInputException naming the layer and the channel if it does not
   */
  static void requireOutputFits(MacLayer mac, StepCodes codes, FixedFormat input) {
    for (int channel = 0; channel < codes.outChannels(); channel++) {
      SumRange sum = of(codes, mac.codebook(), input, channel, 0, codes.steps());
      if (mac.sumPixels()) {
        sum = sum.times(mac.input().shape().pixels());
      }
      sum = sum.plus(new SumRange(mac.bias()[channel], mac.bias()[channel]));
      sum = sum.plus(skipRange(mac, channel));
      if (sum.bits() > Integer.SIZE) {
        throw new BadInputException(
            ("layer '%s': the accumulator of output channel %d needs %d bits, the output unit has"
                    + " 32; quantize the layer with a smaller weight exponent")
                .formatted(mac.name(), channel, sum.bits()));
      }
    }
  }

  private static SumRange skipRange(MacLayer mac, int channel) {
    if (mac.skip().isEmpty()) {
      return ZERO;
    }
    Skip skip = mac.skip().get();
    int alignment = skip.alignment().get(channel);
    return new SumRange(
        skip.source().format().minCode() << alignment,
        skip.source().format().maxCode() << alignment);
  }
}
