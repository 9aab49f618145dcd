package lutmac.onnx.lut;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;

/**
 * A feature map in the description. One of the three formats is present.
 *
 * @param shape {@code [C, H, W]}
 * @param fixed its format, if it is fixed point, else null
 * @param log its format, if it is logarithmic, else null
 * @param accumulatorFracs fraction bits per channel, if it holds accumulators, else null
 * @param padCodes per channel, or null where they are all 0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TensorPart(
    String name,
    List<Integer> shape,
    FixedPart fixed,
    LogPart log,
    List<Integer> accumulatorFracs,
    List<Integer> padCodes) {

  record FixedPart(int bits, int frac, boolean signed) {}

  /**
   * A logarithmic format.
   *
   * @param firstOctave values of the first octave's codes; null in files of before these were
   *     chosen by their step
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record LogPart(int bits, int step, int frac, List<Integer> firstOctave) {
    static LogPart of(LogFormat format) {
      return new LogPart(
          format.bits(), format.resolution(), format.frac(), octave(format.resolution()));
    }

    private static List<Integer> octave(int step) {
      return Arrays.stream(LogFormat.firstOctave(step)).boxed().toList();
    }

    /** Whether the codes stand for the values of {@link LogFormat}. */
    private boolean current() {
      return octave(step).equals(firstOctave);
    }
  }

  static TensorPart of(Tensor tensor) {
    return tensor
        .format()
        .fold(
            fixed ->
                of(tensor, new FixedPart(fixed.bits(), fixed.frac(), fixed.signed()), null, null),
            log -> of(tensor, null, LogPart.of(log), null),
            accumulator -> of(tensor, null, null, accumulator.fracs()));
  }

  private static TensorPart of(
      Tensor tensor, FixedPart fixed, LogPart log, List<Integer> accumulatorFracs) {
    Shape shape = tensor.shape();
    boolean zeroPadded = tensor.padCodes().stream().allMatch(code -> code == 0);
    return new TensorPart(
        tensor.name(),
        List.of(shape.channels(), shape.height(), shape.width()),
        fixed,
        log,
        accumulatorFracs,
        zeroPadded ? null : tensor.padCodes());
  }

  /**
   * The feature map.
   *
   * @throws RuntimeException of some kind if there is no such feature map
   */
  Tensor tensor() {
    Shape extents = new Shape(shape.get(0), shape.get(1), shape.get(2));
    List<Integer> pads = padCodes == null ? Collections.nCopies(extents.channels(), 0) : padCodes;
    return new Tensor(name, extents, format(), pads);
  }

  /** Whether the map is logarithmic with other values than today's formats. */
  boolean holdsOtherLogarithms() {
    return log != null && !log.current();
  }

  private TensorFormat format() {
    if (fixed != null) {
      return new FixedFormat(fixed.bits(), fixed.frac(), fixed.signed());
    }
    if (log != null) {
      return new LogFormat(log.bits(), log.step(), log.frac());
    }
    return new AccumulatorFormat(accumulatorFracs);
  }
}
