package lutmac.quant.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import lutmac.network.BadInputException;
import lutmac.network.HardwareLimits;
import lutmac.quant.codebook.CodebookFit;

/**
 * How many fraction bits the sums of a layer may have, {@code a_o = f_in + g + d_o}: output and
 * skip connection are shifted by {@code 0 <= a_o - f <= 31} bits, and sums have 32 bits.
 *
 * @param least fraction bits that output and skip connection need
 * @param most fraction bits that their shifts and the sums' word allow
 * @param overflowing the most with which sums were seen to exceed their word; empty if they fit
 */
record FractionLimits(int least, int most, OptionalInt overflowing) {
  /** Far from every real limit, and so that sums of limits do not overflow. */
  private static final int FREE = Integer.MAX_VALUE / 2;

  /** What the formats around a layer allow. */
  static FractionLimits of(LayerTask task) {
    int least = -FREE - 1;
    int most = FREE;
    if (task.skipFraction().isPresent()) {
      least = task.skipFraction().get();
      most = task.skipFraction().get() + HardwareLimits.MAX_SHIFT;
    }
    if (task.outputFraction().isPresent()) {
      least = Math.max(least, task.outputFraction().get());
      most = Math.min(most, task.outputFraction().get() + HardwareLimits.MAX_SHIFT);
    }
    return new FractionLimits(least, most, OptionalInt.empty());
  }

  /** The limits after sums with so many fraction bits were seen to exceed their word. */
  FractionLimits below(int fraction) {
    return new FractionLimits(least, fraction - 1, OptionalInt.of(overflowing.orElse(fraction)));
  }

  /**
   * Checks that anything is allowed.
   *
   * @throws BadInputException naming the layer, if not
   */
  void requireRoom(String layer) {
    if (most < least) {
      throw new BadInputException(
          ("layer '%s' cannot be quantized: its sums do not fit 32 bits with the %d fraction bits"
                  + " that its output and skip connection need; use calibration images of the"
                  + " range that the network expects, or fewer activation bits")
              .formatted(layer, least));
    }
  }

  /** What the limits do to weights that would rather have another exponent. */
  List<String> notes(LayerTask task) {
    List<String> notes = new ArrayList<>();
    double magnitude = Legality.magnitude(task.weights());
    if (magnitude > 0) {
      int full = CodebookFit.fullScaleExponent(magnitude, Legality.GREATEST_LEVEL);
      int natural = task.inputFraction() + full;
      FractionLimits around = of(task);
      if (natural < around.least) {
        notes.add(
            "weight exponent raised from %d to %d to align with output and skip connection: weights are clipped"
                .formatted(full, around.least - task.inputFraction()));
      }
      if (natural > around.most) {
        notes.add(
            "weight exponent lowered from %d to %d: the output shift is at most %d"
                .formatted(full, around.most - task.inputFraction(), HardwareLimits.MAX_SHIFT));
      }
    }
    overflowing.ifPresent(
        fraction ->
            notes.add(
                "sums with %d fraction bits exceed 32 bits: lowered to %d"
                    .formatted(fraction, most)));
    return notes;
  }
}
