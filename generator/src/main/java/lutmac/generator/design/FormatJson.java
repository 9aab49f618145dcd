package lutmac.generator.design;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.stream.IntStream;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;

/**
 * What the integers of a map mean, in {@code design.json}: a real value is {@code integer *
 * 2^-fractionBits}.
 *
 * @param kind {@code fixed}, {@code logarithmic} or {@code accumulator}
 * @param bits of a code or an accumulator
 * @param signed two's complement, or unsigned
 * @param fractionBits one for all channels, or one a channel
 * @param values of a logarithmic format: the integer of every code; null of others
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record FormatJson(
    String kind, int bits, boolean signed, List<Integer> fractionBits, List<Integer> values) {

  static FormatJson of(TensorFormat format) {
    return format.fold(
        fixed -> new FormatJson("fixed", fixed.bits(), fixed.signed(), List.of(fixed.frac()), null),
        logarithmic ->
            new FormatJson(
                "logarithmic",
                logarithmic.bits(),
                false,
                List.of(logarithmic.frac()),
                values(logarithmic)),
        accumulator ->
            new FormatJson("accumulator", Integer.SIZE, true, accumulator.fracs(), null));
  }

  private static List<Integer> values(LogFormat format) {
    return IntStream.of(format.values()).boxed().toList();
  }
}
