package lutmac.quant.recipe;

import java.util.Optional;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.format.LogFormat;
import lutmac.quant.format.TensorFormat;

/** What storing a map in a format does to its values. */
final class MapNoise {
  private MapNoise() {}

  /**
   * The values that the codes of a float map stand for.
   *
   * @param ceiling of the ReLU that made it
   */
  static float[] rounded(float[] map, TensorFormat format, Optional<Float> ceiling) {
    float[] rounded = new float[map.length];
    int frac = format.frac(0);
    int high = ActivationFormatSearch.highest(format, ceiling);
    for (int i = 0; i < map.length; i++) {
      double y = Math.max(format.minCode(), Math.min(high, Math.rint(Math.scalb(map[i], frac))));
      if (format instanceof LogFormat log) {
        y = log.decode(log.encode((int) y));
      }
      rounded[i] = (float) Math.scalb(y, -frac);
    }
    return rounded;
  }
}
