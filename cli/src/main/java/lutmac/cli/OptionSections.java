package lutmac.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.pe.StyleParameter;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The options of the commands that have many, in the order of their use: what one needs first, then
 * what few need, under a heading.
 */
final class OptionSections {
  /**
   * Options under a heading.
   *
   * @param heading empty for the first ones
   * @param names the longest one of each
   */
  private record Section(String heading, List<String> names) {}

  /** By command; options that are named nowhere come behind the first ones. */
  private static final Map<String, List<Section>> SECTIONS =
      Map.of(
          "quantize",
          List.of(
              new Section(
                  "",
                  List.of(
                      "--calib",
                      "--output",
                      "--mean",
                      "--std",
                      "--bgr",
                      "--crop",
                      "--label-offset",
                      "--recipe",
                      "--weight-bits",
                      "--budget",
                      "--calib-labels")),
              new Section("For an accelerator", List.of("--target", "--array", "--pe")),
              new Section(
                  "Fine tuning",
                  List.of(
                      "--activation-bits",
                      "--digits",
                      "--formats",
                      "--calib-count",
                      "--rounding",
                      "--per-channel",
                      "--logarithmic",
                      "--without"))),
          "generate",
          List.of(
              new Section(
                  "",
                  List.of(
                      "--output",
                      "--array",
                      "--pe",
                      "--bus",
                      "--name",
                      "--clock",
                      "--sample",
                      "--force")),
              new Section(
                  "Sizes of memories and sums, where other networks shall fit as well",
                  List.of(
                      "--feature-map-words",
                      "--weight-words",
                      "--parameter-words",
                      "--program-words",
                      "--acc-bits")),
              new Section(
                  "For one style of processing elements, or for a bus",
                  Stream.concat(
                          PeStyles.parameters().stream().map(StyleParameter::option),
                          Stream.of("--bus-address-bits", "--bus-data-bits"))
                      .toList()),
              new Section(
                  "Fine tuning, area against cycles (docs/results.md)",
                  List.of("--output-rate", "--map-banks", "--feeder-rate"))));

  private OptionSections() {}

  /** The list of a command's options. */
  static String list(Help help) {
    List<Section> sections = SECTIONS.get(help.commandSpec().name());
    if (sections == null) {
      return help.optionList();
    }
    Map<String, OptionSpec> left =
        help.commandSpec().options().stream()
            .filter(option -> !option.hidden() && !isUnderAHeading(option))
            .sorted(Comparator.comparing(OptionSpec::longestName))
            .collect(
                Collectors.toMap(
                    OptionSpec::longestName,
                    option -> option,
                    (one, same) -> one,
                    LinkedHashMap::new));
    Map<String, List<OptionSpec>> listed = new LinkedHashMap<>();
    for (Section section : sections) {
      List<OptionSpec> options = new ArrayList<>();
      section.names().forEach(name -> options.add(left.remove(name)));
      listed.put(section.heading(), options);
    }
    listed.get("").addAll(left.values());
    StringBuilder text = new StringBuilder();
    listed.forEach(
        (heading, options) -> {
          Help.Layout layout = help.createDefaultLayout();
          layout.addAllOptions(options, help.parameterLabelRenderer());
          text.append(heading.isEmpty() ? "" : "%n%s:%n".formatted(heading)).append(layout);
        });
    return text + help.optionListGroupSections();
  }

  /** A group that has a heading of its own is listed by itself. */
  private static boolean isUnderAHeading(OptionSpec option) {
    return option.group() != null && option.group().heading() != null;
  }
}
