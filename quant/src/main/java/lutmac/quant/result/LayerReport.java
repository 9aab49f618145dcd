package lutmac.quant.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.AccumulatorRange;

/**
 * What quantization did to one layer with weights.
 *
 * @param name of the float node
 * @param inputFormat such as {@code u8.5}: unsigned, 8 bits, 5 of them fraction
 * @param outputFormat likewise, or {@code accumulators}
 * @param weightFormat such as {@code table4} or {@code fixed8}
 * @param exponent g: a level L is the weight {@code L * 2^-(g + shift)}
 * @param channelShifts the shift of every output channel
 * @param table levels of the weights' codes; empty for fixed point
 * @param zeroWeights share of weights that became zero
 * @param weightSqnr signal-to-noise ratio of the weights against the float ones, dB; empty if exact
 * @param outputSqnr of the layer's output against the float network's, dB, all errors up to here
 *     included; empty if exact
 * @param clampedLow share of output values of calibration data that the lower clamp cut (a ReLU's
 *     zero does not count)
 * @param clampedHigh share that the upper clamp cut (a ReLU6's ceiling does not count)
 * @param accumulator exact range of the accumulators
 * @param notes legality repairs and other decisions that the user should know
 */
public record LayerReport(
    String name,
    String inputFormat,
    String outputFormat,
    String weightFormat,
    int exponent,
    List<Integer> channelShifts,
    Optional<Codebook> table,
    double zeroWeights,
    Optional<Double> weightSqnr,
    Optional<Double> outputSqnr,
    double clampedLow,
    double clampedHigh,
    AccumulatorRange accumulator,
    List<String> notes) {
  public LayerReport {
    channelShifts = List.copyOf(channelShifts);
    notes = List.copyOf(notes);
  }

  /** The same with more notes, first. */
  public LayerReport withRepairs(List<String> repairs) {
    List<String> all = new ArrayList<>(repairs);
    all.addAll(notes);
    return new LayerReport(
        name,
        inputFormat,
        outputFormat,
        weightFormat,
        exponent,
        channelShifts,
        table,
        zeroWeights,
        weightSqnr,
        outputSqnr,
        clampedLow,
        clampedHigh,
        accumulator,
        all);
  }
}
