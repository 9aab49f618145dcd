package lutmac.quant.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lutmac.network.HardwareLimits;
import lutmac.network.format.TensorFormat;
import lutmac.quant.codebook.CodebookFit;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;

/**
 * Moves the formats of feature maps to where the hardware can make them: an output stage divides by
 * {@code 2^s}, {@code 0 <= s <= 31}, so a feature map must not be finer than the sums that it comes
 * from, nor more than 31 bits coarser.
 */
final class Legality {
  /** Greatest integer that a weight can be, whatever its format. */
  static final int GREATEST_LEVEL = (1 << (HardwareLimits.LEVEL_BITS - 1)) - 1;

  private Legality() {}

  /**
   * @param formats of the feature maps by name
   * @param repairs what was moved and why, by the name of the layer that demanded it
   */
  record Result(Map<String, TensorFormat> formats, Map<String, List<String>> repairs) {}

  /**
   * @param weights of the linear layers by layer name, {@code [O][taps]}, for the codes' real
   *     values
   * @param formats of every feature map that is rounded
   * @param groups feature maps that share one format, by name of each
   */
  static Result repair(
      List<FusedLayer> layers,
      Map<String, double[][]> weights,
      Map<String, TensorFormat> formats,
      Map<String, List<String>> groups) {
    Map<String, TensorFormat> legal = new HashMap<>(formats);
    Map<String, List<String>> repairs = new HashMap<>();
    for (FusedLayer.Linear layer :
        layers.stream().flatMap(each -> each.linear().stream()).toList()) {
      // Behind a table the output's format does not depend on the sums.
      if (!legal.containsKey(layer.output()) || layer.function().isPresent()) {
        continue;
      }
      double magnitude = magnitude(weights.get(layer.name()));
      TensorFormat format = legal.get(layer.output());
      int least = layer.skip().map(skip -> legal.get(skip).frac(0)).orElse(Integer.MIN_VALUE / 2);
      if (magnitude > 0) {
        int natural =
            legal.get(layer.input()).frac(0)
                + CodebookFit.fullScaleExponent(magnitude, GREATEST_LEVEL);
        int finest = Math.max(natural, least);
        if (format.frac(0) > finest) {
          TensorFormat coarser = moved(format, finest);
          note(
              repairs,
              layer,
              "output format moved from %s to %s: the sums are no finer"
                  .formatted(format, coarser));
          format = coarser;
        }
      }
      if (format.frac(0) + HardwareLimits.MAX_SHIFT < least) {
        TensorFormat finer = moved(format, least - HardwareLimits.MAX_SHIFT);
        note(
            repairs,
            layer,
            "output format moved from %s to %s: the output shift is at most %d"
                .formatted(format, finer, HardwareLimits.MAX_SHIFT));
        format = finer;
      }
      for (String member : groups.getOrDefault(layer.output(), List.of(layer.output()))) {
        legal.put(member, format);
      }
    }
    return new Result(legal, repairs);
  }

  private static void note(Map<String, List<String>> repairs, FusedLayer layer, String text) {
    repairs.computeIfAbsent(layer.name(), name -> new ArrayList<>()).add(text);
  }

  private static TensorFormat moved(TensorFormat format, int frac) {
    return ActivationFormat.of(format).at(frac).format(format.minCode() < 0);
  }

  /** Greatest magnitude of all weights. */
  static double magnitude(double[][] weights) {
    return Arrays.stream(weights).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0);
  }
}
