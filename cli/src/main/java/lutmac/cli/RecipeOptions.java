package lutmac.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lutmac.quant.BadInputException;
import lutmac.quant.plan.MapFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.plan.yaml.FormatsFile;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.recipe.Steps;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which formats a network gets, and which steps of the quantizer are done. */
final class RecipeOptions {
  private static final int TABLE_BITS = 4;
  private static final int DIGITS = 2;
  private static final Pattern BUDGET = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,6})?)(x?)");

  /** The methods that {@code --recipe} names. */
  enum Method {
    LUT("4"),
    AUTO(""),
    MXQN("8"),
    FXP("");

    /** Bits of every weight; none where a budget says that. */
    private final String weightBits;

    Method(String weightBits) {
      this.weightBits = weightBits;
    }

    boolean allocates() {
      return weightBits.isEmpty();
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What {@code --without} names. */
  enum Step {
    EQUALIZATION,
    EXACT_TABLES,
    COMPENSATION,
    DESCENT,
    RETARGETING,
    BIAS_CORRECTION;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reads the names as they are printed. */
    static final class Converter implements ITypeConverter<Step> {
      @Override
      public Step convert(String value) {
        return Arrays.stream(values())
            .filter(step -> step.toString().equals(value))
            .findFirst()
            .orElseThrow(
                () ->
                    new TypeConversionException(
                        "'%s' is no step; the steps are %s"
                            .formatted(
                                value,
                                Arrays.stream(values())
                                    .map(Step::toString)
                                    .collect(Collectors.joining(", ")))));
      }
    }
  }

  @Option(
      names = "--recipe",
      defaultValue = "lut",
      description = {
        "lut: every layer alike, tables of 8-bit weights;",
        "auto: each layer the formats that harm least within --budget;",
        "mxqn: fixed-point weights, maps fixed point or logarithmic;",
        "fxp: fixed point, bits taken away one by one down to --budget."
      })
  private Method method;

  @Option(
      names = "--weight-bits",
      paramLabel = "N",
      description = {
        "lut: 1..4 codes into a table (default 4), 5..8 fixed point;",
        "mxqn: 2..8 fixed point (default 8)."
      })
  private Integer weightBits;

  @Option(
      names = "--activation-bits",
      defaultValue = "8",
      paramLabel = "N",
      description = "Bits of an activation code, 2..8; the most with --recipe auto.")
  private int activationBits;

  @Option(
      names = "--budget",
      paramLabel = "B",
      description = {
        "auto, fxp: mean bits of a weight, such as 4.6,",
        "or weights and all maps so many times smaller than float, such as 8x",
        "(defaults: 4 for auto, 6.44x for fxp)."
      })
  private String budget;

  @Option(
      names = "--per-channel",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "lut: every output channel has a power-of-two scale of its own.")
  private boolean perChannel;

  @Option(
      names = "--formats",
      paramLabel = "FILE",
      description = {
        "Formats that are decided (YAML): all, or one layer's only.",
        "Every run writes such a file beside its output."
      })
  private Path formats;

  @Option(
      names = "--without",
      split = ",",
      paramLabel = "STEP",
      converter = Step.Converter.class,
      description = "Leave steps out, to see what they are worth: ${COMPLETION-CANDIDATES}.")
  private List<Step> without = new ArrayList<>();

  Method method() {
    return method;
  }

  /** The file of {@code --formats}, null if there is none. */
  Path formats() {
    return formats;
  }

  PinnedFormats pins() {
    return formats == null ? PinnedFormats.none() : FormatsFile.read(formats);
  }

  Steps steps() {
    Set<Step> left = EnumSet.allOf(Step.class);
    without.forEach(left::remove);
    return new Steps(
        left.contains(Step.EQUALIZATION),
        left.contains(Step.EXACT_TABLES),
        left.contains(Step.COMPENSATION),
        left.contains(Step.DESCENT),
        left.contains(Step.RETARGETING),
        left.contains(Step.BIAS_CORRECTION));
  }

  Recipe recipe() {
    requireMatching();
    MapFormat maps =
        Arguments.checked("--activation-bits", () -> MapFormat.Fixed.of(activationBits));
    return switch (method) {
      case LUT -> new Recipe.Uniform(weights(), perChannel, maps);
      case MXQN ->
          Arguments.checked("--weight-bits", () -> new Recipe.Mxqn(bits(), activationBits));
      case AUTO -> auto(budget(new Budget.MeanWeightBits(TABLE_BITS)), maps);
      case FXP -> new Recipe.Fxp(budget(new Budget.AllSmaller(6.44)));
    };
  }

  private void requireMatching() {
    if (method.allocates() && weightBits != null) {
      throw new BadInputException(
          "--weight-bits: --recipe %s chooses the bits of every layer; give it a --budget instead"
              .formatted(method));
    }
    if (!method.allocates() && budget != null) {
      throw new BadInputException(
          "--budget: --recipe %s has nothing to allocate; use --recipe auto or fxp, or --weight-bits"
              .formatted(method));
    }
    if (method != Method.LUT && !perChannel) {
      throw new BadInputException(
          "--no-per-channel: only --recipe lut can do without scales for each channel");
    }
    if (method == Method.FXP && activationBits != 8) {
      throw new BadInputException(
          "--activation-bits: --recipe fxp chooses the bits of every map; give it a --budget instead");
    }
  }

  private int bits() {
    return weightBits == null ? Integer.parseInt(method.weightBits) : weightBits;
  }

  private WeightFormat weights() {
    return Arguments.checked(
        "--weight-bits",
        () ->
            bits() <= TABLE_BITS
                ? new WeightFormat.Table(bits(), DIGITS)
                : new WeightFormat.FixedPoint(bits()));
  }

  /** Maps compete for the budget only where it counts them; else they have the most bits. */
  private Recipe auto(Budget within, MapFormat widest) {
    List<MapFormat> maps =
        within instanceof Budget.AllSmaller
            ? Recipe.Auto.allMaps().stream()
                .filter(format -> format.bits() <= widest.bits())
                .toList()
            : List.of(widest);
    return new Recipe.Auto(Recipe.Auto.allWeights(), maps, within);
  }

  private Budget budget(Budget otherwise) {
    if (budget == null) {
      return otherwise;
    }
    Matcher matcher = BUDGET.matcher(budget);
    if (!matcher.matches()) {
      throw new BadInputException(
          "--budget is a mean number of weight bits such as 4.6 or a ratio such as 8x, got '%s'"
              .formatted(budget));
    }
    double number = Double.parseDouble(matcher.group(1));
    return Arguments.checked(
        "--budget",
        () ->
            matcher.group(2).isEmpty()
                ? new Budget.MeanWeightBits(number)
                : new Budget.AllSmaller(number));
  }
}
