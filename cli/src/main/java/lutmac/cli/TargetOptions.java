package lutmac.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.cli.files.Target;
import lutmac.generator.design.DesignDirectory;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.network.BadInputException;
import lutmac.network.file.MissingFile;
import lutmac.network.text.Alike;
import lutmac.quant.hardware.Hardware;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The accelerator that a network is quantized for. */
final class TargetOptions {
  private static final ArraySize STANDARD = new ArraySize(14, 16);

  /** What {@code generate} makes without being told otherwise. */
  static Hardware standard() {
    return TargetHardware.of(STANDARD, PeStyles.standard(), Map.of());
  }

  /** The parameter of styles that {@code --digits} decides as well. */
  private static final String DIGITS = "digits";

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = {
        "What shall run the network: the directory of a design, or 'hardware' for",
        "what 'generate' makes for it with --array and --pe. The report then says",
        "what every layer takes, and a --budget counts its time and its memories."
      })
  private Target target;

  @Option(
      names = "--array",
      paramLabel = "PxM",
      converter = ArraySize.Converter.class,
      description = {
        "The array of --target hardware, which it implies: output pixels x output",
        "channels (default: 14x16)."
      })
  private ArraySize array;

  @Option(
      names = "--pe",
      paramLabel = "STYLE",
      converter = Style.class,
      description = {
        "Processing elements of --target hardware, as 'generate' names them; --digits",
        "is theirs, too."
      })
  private PeStyle style;

  private static final class Style implements ITypeConverter<PeStyle> {
    @Override
    public PeStyle convert(String name) {
      try {
        return PeStyles.named(name);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  private static String alike(Path design) {
    String hint = Alike.hint(design.toString(), List.of(Target.ANY));
    return hint.isEmpty() ? MissingFile.hint(design) : hint;
  }

  /**
   * The hardware, if any is named.
   *
   * @param digits most digits of a table's level, if they are decided
   * @throws BadInputException if the options do not go together, or the design cannot be read
   */
  Optional<Hardware> hardware(OptionalInt digits) {
    String given =
        Stream.of(array == null ? "" : "--array", style == null ? "" : "--pe")
            .filter(option -> !option.isEmpty())
            .collect(Collectors.joining(", "));
    if (target == null && array == null) {
      if (style != null) {
        throw new BadInputException(
            "--pe: there is no hardware to quantize for; add --target hardware");
      }
      return Optional.empty();
    }
    if (target == null || target.design().isEmpty()) {
      Map<String, Integer> parameters =
          digits.isPresent() ? Map.of(DIGITS, digits.getAsInt()) : Map.of();
      return Optional.of(
          TargetHardware.of(
              array == null ? STANDARD : array,
              style == null ? PeStyles.standard() : style,
              parameters));
    }
    if (!given.isEmpty()) {
      throw new BadInputException(
          "%s: the design %s has its own; leave it out, or say --target hardware"
              .formatted(given, target.design().get().path()));
    }
    Path design = target.design().get().path();
    if (!Files.exists(design)) {
      throw new BadInputException(
          "--target: %s is no lutmac design, nothing is there; name a design's directory, or '%s' for one that is yet to be made%s"
              .formatted(design, Target.ANY, alike(design)));
    }
    return Optional.of(TargetHardware.of(design.toString(), DesignDirectory.config(design)));
  }
}
