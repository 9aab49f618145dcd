package lutmac.quant.calib;

import java.util.Optional;
import lutmac.network.format.Rounding;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;

/**
 * What a feature map's format does to real values: the output stage's rounding and clamp, and the
 * nearest value of a logarithmic format.
 *
 * @param low least integer of the clamp
 * @param high greatest
 */
public record ActivationRounding(TensorFormat format, int low, int high, Rounding rounding) {

  /** Of the feature map that a layer makes; empty if that is its accumulators. */
  public static Optional<ActivationRounding> of(MacLayer layer, Rounding rounding) {
    return layer
        .stage()
        .fold(
            stage ->
                Optional.of(
                    new ActivationRounding(
                        layer.output().format(), stage.lo(), stage.hi(), rounding)),
            accumulators -> Optional.empty());
  }

  /** Of the network's input; empty if its codes are the pixels themselves. */
  public static Optional<ActivationRounding> of(InputEncoding input) {
    if (input.folded()) {
      return Optional.empty();
    }
    TensorFormat format = input.tensor().format();
    // The host rounds to even whatever the network does: FixedFormat.encode.
    return Optional.of(
        new ActivationRounding(
            format, (int) format.minCode(), (int) format.maxCode(), Rounding.HALF_EVEN));
  }

  /**
   * To nearest, ties to even, within a format.
   *
   * @param ceiling of a ReLU before it
   */
  public static ActivationRounding of(TensorFormat format, Optional<Float> ceiling) {
    return new ActivationRounding(
        format,
        (int) format.minCode(),
        ActivationFormatSearch.highest(format, ceiling),
        Rounding.HALF_EVEN);
  }

  /** The values that the format makes of a feature map's, {@code [C, H, W]}. */
  public float[] apply(float[] map) {
    int frac = format.frac(0);
    CodeTable table = CodeTable.of(format);
    float[] rounded = new float[map.length];
    for (int i = 0; i < map.length; i++) {
      double scaled = Math.scalb((double) map[i], frac);
      double nearest =
          rounding == Rounding.HALF_EVEN ? Math.rint(scaled) : Math.floor(scaled + 0.5);
      int y = (int) Math.max(low, Math.min(high, nearest));
      rounded[i] = (float) Math.scalb((double) table.nearest(y), -frac);
    }
    return rounded;
  }

  /** Least real value that the feature map can hold. */
  public double least() {
    return Math.scalb((double) low, -format.frac(0));
  }

  /** Greatest real value that the feature map can hold. */
  public double greatest() {
    return Math.scalb((double) Math.min(high, format.maxCode()), -format.frac(0));
  }
}
