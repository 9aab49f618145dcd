package lutmac.quant.fit;

import java.util.Optional;
import lutmac.network.HardwareLimits;
import lutmac.network.format.TensorFormat;
import lutmac.quant.calib.ActivationCodes;
import lutmac.quant.codebook.CodebookFit;
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
 * @param preActivation codes and table, if an activation function other than ReLU follows
 */
record LayerTask(
    FusedLayer.Linear layer,
    LayerPlan plan,
    double[][] weights,
    double[] bias,
    ActivationCodes input,
    Optional<ActivationCodes> skip,
    float[][] sums,
    Optional<TensorFormat> output,
    Optional<PreActivation> preActivation) {

  /** A layer without an activation function but ReLU. */
  LayerTask(
      FusedLayer.Linear layer,
      LayerPlan plan,
      double[][] weights,
      double[] bias,
      ActivationCodes input,
      Optional<ActivationCodes> skip,
      float[][] sums,
      Optional<TensorFormat> output) {
    this(layer, plan, weights, bias, input, skip, sums, output, Optional.empty());
  }

  /** The same with the codes of an activation function, where one follows. */
  LayerTask withActivation() {
    return new LayerTask(
        layer,
        plan,
        weights,
        bias,
        input,
        skip,
        sums,
        output,
        layer
            .function()
            .map(
                function ->
                    PreActivation.choose(
                        function, sums, output.orElseThrow(), leastFraction(), finestFraction())));
  }

  private int leastFraction() {
    return skipFraction().orElse(-FREE) - HardwareLimits.MAX_SHIFT;
  }

  /** Fraction bits of sums with full-scale weights. */
  private int finestFraction() {
    double magnitude = Legality.magnitude(weights);
    int natural =
        magnitude > 0
            ? inputFraction() + CodebookFit.fullScaleExponent(magnitude, Legality.GREATEST_LEVEL)
            : FREE;
    return Math.max(natural, skipFraction().orElse(-FREE));
  }

  /** Beyond every fraction. */
  private static final int FREE = 1 << 12;

  /** Fraction bits of the input's integers. */
  int inputFraction() {
    return input.tensor().format().frac(0);
  }

  /** Fraction bits of the skip connection's integers, if there is one. */
  Optional<Integer> skipFraction() {
    return skip.map(codes -> codes.tensor().format().frac(0));
  }

  /** Fraction bits of what the sums are rounded to, unless the output is the accumulators. */
  Optional<Integer> outputFraction() {
    return preActivation
        .map(codes -> codes.table().frac())
        .or(() -> output.map(format -> format.frac(0)));
  }
}
