package lutmac.network.quantized;

import java.util.Objects;
import lutmac.network.HardwareLimits;
import lutmac.network.format.TensorFormat;

/**
 * The exact range of a layer's accumulators over every input that its formats can hold, from the
 * actual weight codes: what sizes the hardware's accumulator. For one output channel the largest
 * sum is {@code sum over taps of max(L * min, L * max)} with {@code min, max} the input's extreme
 * codes; the smallest likewise.
 *
 * @param arrayMin least sum of one output pixel that the array can reach, without bias and skip
 * @param arrayMax greatest such sum
 * @param valueMin least v: bias, skip and, with {@code sumPixels}, all pixels included
 * @param valueMax greatest v
 */
public record AccumulatorRange(long arrayMin, long arrayMax, long valueMin, long valueMax) {

  /** The range of a layer, over all its output channels. */
  public static AccumulatorRange of(MacLayer layer) {
    Objects.requireNonNull(layer, "layer");
    TensorFormat input = layer.input().format();
    int taps = layer.taps();
    long pixels = layer.sumPixels() ? layer.input().shape().pixels() : 1;
    SumRange array = SumRange.EMPTY;
    long valueMin = Long.MAX_VALUE;
    long valueMax = Long.MIN_VALUE;
    for (int o = 0; o < layer.outChannels(); o++) {
      SumRange sum = SumRange.EMPTY;
      for (int tap = 0; tap < taps; tap++) {
        sum = sum.plus(layer.weight(o * taps + tap), input);
      }
      array = array.including(sum);
      long least = sum.min() * pixels + layer.bias()[o];
      long greatest = sum.max() * pixels + layer.bias()[o];
      if (layer.skip().isPresent()) {
        Skip skip = layer.skip().get();
        least += skip.source().format().minCode() << skip.alignment().get(o);
        greatest += skip.source().format().maxCode() << skip.alignment().get(o);
      }
      valueMin = Math.min(valueMin, least);
      valueMax = Math.max(valueMax, greatest);
    }
    return new AccumulatorRange(array.min(), array.max(), valueMin, valueMax);
  }

  /** Bits of the two's complement word that holds every sum of the array. */
  public int arrayBits() {
    return new SumRange(arrayMin, arrayMax).bits();
  }

  /** Bits of the two's complement word that holds every v. */
  public int valueBits() {
    return new SumRange(valueMin, valueMax).bits();
  }

  /** Whether every v fits the output unit's 32 bits. */
  public boolean fitsInt32() {
    return valueBits() <= HardwareLimits.ACCUMULATOR_BITS;
  }
}
