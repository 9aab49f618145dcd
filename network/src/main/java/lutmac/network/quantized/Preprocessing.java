package lutmac.network.quantized;

import java.util.List;
import java.util.Optional;

/**
 * How a user's image becomes the float network's input, {@code x = (pixel - mean) / std} per
 * channel. Given once, at {@code quantize}, and stored in the quantized file.
 *
 * @param mean per channel, or one for all, in pixel units
 * @param std likewise
 * @param bgr the network wants its channels reversed (mean and std are in the network's order)
 * @param crop centre crop that comes first, {@code [height, width]}
 * @param labelOffset output index = label + offset
 */
public record Preprocessing(
    List<Double> mean, List<Double> std, boolean bgr, Optional<Crop> crop, int labelOffset) {

  /** Extents of a centre crop, in pixels. */
  public record Crop(int height, int width) {}

  public Preprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /** Pixels as they are. */
  public static Preprocessing none() {
    return new Preprocessing(List.of(0.0), List.of(1.0), false, Optional.empty(), 0);
  }

  /** Mean of a channel, in pixel units. */
  public double mean(int channel) {
    return mean.get(mean.size() == 1 ? 0 : channel);
  }

  /** Standard deviation of a channel, in pixel units. */
  public double std(int channel) {
    return std.get(std.size() == 1 ? 0 : channel);
  }
}
