package lutmac.quant.fit;

import java.util.Optional;
import lutmac.network.format.TensorFormat;
import lutmac.quant.calib.ActivationCodes;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.LayerPlan;

/**
 * A layer with weights that is to be quantized, and what it reads.
 *
 * @param layer of the float network
 * @param weights {@code [O][taps]} for the codes' real values: with folded preprocessing not the
 *     float layer's
 * @param bias {@code [O]} likewise
 * @param input codes of the quantized layers before it
 * @param skip likewise
 * @param sums of the float network, {@code [N][O*P]}, skip included, before the ReLU
 * @param output format; empty for a layer that returns its accumulators
 */
record LayerTask(
    FusedLayer.Linear layer,
    LayerPlan plan,
    double[][] weights,
    double[] bias,
    ActivationCodes input,
    Optional<ActivationCodes> skip,
    float[][] sums,
    Optional<TensorFormat> output) {

  /** Fraction bits of the input's integers. */
  int inputFraction() {
    return input.tensor().format().frac(0);
  }

  /** Fraction bits of the skip connection's integers, if there is one. */
  Optional<Integer> skipFraction() {
    return skip.map(codes -> codes.tensor().format().frac(0));
  }

  /** Fraction bits of the output's integers, unless it is the accumulators. */
  Optional<Integer> outputFraction() {
    return output.map(format -> format.frac(0));
  }
}
