package lutmac.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.stream.IntStream;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.Tensor;
import lutmac.runtime.predict.PredictedArray;
import lutmac.runtime.predict.Prediction;

/**
 * What a network answers and what the arrays of its prediction are, for machines.
 *
 * @param answers of the network's first output
 * @param outputs empty if no arrays are written
 * @param layers empty unless they were wished for
 */
record PredictionJson(
    String network,
    boolean quantized,
    int images,
    Answers.Json answers,
    List<Array> outputs,
    List<Array> layers) {

  /**
   * One file.
   *
   * @param name of the feature map
   * @param file relative to the directory
   * @param shape with the number of images first
   * @param type of the elements, as NumPy names it
   * @param format what its codes mean; null where they are real values
   * @param padCodes what stands outside the feature map, by channel; null where that is zero
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Array(
      String name,
      String file,
      List<Integer> shape,
      String type,
      Format format,
      List<Integer> padCodes,
      @JsonIgnore String notation) {}

  /**
   * What a code stands for: {@code code * 2^-frac}, or {@code values[code] * 2^-frac}.
   *
   * @param kind {@code fixed}, {@code logarithmic} or {@code accumulator}
   * @param frac fraction bits of all channels; null where each has its own
   * @param fracs fraction bits by channel
   * @param values the integer that every code of a logarithmic format stands for
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Format(
      String kind,
      int bits,
      boolean signed,
      Integer frac,
      List<Integer> fracs,
      List<Integer> values) {
    static Format of(TensorFormat format) {
      return format.fold(
          fixed -> new Format("fixed", fixed.bits(), fixed.signed(), fixed.frac(), null, null),
          logarithmic ->
              new Format(
                  "logarithmic",
                  logarithmic.bits(),
                  false,
                  logarithmic.frac(0),
                  null,
                  IntStream.of(logarithmic.values()).boxed().toList()),
          accumulator ->
              new Format("accumulator", Integer.SIZE, true, null, accumulator.fracs(), null));
    }
  }

  /** Without arrays. */
  static PredictionJson of(String network, boolean quantized, int images, Answers.Json answers) {
    return new PredictionJson(network, quantized, images, answers, List.of(), List.of());
  }

  static PredictionJson of(
      String network, boolean quantized, Prediction prediction, int images, Answers.Json answers) {
    return new PredictionJson(
        network,
        quantized,
        images,
        answers,
        prediction.outputs().stream().map(array -> array(array, images)).toList(),
        prediction.layers().stream().map(array -> array(array, images)).toList());
  }

  private static Array array(PredictedArray array, int images) {
    Tensor codes = array.codes().orElse(null);
    return new Array(
        array.map(),
        array.file(),
        array.extents(images),
        array.type().numpyName(),
        codes == null ? null : Format.of(codes.format()),
        codes == null || codes.padCodes().stream().allMatch(code -> code == 0)
            ? null
            : codes.padCodes(),
        codes == null ? null : notation(codes.format()));
  }

  /** For people: {@code u8.5}. */
  private static String notation(TensorFormat format) {
    return format.raw() ? "sums" : format.toString();
  }
}
