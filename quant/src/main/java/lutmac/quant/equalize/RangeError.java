package lutmac.quant.equalize;

import java.util.Optional;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.calib.MapStatistics;
import lutmac.quant.plan.MapFormat;

/** Relative squared error of a map in its best power-of-two format, when it is scaled. */
final class RangeError {
  private RangeError() {}

  /**
   * @param bits of the map's fixed-point codes
   * @param factor of all its values
   */
  static double of(MapStatistics map, int bits, double factor) {
    double energy = map.energy();
    if (energy == 0) {
      return 0;
    }
    double[] factors = new double[map.most().length];
    java.util.Arrays.fill(factors, factor);
    MapStatistics scaled = map.scaled(factors);
    return ActivationFormatSearch.choose(
                scaled, MapFormat.Fixed.of(bits), map.signed(), Optional.empty())
            .error()
        / (energy * factor * factor);
  }
}
