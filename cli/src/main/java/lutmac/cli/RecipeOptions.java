package lutmac.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import lutmac.api.files.FileInput;
import lutmac.network.BadInputException;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.plan.yaml.FormatsFile;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.recipe.Techniques;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Which formats a network gets, and which steps of the quantizer are done. */
final class RecipeOptions {
  private static final int TABLE_BITS = 4;
  private static final int USUAL_DIGITS = 2;
  private static final int MOST_BITS = 8;

  /** The methods that {@code --recipe} names. */
  enum Method {
    LUT,
    AUTO,
    MXQN,
    FXP;

    boolean allocates() {
      return this == AUTO || this == FXP;
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
      paramLabel = "RECIPE",
      defaultValue = "auto",
      description = {
        "auto: each layer the formats that harm least within --budget,",
        "without one tables of 8-bit weights and the scales that harm least;",
        "lut: every layer alike, tables of 8-bit weights;",
        "mxqn: fixed-point weights, maps fixed point or logarithmic;",
        "fxp: fixed point, bits taken away one by one down to --budget."
      })
  private Method method;

  @Option(
      names = "--weight-bits",
      paramLabel = "N",
      description = {
        "lut: 1..4 codes into a table (default 4), 5..8 fixed point;",
        "auto: likewise, the most of any layer (default with a --budget: 8);",
        "mxqn: 2..8 fixed point (default 8)."
      })
  private Integer weightBits;

  @Option(
      names = "--activation-bits",
      defaultValue = "8",
      paramLabel = "N",
      description = "Bits of an activation code, 2..8; auto: the most that a layer may have.")
  private int activationBits;

  @Option(
      names = "--budget",
      paramLabel = "B",
      description = {
        "auto, fxp: what the network may cost or lose (none for auto, 6.44x for fxp).",
        "4.6: mean bits of a weight.",
        "8x: weights and all maps so many times smaller than float.",
        "0.5%%: the smallest that loses at most 0.5 points of top-1 (with",
        "--calib-labels; else changed classes, or squared error) on held-out",
        "calibration images.",
        "8x,0.5%%: what comes first of both.",
        "400000cycles or 300000steps: auto, time of the --target for an image."
      })
  private String budget;

  @Option(
      names = "--logarithmic",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "auto: maps may be logarithmic, where --budget counts maps and they do good.")
  private boolean logarithmic;

  @Option(
      names = "--digits",
      paramLabel = "N",
      description = {
        "lut, auto: levels of tables have at most N signed power-of-two digits, 1..4",
        "(default: 2). Others than 2 take twice as long: both are made and compared."
      })
  private Integer digits;

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
  private FileInput formats;

  @Option(
      names = "--without",
      split = ",",
      paramLabel = "STEP",
      converter = Step.Converter.class,
      showDefaultValue = Visibility.NEVER,
      description = "Leave steps out, to see what they are worth: ${COMPLETION-CANDIDATES}.")
  private List<Step> without = new ArrayList<>();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** What others call a switch is done anyway where it helps. */
  @Option(
      names = {"--balance", "--equalize", "--equalization"},
      hidden = true,
      arity = "0..1")
  private void setBalance(String value) {
    throw new ParameterException(
        command.commandLine(),
        "there is no option to balance channels: those that are far apart are balanced anyway;"
            + " '--without equalization' leaves that out, to see what it is worth");
  }

  Method method() {
    return method;
  }

  PinnedFormats pins() {
    return formats == null ? PinnedFormats.none() : FormatsFile.read(formats.path());
  }

  Techniques techniques() {
    Set<Step> left = EnumSet.allOf(Step.class);
    without.forEach(left::remove);
    return new Techniques(
        left.contains(Step.EQUALIZATION),
        left.contains(Step.EXACT_TABLES),
        left.contains(Step.COMPENSATION),
        left.contains(Step.DESCENT),
        left.contains(Step.RETARGETING),
        left.contains(Step.BIAS_CORRECTION));
  }

  Recipe recipe() {
    requireMatching();
    return recipe(digits == null ? USUAL_DIGITS : digits);
  }

  /** Most digits of a table's level, if that is wished for. */
  OptionalInt digits() {
    return digits == null ? OptionalInt.empty() : OptionalInt.of(digits);
  }

  /** The recipe with levels of as many digits as usual, where others are asked for. */
  Optional<Recipe> usualDigits() {
    return digits == null || digits == USUAL_DIGITS
        ? Optional.empty()
        : Optional.of(recipe(USUAL_DIGITS));
  }

  private Recipe recipe(int most) {
    ActivationFormat.Fixed maps =
        Arguments.checked("--activation-bits", () -> ActivationFormat.Fixed.of(activationBits));
    return switch (method) {
      case LUT -> new Recipe.Uniform(weights(bits(TABLE_BITS), most), perChannel, maps);
      case MXQN ->
          Arguments.checked(
              "--weight-bits", () -> new Recipe.Mxqn(bits(MOST_BITS), activationBits));
      case AUTO -> auto(budget(new Budget.Unlimited()), maps, most);
      case FXP -> fxp(budget(new Budget.CompressionRatio(6.44)));
    };
  }

  private void requireMatching() {
    if (method == Method.FXP && weightBits != null) {
      throw new BadInputException(
          "--weight-bits: --recipe fxp chooses the bits of every layer; give it a --budget"
              + " instead");
    }
    if (digits != null && method != Method.LUT && method != Method.AUTO) {
      throw new BadInputException(
          "--digits: the fixed-point weights of --recipe %s have no tables to choose; use --recipe lut or auto"
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
    if (method != Method.AUTO && !logarithmic) {
      throw new BadInputException(
          "--no-logarithmic: only --recipe auto may choose logarithmic maps");
    }
    if (method == Method.FXP && activationBits != MOST_BITS) {
      throw new BadInputException(
          "--activation-bits: --recipe fxp chooses the bits of every map; give it a --budget"
              + " instead");
    }
  }

  private int bits(int otherwise) {
    return weightBits == null ? otherwise : weightBits;
  }

  private static WeightFormat weights(int bits, int digits) {
    if (bits > TABLE_BITS && digits < USUAL_DIGITS) {
      throw new BadInputException(
          "--digits: weights of %d bits are sums of levels of two digits; use --weight-bits 1 to 4"
              .formatted(bits));
    }
    return bits <= TABLE_BITS
        ? table(bits, digits)
        : Arguments.checked("--weight-bits", () -> new WeightFormat.FixedPoint(bits));
  }

  private static WeightFormat table(int bits, int digits) {
    Arguments.checked("--digits", () -> new WeightFormat.Table(TABLE_BITS, digits));
    return Arguments.checked("--weight-bits", () -> new WeightFormat.Table(bits, digits));
  }

  private static Recipe fxp(Budget within) {
    return Arguments.checked("--budget", () -> new Recipe.Fxp(within));
  }

  /** Maps compete for the budget only where it counts them; else they have the most bits. */
  private Recipe auto(Budget within, ActivationFormat.Fixed widest, int digits) {
    if (!within.limited()) {
      return Recipe.Auto.of(weights(bits(TABLE_BITS), digits), widest);
    }
    List<ActivationFormat> maps =
        within.countsActivations()
            ? Recipe.Auto.allActivations().stream()
                .filter(format -> format.bits() <= activationBits)
                .filter(format -> logarithmic || format.uniform())
                .toList()
            : List.of(widest);
    int mostBits = weights(bits(digits < USUAL_DIGITS ? TABLE_BITS : MOST_BITS), digits).bits();
    // Simpler levels save time on some hardware, but never memory.
    int leastDigits = within.countsTime() ? 1 : digits;
    List<WeightFormat> weights =
        Recipe.Auto.allWeights(leastDigits, digits).stream()
            .filter(format -> format.bits() <= mostBits)
            .toList();
    return Arguments.checked("--weight-bits", () -> new Recipe.Auto(weights, maps, within));
  }

  private Budget budget(Budget otherwise) {
    return budget == null ? otherwise : BudgetSpelling.read(budget);
  }

  /** Whether the budget is time, which only hardware has. */
  boolean countsTime() {
    return budget != null && BudgetSpelling.read(budget).countsTime();
  }
}
