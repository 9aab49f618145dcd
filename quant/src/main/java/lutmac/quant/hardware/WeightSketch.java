package lutmac.quant.hardware;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import lutmac.network.HardwareLimits;
import lutmac.network.format.Codebook;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.WeightPlane;
import lutmac.network.quantized.WeightPlanes;
import lutmac.quant.codebook.LevelCandidates;
import lutmac.quant.plan.WeightFormat;

/**
 * A network with other formats of weights, to see what they take. Weights become the nearest that
 * there are, so that codes are about as frequent as in a network that is fitted; what it computes
 * does not matter.
 */
final class WeightSketch {
  private static final int LEVEL_BITS = HardwareLimits.LEVEL_BITS;

  private WeightSketch() {}

  /**
   * @param layers names of those that get other weights
   */
  static QuantizedNetwork of(QuantizedNetwork network, Set<String> layers, WeightFormat format) {
    List<QuantizedLayer> sketched =
        network.layers().stream()
            .map(
                layer ->
                    layers.contains(layer.name())
                        ? layer.mac().<QuantizedLayer>map(mac -> of(mac, format)).orElse(layer)
                        : layer)
            .toList();
    return new QuantizedNetwork(
        network.name(),
        network.input(),
        sketched,
        network.outputs(),
        network.rounding(),
        network.provenance());
  }

  private static MacLayer of(MacLayer layer, WeightFormat format) {
    int[] weights = new int[layer.weightCount()];
    Arrays.setAll(weights, layer::weight);
    int greatest = Math.max(1, Arrays.stream(weights).map(Math::abs).max().orElse(1));
    List<WeightPlane> planes =
        format.fold(
            table -> List.of(tabled(weights, greatest, table)),
            fixed ->
                WeightPlanes.ofIntegers(
                    fixed.bits(),
                    scaled(weights, greatest, fixed.leastLevel(), fixed.greatestLevel())));
    return layer.withPlanes(planes);
  }

  private static int[] scaled(int[] weights, int most, int least, int greatest) {
    return Arrays.stream(weights)
        .map(weight -> Math.max(least, (int) Math.rint((double) weight * greatest / most)))
        .toArray();
  }

  /** Levels at equal distances, as far as there are such with so few digits. */
  private static WeightPlane tabled(int[] weights, int greatest, WeightFormat.Table format) {
    int[] candidates = LevelCandidates.withDigits(format.digits());
    int half = 1 << (format.bits() - 1);
    int full = (1 << (LEVEL_BITS - 1)) - 1;
    List<Integer> levels = new ArrayList<>(List.of(0));
    for (int i = -half; i < half; i++) {
      if (i != 0) {
        levels.add(nearest(candidates, i * full / half));
      }
    }
    int[] ascending = levels.stream().mapToInt(Integer::intValue).sorted().distinct().toArray();
    int[] made =
        Arrays.stream(scaled(weights, greatest, -full - 1, full))
            .map(weight -> nearest(ascending, weight))
            .toArray();
    return WeightPlanes.ofTable(new Codebook(levels), made);
  }

  private static int nearest(int[] levels, int wanted) {
    return IntStream.of(levels)
        .boxed()
        .min((a, b) -> Integer.compare(Math.abs(a - wanted), Math.abs(b - wanted)))
        .orElseThrow();
  }
}
