package lutmac.quant.recipe;

import java.util.Objects;
import java.util.Optional;
import lutmac.quant.network.QuantizedNetwork;

/**
 * A quantized network and how it came about.
 *
 * @param reference the float network that it is an image of
 * @param allocation how its bits were allocated, if its recipe did that
 */
public record QuantizationResult(
    QuantizedNetwork network,
    QuantizationReport report,
    Reference reference,
    Optional<Allocation> allocation) {
  public QuantizationResult {
    Objects.requireNonNull(network, "network");
    Objects.requireNonNull(report, "report");
    Objects.requireNonNull(reference, "reference");
    Objects.requireNonNull(allocation, "allocation");
  }

  QuantizationResult with(Optional<Allocation> made) {
    return new QuantizationResult(network, report, reference, made);
  }
}
