package lutmac.cli;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.network.BadInputException;
import lutmac.network.quantized.Preprocessing;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** How images become the network's input: given once and stored. */
final class PreprocessingOptions {
  private static final Pattern CROP = Pattern.compile("(\\d{1,5})(?:[x,](\\d{1,5}))?");

  @Option(
      names = "--mean",
      split = ",",
      paramLabel = "M",
      showDefaultValue = Visibility.NEVER,
      description =
          "Mean per channel (or one for all) in pixel units: x = (pixel - mean) / std (default: 0).")
  private List<Double> mean;

  @Option(
      names = "--std",
      split = ",",
      paramLabel = "S",
      showDefaultValue = Visibility.NEVER,
      description = "Standard deviation per channel (or one for all) in pixel units (default: 1).")
  private List<Double> std;

  @Option(
      names = "--bgr",
      description = "The network wants its channels reversed (mean and std in its order).")
  private boolean bgr;

  @Option(
      names = "--crop",
      paramLabel = "HxW",
      description = "Centre crop that comes first, for example 224 or 224x192.")
  private String crop;

  @Option(
      names = "--label-offset",
      paramLabel = "N",
      description = "Network output index = label + N.")
  private int labelOffset;

  /** Whether it is said what is done to pixel values. */
  boolean sayValues() {
    return mean != null || std != null;
  }

  Preprocessing preprocessing() {
    Preprocessing none = Preprocessing.none();
    List<Double> means = mean == null ? none.mean() : mean;
    List<Double> deviations = std == null ? none.std() : std;
    if (means.stream().anyMatch(value -> !Double.isFinite(value))) {
      throw new BadInputException("--mean takes numbers in pixel units, got " + means);
    }
    if (deviations.stream().anyMatch(value -> !(value > 0) || Double.isInfinite(value))) {
      throw new BadInputException("--std takes positive numbers in pixel units, got " + deviations);
    }
    return new Preprocessing(means, deviations, bgr, parseCrop(), labelOffset);
  }

  private Optional<Preprocessing.Crop> parseCrop() {
    if (crop == null) {
      return Optional.empty();
    }
    Matcher matcher = CROP.matcher(crop);
    if (!matcher.matches()) {
      throw new BadInputException(
          "--crop takes a size such as 224 or 224x192, got '%s'".formatted(crop));
    }
    int height = Integer.parseInt(matcher.group(1));
    int width = matcher.group(2) == null ? height : Integer.parseInt(matcher.group(2));
    return Optional.of(new Preprocessing.Crop(height, width));
  }
}
