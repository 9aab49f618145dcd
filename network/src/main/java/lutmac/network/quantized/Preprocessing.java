package lutmac.network.quantized;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

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

  /** Whether pixel values stay what they are: no mean is subtracted, nothing divided. */
  public boolean keepsValues() {
    return mean.stream().allMatch(value -> value == 0)
        && std.stream().allMatch(value -> value == 1);
  }

  /** What is done to the pixels, for people: {@code (pixel - 48) / 64}. */
  public String words() {
    String text = "pixel";
    if (mean.stream().anyMatch(value -> value != 0)) {
      text += " - " + numbers(mean);
    }
    if (std.stream().anyMatch(value -> value != 1)) {
      text = (text.equals("pixel") ? text : "(" + text + ")") + " / " + numbers(std);
    }
    return (text.equals("pixel") ? "the pixels as they are" : text)
        + (bgr ? ", channels reversed" : "")
        + crop.map(size -> ", the middle %dx%d".formatted(size.height(), size.width())).orElse("");
  }

  private static String numbers(List<Double> values) {
    double first = values.get(0);
    return values.stream().distinct().count() == 1
        ? first < 0 ? "(" + number(first) + ")" : number(first)
        : values.stream().map(Preprocessing::number).collect(Collectors.joining(", ", "[", "]"));
  }

  /** Six digits at most: what float32 is sure of. */
  public static String number(double value) {
    return new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros().toPlainString();
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
