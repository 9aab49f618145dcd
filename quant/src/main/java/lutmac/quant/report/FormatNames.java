package lutmac.quant.report;

import java.util.Optional;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import lutmac.quant.plan.ActivationFormat;

/** How formats are called in reports. */
final class FormatNames {
  private FormatNames() {}

  /** Such as {@code fixed8} or {@code log5.2}. */
  static String of(ActivationFormat format) {
    if (format instanceof ActivationFormat.Log log) {
      return "log%d.%d".formatted(log.bits(), log.step());
    }
    return "fixed" + format.bits();
  }

  /** Bits of one element; empty for accumulators. */
  static Optional<Integer> bits(TensorFormat format) {
    if (format instanceof FixedFormat fixed) {
      return Optional.of(fixed.bits());
    }
    return format instanceof LogFormat log ? Optional.of(log.bits()) : Optional.empty();
  }
}
