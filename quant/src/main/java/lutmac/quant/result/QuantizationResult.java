package lutmac.quant.result;

import java.util.Objects;
import java.util.Optional;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.PinnedFormats;

/**
 * A quantized network and how it came about.
 *
 * @param formats everything that was chosen: pinned in another run with the same images and
 *     options, it gives the same network
 * @param reference the float network that it is an image of
 * @param allocation how its bits were allocated, if its recipe did that, or where they lie among
 *     other allocations, if that was asked for
 */
public record QuantizationResult(
    QuantizedNetwork network,
    QuantizationReport report,
    PinnedFormats formats,
    FloatReference reference,
    Optional<Allocation> allocation) {
  public QuantizationResult {
    Objects.requireNonNull(network, "network");
    Objects.requireNonNull(report, "report");
    Objects.requireNonNull(formats, "formats");
    Objects.requireNonNull(reference, "reference");
    Objects.requireNonNull(allocation, "allocation");
  }

  /**
   * The result after training; the report stays what it says about the network before.
   *
   * @param made the trained network, of the same layers
   * @param its the trained network's formats
   */
  public QuantizationResult tuned(QuantizedNetwork made, PinnedFormats its) {
    return new QuantizationResult(made, report, its, reference, allocation);
  }

  /** The same with another allocation or none. */
  public QuantizationResult with(Optional<Allocation> made) {
    return new QuantizationResult(network, report, formats, reference, made);
  }
}
