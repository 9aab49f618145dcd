package lutmac.quant.analysis;

import java.util.Objects;
import java.util.Optional;
import lutmac.quant.result.MemoryReport;

/**
 * A network of which some parts are quantized, against the float network.
 *
 * @param sqnr signal-to-noise ratio of the result, dB, of several outputs that of the mean of their
 *     noise; empty if it is the float network's
 * @param divergence added up over the outputs: mean Kullback-Leibler divergence of the class
 *     probabilities from the float network's, nats; of an output that is no class an image, its
 *     squared error in relation to its squared values
 * @param agreement share of images, or pixels, that both put into the same class, 0 to 1; empty
 *     where the first output has no classes
 * @param accuracy share of images that are put into the right class, 0 to 1; empty without labels
 * @param images that were run
 * @param memory what is not quantized counts 32 bits a number
 */
public record Measurement(
    Optional<Double> sqnr,
    double divergence,
    Optional<Double> agreement,
    Optional<Double> accuracy,
    int images,
    MemoryReport memory) {
  public Measurement {
    Objects.requireNonNull(sqnr, "sqnr");
    Objects.requireNonNull(agreement, "agreement");
    Objects.requireNonNull(accuracy, "accuracy");
    Objects.requireNonNull(memory, "memory");
  }
}
