package lutmac.quant.fit;

import java.util.List;
import lutmac.quant.codebook.CompensatedRounding;

/**
 * What a layer's weights are fitted to, and how errors of them count.
 *
 * @param weights {@code [O][taps]}, in real units: those that reproduce the float network's sums
 *     best from quantized inputs
 * @param importance of an error of each tap, {@code [groups][taps]}: the damped variance of what it
 *     reads
 * @param mean of what each tap reads, {@code [groups][taps]}, in real units
 * @param roundings how to round so that errors cancel in the output, one a group; empty: every
 *     weight to the nearest level
 * @param notes decisions that the user should know
 */
record WeightTarget(
    double[][] weights,
    double[][] importance,
    double[][] mean,
    List<CompensatedRounding> roundings,
    List<String> notes) {}
