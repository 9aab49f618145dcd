package lutmac.quant.equalize;

import java.util.Optional;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.plan.ActivationFormat;

/** Relative squared error of a feature map in its best power-of-two format, when it is scaled. */
final class RangeError {
  private RangeError() {}

  /**
   * @param bits of the feature map's fixed-point codes
   * @param factor of all its values
   */
  static double of(ActivationStatistics map, int bits, double factor) {
    double energy = map.energy();
    if (energy == 0) {
      return 0;
    }
    double[] factors = new double[map.most().length];
    java.util.Arrays.fill(factors, factor);
    ActivationStatistics scaled = map.scaled(factors);
    return ActivationFormatSearch.choose(
                scaled, ActivationFormat.Fixed.of(bits), map.signed(), Optional.empty())
            .error()
        / (energy * factor * factor);
  }
}
