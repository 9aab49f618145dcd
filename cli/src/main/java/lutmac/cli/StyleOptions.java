package lutmac.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.pe.StyleParameter;
import lutmac.generator.program.ConfigChooser;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options that choose processing elements: {@code --pe}, and one for every parameter. */
@Command
final class StyleOptions {
  private static final String PE = "--pe";

  private CommandSpec command;

  /** Gives the options to the command that this is mixed into. */
  @Spec(Spec.Target.MIXEE)
  void addTo(CommandSpec mixee) {
    command = mixee;
    command.addOption(
        OptionSpec.builder(PE)
            .type(PeStyle.class)
            .converters(text -> converted(PeStyles::named, text))
            .completionCandidates(PeStyles.names())
            .paramLabel("STYLE")
            .defaultValue(PeStyles.standard().name())
            .description("Processing elements: " + summaries() + ".")
            .build());
    for (StyleParameter parameter : PeStyles.parameters()) {
      command.addOption(
          OptionSpec.builder(parameter.option())
              .type(Integer.class)
              .converters(text -> converted(parameter::parse, text))
              .paramLabel("N")
              .description(description(parameter), "  Default: " + defaultValue(parameter))
              .build());
    }
  }

  private static <T> T converted(ITypeConverter<T> reading, String text) throws Exception {
    try {
      return reading.convert(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /** {@code bins (...), csd (...) or dsp (...)}. */
  private static String summaries() {
    List<String> styles =
        PeStyles.all().stream()
            .map(style -> "%s (%s)".formatted(style.name(), style.summary()))
            .toList();
    int last = styles.size() - 1;
    return styles.subList(0, last).stream().collect(Collectors.joining(", "))
        + " or "
        + styles.get(last);
  }

  private static String defaultValue(StyleParameter parameter) {
    return parameter.suited() ? "what suits the network" : String.valueOf(parameter.standard());
  }

  private static String description(StyleParameter parameter) {
    return "%s (%s)%s."
        .formatted(
            parameter.meaning(),
            String.join(", ", PeStyles.having(parameter)),
            parameter.advice().isEmpty() ? "" : ": " + parameter.advice());
  }

  /**
   * Holds what is given against the style.
   *
   * @throws BadInputException if it is of another one and would have no effect
   */
  void check() {
    PeStyle style = command.findOption(PE).getValue();
    List<String> idle = new ArrayList<>();
    for (StyleParameter parameter : PeStyles.parameters()) {
      if (command.findOption(parameter.option()).getValue() != null
          && !style.parameters().contains(parameter)) {
        idle.add(
            "%s is for --pe %s"
                .formatted(parameter.option(), String.join(" or ", PeStyles.having(parameter))));
      }
    }
    if (!idle.isEmpty()) {
      throw new BadInputException(
          "%s, not for %s%s; leave it out, or choose that style"
              .formatted(
                  String.join(", ", idle),
                  style.name(),
                  command.commandLine().getParseResult().hasMatchedOption(PE)
                      ? ""
                      : ", which is used without --pe"));
    }
  }

  /** The style for a network: what is not given is what suits it. */
  PeStyle style(QuantizedNetwork network, ArraySize array) {
    Map<String, Integer> given = new HashMap<>();
    for (StyleParameter parameter : PeStyles.parameters()) {
      Integer value = command.findOption(parameter.option()).getValue();
      if (value != null) {
        given.put(parameter.name(), value);
      }
    }
    PeStyle style = command.findOption(PE).getValue();
    check();
    return ConfigChooser.suited(network, array.rows(), array.cols(), style, given);
  }
}
