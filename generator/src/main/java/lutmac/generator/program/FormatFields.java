package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import lutmac.network.format.TensorFormat;
import lutmac.rtl.layout.DescriptorField;

/**
 * The descriptor's fields that say how a map's lanes are read or written.
 *
 * @param lane width of the lanes
 * @param signed whether codes are two's complement
 * @param log whether they are logarithmic
 * @param logStep k of logarithmic codes
 */
record FormatFields(
    DescriptorField lane, DescriptorField signed, DescriptorField log, DescriptorField logStep) {
  static final FormatFields INPUT = new FormatFields(IN_LANE, IN_SIGNED, IN_LOG, IN_LOG_STEP);
  static final FormatFields SKIP =
      new FormatFields(SKIP_LANE, SKIP_SIGNED, SKIP_LOG, SKIP_LOG_STEP);
  static final FormatFields OUTPUT = new FormatFields(OUT_LANE, OUT_SIGNED, OUT_LOG, OUT_LOG_STEP);

  /**
   * Sets them.
   *
   * @param laneBits 8, 4 or 2
   */
  void set(Descriptor.Builder builder, TensorFormat format, int laneBits) {
    builder.set(lane, Integer.numberOfTrailingZeros(Byte.SIZE / laneBits));
    format.fold(
        fixed -> builder.set(signed, fixed.signed()),
        logarithmic -> builder.set(log, true).set(logStep, logarithmic.resolution()),
        accumulators -> builder);
  }
}
